"""Customers of two systems, drawn so that they share values with one another: many small worlds make one pair of sides.

A comparison takes as long for twelve worlds as for one.
"""

from __future__ import annotations

from itertools import chain

from hypothesis import strategies as st
from sides_on_disk import a_customer

Row = dict[str, str | None]
Sides = tuple[list[Row], list[Row]]

WORLDS = 12
WITHHELD = ("number", "org_number", "email", "city", "country", "status", "modified_at")
"""What a system may supply of no customer."""
CHANGED = {"city": "Bergen", "status": "active", "modified_at": "2026-11-30T06:00:00Z"}


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, "", *values])


def a_world(world: int) -> st.SearchStrategy[list[Row]]:
    """A few rows that share values with each other, and with no other world's."""
    nation = f"1{world:02}"
    customer = st.builds(
        a_customer,
        st.integers(0, 30).map(lambda place: f"{world}-{place}"),
        number=maybe(*(f"{world}{sign}" for sign in ("a", "A ", "b", "c", "d", "e")), "0"),
        org_number=st.none() | maybe(f"{nation}34567", f"{nation}3456-7", f"{nation}9999-1", f"{nation}8888-2", "0-0"),
        vat_number=st.none() | maybe(f"FI{nation}34567", f"fi {nation}3456-7", f"FI{nation}99991", "FI00000000"),
        country=maybe("FI", "Suomi", "SE"),
        email=maybe(f"a@{world}.fi", f"A@{world}.fi", f"b@{world}.fi", f"b@{world}.fi"),
        city=maybe("Oslo", "oslo", "Turku"),
        status=maybe("active", "closed", "blocked"),
        modified_at=maybe("2026-11-01T06:00:00Z", "2026-11-05T06:00:00+02:00", "2026-11-20T06:00:00+02:00"),
    )
    return st.lists(customer, min_size=1, max_size=6, unique_by=lambda row: str(row["source_id"]))


def one_side() -> st.SearchStrategy[list[Row]]:
    worlds = st.tuples(*map(a_world, range(WORLDS))).map(lambda drawn: list(chain(*drawn)))
    withheld = st.just(()) | st.lists(st.sampled_from(WITHHELD), max_size=3, unique=True).map(tuple)
    return st.builds(_without, worlds, withheld)


def two_sides() -> st.SearchStrategy[Sides]:
    """Sides of their own, or a side and copies of its customers that were changed, beside others."""
    return st.builds(_related, one_side(), one_side(), st.integers(0, 3), st.booleans())


def _without(rows: list[Row], fields: tuple[str, ...]) -> list[Row]:
    return [row | dict.fromkeys(fields) for row in rows]


def _related(source: list[Row], others: list[Row], every: int, renumbered: bool) -> Sides:
    if not every:
        return source, others
    copies = [row | CHANGED | {"source_id": f"copy {row['source_id']}"} for row in source[::every]]
    if renumbered:
        copies = [row | {"number": f"n{place}"} for place, row in enumerate(copies)]
    return source, copies + others[: len(source) // 4]
