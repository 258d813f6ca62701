"""Languages as ISO 639-1 codes, whatever the systems call them.

ASSUMED: a country's code in a language field means its first language (``SE``
is Swedish, not Northern Sami), and Norwegian without more is bokmål.
"""

from __future__ import annotations

from airflow_provider_erp.normalise.fold import fold

_LANGUAGES = """
cs cz cze ces czech tšekki tjeckiska tschechisch čeština
da dk dan danish tanska danska dansk dänisch
de ger deu german saksa tyska tysk deutsch
en gb uk us eng english englanti engelska engelsk englisch
es spa spanish espanja spanska spansk spanisch español
et ee est estonian viro estniska estnisch eesti
fi fin finnish suomi finska finsk finnisch
fr fre fra french ranska franska fransk französisch français
is ice isl icelandic islanti isländska islandsk isländisch íslenska
it ita italian italia italienska italiensk italienisch italiano
lt lit lithuanian liettua litauiska litauisch lietuvių
lv lav latvian latvia lettiska lettisch latviešu
nb no nor nob norwegian norja norska norsk norwegisch bokmål
nl dut nld dutch hollanti nederländska nederlandsk niederländisch nederlands
nn nno nynorsk
pl pol polish puola polska polsk polnisch polski
pt por portuguese portugali portugisiska portugisisk portugiesisch português
ru rus russian venäjä ryska russisk russisch русский
sv se swe swedish ruotsi svenska svensk schwedisch
"""

_BY_SPELLING = {fold(each): line.split()[0] for line in _LANGUAGES.strip().splitlines() for each in line.split()}


def language(value: str) -> str:
    """The two letters of ISO 639-1, a region cut (``fi-FI``, ``sv_SE``); the folded text where it is unknown."""
    text = fold(value)
    return _BY_SPELLING.get(text) or _BY_SPELLING.get(text.replace("_", "-").partition("-")[0].rstrip(), text)
