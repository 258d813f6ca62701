"""Countries by their ISO 3166 codes and by the names that the vendors' customers write.

``XK`` (Kosovo) is not of ISO 3166, but in common use.

Names: English, Finnish, Swedish, Norwegian, Danish and German for the EU, the
EEA and their neighbours, and each country's own. A name that is not listed
stays as it is: it shows as a difference instead of vanishing.
"""

from __future__ import annotations

from airflow_provider_erp.normalise.fold import fold

_NAMES = """
AT austria|itävalta|österrike|østerrike|østrig|österreich
AX åland islands|åland|ahvenanmaa|ålandinseln
BE belgium|belgia|belgien|belgië|belgique
BG bulgaria|bulgarien
CH switzerland|sveitsi|schweiz|sveits|suisse|svizzera
CY cyprus|kypros|cypern|zypern
CZ czechia|czech republic|tšekki|tsekki|tjeckien|tsjekkia|tjekkiet|tschechien|česko
DE germany|saksa|tyskland|deutschland
DK denmark|tanska|danmark|dänemark
EE estonia|viro|estland|eesti
ES spain|espanja|spanien|spania|españa
FI finland|suomi|finnland
FO faroe islands|färsaaret|färöarna|færøyene|færøerne|färöer|føroyar
FR france|ranska|frankrike|frankrig|frankreich
GB united kingdom|great britain|england|uk|iso-britannia|englanti|storbritannien|storbritannia|vereinigtes königreich
GL greenland|grönlanti|grönland|grønland
GR greece|el|kreikka|grekland|hellas|grækenland|griechenland
HR croatia|kroatia|kroatien|hrvatska
HU hungary|unkari|ungern|ungarn|magyarország
IE ireland|irlanti|irland|éire
IS iceland|islanti|island|ísland
IT italy|italia|italien
LI liechtenstein
LT lithuania|liettua|litauen|lietuva
LU luxembourg|luxemburg
LV latvia|lettland|letland|latvija
MT malta
NL netherlands|the netherlands|holland|alankomaat|hollanti|nederländerna|nederland|nederlandene|niederlande
NO norway|norja|norge|noreg|norwegen
PL poland|puola|polen|polska
PT portugal|portugali
RO romania|rumänien|rumænien|românia
SE sweden|ruotsi|sverige|schweden
SI slovenia|slovenien|slowenien|slovenija
SK slovakia|slovakien|slovakiet|slowakei|slovensko
TR türkiye|turkey|turkki|turkiet|tyrkia|tyrkiet|türkei
UA ukraine|ukraina
US united states|united states of america|yhdysvallat|vereinigte staaten
"""

_CODES = """
AD AND AE ARE AF AFG AG ATG AI AIA AL ALB AM ARM AO AGO AQ ATA AR ARG AS ASM AT AUT AU AUS AW ABW AX ALA AZ AZE
BA BIH BB BRB BD BGD BE BEL BF BFA BG BGR BH BHR BI BDI BJ BEN BL BLM BM BMU BN BRN BO BOL BQ BES BR BRA BS BHS
BT BTN BV BVT BW BWA BY BLR BZ BLZ CA CAN CC CCK CD COD CF CAF CG COG CH CHE CI CIV CK COK CL CHL CM CMR CN CHN
CO COL CR CRI CU CUB CV CPV CW CUW CX CXR CY CYP CZ CZE DE DEU DJ DJI DK DNK DM DMA DO DOM DZ DZA EC ECU EE EST
EG EGY EH ESH ER ERI ES ESP ET ETH FI FIN FJ FJI FK FLK FM FSM FO FRO FR FRA GA GAB GB GBR GD GRD GE GEO GF GUF
GG GGY GH GHA GI GIB GL GRL GM GMB GN GIN GP GLP GQ GNQ GR GRC GS SGS GT GTM GU GUM GW GNB GY GUY HK HKG HM HMD
HN HND HR HRV HT HTI HU HUN ID IDN IE IRL IL ISR IM IMN IN IND IO IOT IQ IRQ IR IRN IS ISL IT ITA JE JEY JM JAM
JO JOR JP JPN KE KEN KG KGZ KH KHM KI KIR KM COM KN KNA KP PRK KR KOR KW KWT KY CYM KZ KAZ LA LAO LB LBN LC LCA
LI LIE LK LKA LR LBR LS LSO LT LTU LU LUX LV LVA LY LBY MA MAR MC MCO MD MDA ME MNE MF MAF MG MDG MH MHL MK MKD
ML MLI MM MMR MN MNG MO MAC MP MNP MQ MTQ MR MRT MS MSR MT MLT MU MUS MV MDV MW MWI MX MEX MY MYS MZ MOZ NA NAM
NC NCL NE NER NF NFK NG NGA NI NIC NL NLD NO NOR NP NPL NR NRU NU NIU NZ NZL OM OMN PA PAN PE PER PF PYF PG PNG
PH PHL PK PAK PL POL PM SPM PN PCN PR PRI PS PSE PT PRT PW PLW PY PRY QA QAT RE REU RO ROU RS SRB RU RUS RW RWA
SA SAU SB SLB SC SYC SD SDN SE SWE SG SGP SH SHN SI SVN SJ SJM SK SVK SL SLE SM SMR SN SEN SO SOM SR SUR SS SSD
ST STP SV SLV SX SXM SY SYR SZ SWZ TC TCA TD TCD TF ATF TG TGO TH THA TJ TJK TK TKL TL TLS TM TKM TN TUN TO TON
TR TUR TT TTO TV TUV TW TWN TZ TZA UA UKR UG UGA UM UMI US USA UY URY UZ UZB VA VAT VC VCT VE VEN VG VGB VI VIR
VN VNM VU VUT WF WLF WS WSM XK XKX YE YEM YT MYT ZA ZAF ZM ZMB ZW ZWE
"""


def _by_spelling() -> dict[str, str]:
    codes = _CODES.split()
    spellings = {code.lower(): code for code in codes[::2]}
    spellings |= {alpha_3.lower(): alpha_2 for alpha_2, alpha_3 in zip(codes[::2], codes[1::2], strict=True)}
    for line in _NAMES.strip().splitlines():
        code, names = line.split(" ", 1)
        spellings |= {fold(name): code for name in names.split("|")}
    return spellings


_BY_SPELLING = _by_spelling()


def country(value: str) -> str:
    """The ISO alpha-2 code in capitals, or the folded text where the country is unknown."""
    text = fold(value)
    return _BY_SPELLING.get(text, text)


def is_known(text: str) -> bool:
    """Whether ``country`` gave a code; folded text has no capitals."""
    return text.isupper()
