"""Words that people write where a system wants a customer number and there is none."""

from __future__ import annotations

from airflow_provider_erp.normalise.fold import compact

_WORDS = """
n/a|none|null|nil|nan|unknown|undefined|missing|empty|blank|tbd|tba|not available|not applicable|no number
ei|ei ole|ei tiedossa|ei numeroa|puuttuu|tuntematon|tyhjä
saknas|okänd|okänt|inget|ingen|finns ej|finns inte|ej angivet|ej känd
mangler|ukjent|ikke oppgitt|intet|ukendt|findes ikke|ikke oplyst
unbekannt|keine|kein|keine angabe|k.a.|fehlt|leer|nicht vorhanden
"""
_NOTHING = frozenset(compact(word) for line in _WORDS.strip().splitlines() for word in line.split("|"))


def is_nothing(number: str) -> bool:
    """Whether a number says that there is none: nothing but zeros and marks, or a word for it (``n/a``, ``ei ole``).

    A number with another digit than zero always says something.
    """
    if number[-1:].isdecimal() and number[-1] != "0":
        return False
    text = compact(number)
    return not text.strip("0") or text in _NOTHING
