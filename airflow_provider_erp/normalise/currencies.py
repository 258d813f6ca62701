"""Currencies as ISO 4217 codes; whose crowns are meant, the customer's country tells."""

from __future__ import annotations

from airflow_provider_erp.normalise.fold import fold

_CURRENCIES = """
CHF: sfr, schweizer franken
DKK: dkr, danske kroner, danske kr, danska kronor
EUR: €, euro, euros, euroa, euron
GBP: £, pound, pounds, pund sterling
NOK: nkr, norske kroner, norske kr, norska kronor
PLN: zł, złoty
SEK: skr, svenska kronor, svenska kr, svenske kroner, ruotsin kruunu
USD: $, us$, us dollar, dollar
"""
_BY_SPELLING = {
    fold(spelling): code
    for code, spellings in (line.split(": ") for line in _CURRENCIES.strip().splitlines())
    for spelling in spellings.split(", ")
}
_CROWN = frozenset({"kr", "krona", "kronor", "krone", "kroner", "króna", "krónur", "kruunu", "kruunua"})
_CROWN_OF = {"DK": "DKK", "FO": "DKK", "GL": "DKK", "IS": "ISK", "NO": "NOK", "SE": "SEK"}


def currency(value: str, country: str = "") -> str:
    """The code in capitals; signs and names become codes, ``kr`` with a country that has crowns."""
    text = fold(value).rstrip(". ")
    if text in _CROWN and country in _CROWN_OF:
        return _CROWN_OF[country]
    return _BY_SPELLING.get(text) or fold(text.upper()).upper()
