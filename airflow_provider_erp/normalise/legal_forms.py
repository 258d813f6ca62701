"""A company's name without its legal form: ``Oy Nimi Ab`` is ``nimi`` and ``oy``.

Source: the forms and abbreviations of the trade registers (PRH, Bolagsverket,
Brønnøysundregistrene, Erhvervsstyrelsen, Handelsregister and their like).
ASSUMED: an ``A/S`` is the same form as an ``AS``, and ``mbH`` alone a GmbH.
"""

from __future__ import annotations

from enum import IntEnum

from airflow_provider_erp.normalise.fold import fold


class _Place(IntEnum):
    """Where in a name the words are a legal form; elsewhere they are words."""

    LAST = 1
    EDGE = 2
    ANYWHERE = 3
    FIRST = 4


_FORMS = {
    _Place.ANYWHERE: """
as oy: as oy, asoy, asunto oy, asunto-oy, asunto osakeyhtiö, asunto-osakeyhtiö, asunto-osakeyhtio
koy: koy, kiinteistöosakeyhtiö
oy: oy, osakeyhtiö, osakeyhtio
oyj: oyj, abp, julkinen osakeyhtiö, publikt aktiebolag
tmi: tmi, t:mi, toiminimi
ky: ky, kommandiittiyhtiö, kommandiittiyhtio
ay: avoinyhtiö, avoin yhtiö
osk: osk, osuuskunta
ry: ry, rekisteröity yhdistys
ab: ab, a/b, aktiebolag, aktiebolaget
hb: hb, handelsbolag, handelsbolaget
kb: kb, kommanditbolag, kommanditbolaget
ekonomisk förening: ekonomisk förening, ek för, ek. för, ek. för., ekför
ef: enskild firma, enskild näringsverksamhet
as: a/s, aksjeselskap, aksjeselskapet, aktieselskab, aktieselskabet, aktsiaselts
asa: allmennaksjeselskap
enk: enk, enkeltpersonforetak, enkeltmannsforetak
ans: ansvarlig selskap
aps: aps, anpartsselskab, anpartsselskabet
ivs: ivs, iværksætterselskab
k/s: k/s, kommanditselskab, kommandittselskap
i/s: i/s, interessentskab
p/s: p/s, partnerselskab
gmbh: gmbh, ggmbh, mbh, gesmbh, gesellschaft mbh, ges mbh, ges m b h, g m b h, gemeinnützige gmbh,
 gesellschaft mit beschränkter haftung, gesellschaft mit beschraenkter haftung, mit beschränkter haftung
ag: aktiengesellschaft
kg: kommanditgesellschaft
kgaa: kgaa, kommanditgesellschaft auf aktien
ohg: ohg, offene handelsgesellschaft
ug: unternehmergesellschaft
gbr: gbr, gesellschaft bürgerlichen rechts
ek: eingetragener kaufmann, eingetragene kauffrau
ev: eingetragener verein
se: societas europaea
oü: oü, osaühing
uab: uab
sia: sia
ltd: ltd, co ltd, company limited
sp z oo: sp z oo, sp z o o, sp zoo, spółka z oo, spolka z oo, spółka z ograniczoną odpowiedzialnością
sro: spol s ro
-: haftungsbeschränkt, haftungsbeschrankt, haftungsbeschraenkt
""",
    _Place.FIRST: """
koy: kiinteistö oy, kiint oy, kiinteistö osakeyhtiö
""",
    _Place.EDGE: """
ay: ay
as: as
asa: asa
ag: ag
kg: kg
sa: sa
sas: sas
sarl: sarl, sàrl
srl: srl, srls
spa: s.p.a
bv: bv, besloten vennootschap
nv: nv
vof: vof
llc: llc
inc: inc, incorporated
corp: corp, corporation
plc: plc
-: firma, f:ma
""",
    _Place.LAST: """
sr: sr
ry: rf
ef: ef
ans: ans
da: da
nuf: nuf
iks: iks
k/s: ks
ug: ug
ek: e.k, e.kfm, e.kfr, e k
ev: e.v, e v
se: se
ltd: limited
llp: llp
oü: ou
sro: sro
as: akciová společnost
doo: doo
kft: kft
zrt: zrt
sl: sl, slu
lda: lda
bvba: bvba
ehf: ehf
-: publ
""",
}
"""The canonical form first; ``-`` stands for words that say nothing beside a form."""

