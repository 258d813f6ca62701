"""Customers of whom few have a number, drawn so that some are alike: for what similarity makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product

from hypothesis import strategies as st
from sides_on_disk import a_customer

Row = dict[str, str | None]
Sides = tuple[list[Row], list[Row]]

_FIRST = ("Salo", "Virtanen", "Koskela", "Lindqvist", "Tunturi", "Harju", "Kallio", "Nordby", "Aalto", "Myllymäki")
_TRADES = ("Kuljetus", "Rakennus", "Konepaja", "Puutarha")
_CITIES = (("Turku", "20100"), ("Oulu", "90100"), ("Tampere", "33100"), ("Vaasa", "65100"), ("Kuopio", "70100"))


def _company(place: int, first: str, trade: str) -> Row:
    city, postal_code = _CITIES[place % len(_CITIES)]
    return {
        "name": f"{first} {trade} Oy",
        "phone": f"+358 40 {7_000_000 + place * 7_919}",
        "email": f"{trade.lower()}@{first.lower()}{place}.fi",
        "street": f"{first}nkatu {place + 1}",
        "postal_code": postal_code,
        "city": city,
        "country": "FI",
    }


COMPANIES = tuple(_company(place, *words) for place, words in enumerate(product(_FIRST, _TRADES)))
CHANGES: Mapping[str, Row] = {
    "as it is": {},
    "another e-mail": {"email": None},
    "no contact": {"email": None, "phone": None},
    "moved": {"email": None, "street": "Satamakatu 99", "postal_code": "48100", "city": "Kotka"},
    "name only": {"email": None, "phone": None, "street": None, "postal_code": None, "city": None},
    "another phone": {"email": None, "phone": "+358 50 1112223"},
    "shared e-mail": {"email": "info@group.fi"},
    "numbered": {},
}
_AN_ADDRESS = st.sampled_from([None, "a@group", "b@group", "c@group"])
ADDRESSES = tuple(f"{each}@group{place}.fi" for each in "abc" for place in range(8))


def everybody(prefix: str, **changed: str | None) -> list[Row]:
    """All companies, in their order."""
    return [a_customer(f"{prefix}{place:02}", **company | changed) for place, company in enumerate(COMPANIES)]


def one_side(prefix: str) -> st.SearchStrategy[list[Row]]:
    """Companies with their changes, some of them twice."""
    drawn = st.tuples(st.integers(0, len(COMPANIES) - 1), st.sampled_from(sorted(CHANGES)))
    return st.lists(drawn, min_size=10, max_size=40).map(
        lambda choices: [_customer(f"{prefix}{row}", *choice) for row, choice in enumerate(choices)]
    )


def two_sides() -> st.SearchStrategy[Sides]:
    return st.tuples(one_side("s"), one_side("t"))


def sides_of_copies() -> st.SearchStrategy[Sides]:
    """Many companies that are held up to three times a side, under few addresses; the sides' languages differ."""
    held = st.lists(st.tuples(_AN_ADDRESS, st.sampled_from([None, None, "number"])), max_size=3)
    sides = [st.tuples(*(held for _ in COMPANIES)).map(partial(_copies, *each)) for each in (("s", "fi"), ("t", "sv"))]
    return st.tuples(*sides)


def _copies(prefix: str, language: str, held: Sequence[list[tuple[str | None, str | None]]]) -> list[Row]:
    """Addresses are shared within five companies."""
    return [
        a_customer(
            f"{prefix}{place:02}{copy}",
            **COMPANIES[place]
            | {"email": email and f"{email}{place // 5}.fi", "number": number and f"{place}", "language": language},
        )
        for place, copies in enumerate(held)
        for copy, (email, number) in enumerate(copies)
    ]


def _customer(source_id: str, company: int, change: str) -> Row:
    vat_number = f"FI{20_000_000 + company * 7_919}" if change == "numbered" else None
    return a_customer(source_id, **COMPANIES[company] | CHANGES[change] | {"vat_number": vat_number})