_FINNISH = ("as oy", "koy", "oyj", "oy", "ky", "ay", "osk", "ry")
_AND = ("& co", "und co", "u co", "+ co", "co", "& cie")
_MARKS = ".,;:()[]\"'-*"

_Phrase = tuple[tuple[str, ...], str, _Place]


def _by_first_word() -> dict[str, list[_Phrase]]:
    phrases: list[_Phrase] = []
    for place, lines in _FORMS.items():
        for line in lines.replace(",\n", ",").strip().splitlines():
            form, spellings = line.split(": ")
            phrases += [(tuple(each.split()), form.strip("-"), place) for each in spellings.split(",")]
    for partner in ("gmbh", "mbh", "ag", "ug", "ug haftungsbeschränkt", "se"):
        for kind in ("kg", "kgaa", "ohg"):
            form = f"{partner.split()[0].replace('mbh', 'gmbh').replace('ggmbh', 'gmbh')} & co {kind}"
            phrases += [((*partner.split(), *each.split(), kind), form, _Place.ANYWHERE) for each in _AND]
    found: dict[str, list[_Phrase]] = {}
    for phrase in sorted(phrases, key=lambda each: -len(each[0])):
        found.setdefault(phrase[0][0], []).append(phrase)
    return found


_BY_FIRST_WORD = _by_first_word()


def split_legal_form(name: str) -> tuple[str, str]:
    """The folded name without its legal form, and the form as it is abbreviated; an empty text for none.

    Of several forms the Finnish one counts, else the last. Short forms that
    are words, too (``as``, ``da``, ``se``), count at the ends of a name only.
    A name that is nothing but a form stays.
    """
    parts = _parts(name)
    forms = []
    while len(parts) > 1 and parts[-1][2]:
        forms.append(parts.pop()[1])
    while len(parts) > 1 and parts[0][2] >= _Place.EDGE:
        forms.append(parts.pop(0)[1])
    if len(parts) > 2 and any(part[2] == _Place.ANYWHERE for part in parts):
        forms += [form for _, form, place in parts if place == _Place.ANYWHERE]
        inner, more = split_legal_form(" ".join(text for text, _, place in parts if place != _Place.ANYWHERE))
        return inner, _one_of([*forms, more])
    return " ".join(text for text, _, _ in parts), _one_of(forms)


def _one_of(forms: list[str]) -> str:
    said = [form for form in forms if form]
    return next((form for form in _FINNISH if form in said), said[0] if said else "")


def _parts(name: str) -> list[tuple[str, str, int]]:
    """The name in parts: the text, the form it may be, and where in a name it is that form (0: nowhere)."""
    text = fold(name.replace("SpA", "s.p.a.") if "SpA" in name else name)  # in small letters a spa is a bath
    words = [bare for word in _spaced(text).split() if (bare := word.strip(_MARKS))] or [text]
    keys = [word.replace(".", "") if "." in word and word not in _BY_FIRST_WORD else word for word in words]
    parts: list[tuple[str, str, int]] = []
    index = 0
    while index < len(words):
        length, form, place = _form_at(keys, index)
        parts.append((words[index] if length == 1 else " ".join(words[index : index + length]), form, place))
        index += length
    return parts


def _spaced(text: str) -> str:
    """Blanks where forms are written without."""
    if "," in text or "&" in text:
        text = text.replace(",", " ").replace("&", " & ")
    return text.replace("co.kg", "co kg").replace("-gmbh", " gmbh")


def _form_at(keys: list[str], index: int) -> tuple[int, str, int]:
    """How many words from here are one part of the name, the form that they are, and where they would be it."""
    for phrase, form, place in _BY_FIRST_WORD.get(keys[index], ()):
        length = len(phrase)
        if (length == 1 or tuple(keys[index : index + length]) == phrase) and not (index and place is _Place.FIRST):
            return length, form, place
    return 1, "", 0
