"""Whatever the rows: their order does not count, swapped sides mirror the answer, and nothing is decided twice."""

from __future__ import annotations

import gc
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.matching import Ambiguous, Matches, Pair, deduplicate, match

Row = dict[str, object]

FIELDS = {
    "name": "name",
    "org_number": "identifier",
    "email": "email",
    "phone": "phone",
    "street": "text",
    "postal_code": "exact",
    "founded": "date",
}
_NAMES = (
    "Meri Rakennus,Meri Rakenus,Merirakennus,Rakennus Meri Oy,Oy Meri Rakennus Ab,M. Rakennus,Nord Bygg AS,Nord,Bygg"
)
_STREETS = "Rantatie 5,Rantatie 5 A,Storgata 1,Storgt 1,Storgata 11"
_VALUES = {
    "name": _NAMES.split(","),
    "org_number": ["1234567-8", "FI12345678", "12345679", "SE556012579001", "0000"],
    "country": ["FI", "NO", "Suomi"],
    "email": ["info@meri.fi", "INFO@meri.fi", "aino@meri.fi", "aino@gmail.com", "nobody"],
    "phone": ["040 123 4567", "+358401234567", "0401234568", "22 22 22 22"],
    "street": _STREETS.split(","),
    "postal_code": ["00100", "FI-00100", "0150"],
    "founded": ["2001-02-03", "03.02.2001", "2001-03-02", "1999"],
}
_ROW = st.fixed_dictionaries(
    {column: st.sampled_from(["", None, *values]) for column, values in _VALUES.items()},
)
_SAID = st.fixed_dictionaries({column: st.text(max_size=12) for column in FIELDS})
ROWS = st.lists(_ROW | _SAID, max_size=9)


def _numbered(rows: list[Row], side: str) -> list[Row]:
    return [row | {"id": f"{side}{place}"} for place, row in enumerate(rows)]


def _mirrored(found: Matches) -> Matches:
    return Matches(
        applied=_swapped(found.applied),
        suggested=_swapped(found.suggested),
        ambiguous=tuple(
            sorted(
                (Ambiguous(source_ids=each.target_ids, target_ids=each.source_ids) for each in found.ambiguous),
                key=lambda each: each.source_ids,
            )
        ),
        source_duplicates=found.target_duplicates,
        target_duplicates=found.source_duplicates,
    )


def _swapped(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    swapped = (
        Pair(source_id=pair.target_id, target_id=pair.source_id, score=pair.score, reasons=pair.reasons)
        for pair in pairs
    )
    return tuple(sorted(swapped, key=lambda pair: (pair.source_id, pair.target_id)))


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_order_of_the_rows_does_not_count(source: list[Row], target: list[Row], shuffling: object) -> None:
    source, target = _numbered(source, "s"), _numbered(target, "t")
    found = match(source, target, FIELDS)
    for rows in (source, target):
        shuffling.shuffle(rows)  # type: ignore[attr-defined]  # a random.Random
    assert match(source, target, FIELDS) == found


@given(ROWS, ROWS)
def test_swapping_the_sides_mirrors_the_answer(source: list[Row], target: list[Row]) -> None:
    source, target = _numbered(source, "s"), _numbered(target, "t")
    assert _mirrored(match(target, source, FIELDS)) == match(source, target, FIELDS)


@given(ROWS, ROWS)
def test_a_row_is_decided_but_once(source: list[Row], target: list[Row]) -> None:
    found = match(_numbered(source, "s"), _numbered(target, "t"), FIELDS)
    partners = {pair.source_id: set[str]() for pair in found.applied}
    for pair in found.applied:
        partners[pair.source_id].add(pair.target_id)
    groups = {frozenset(each) for each in partners.values()}
    applied = {row_id for pair in found.applied for row_id in (pair.source_id, pair.target_id)}
    unsure = Counter(row_id for each in found.ambiguous for row_id in (*each.source_ids, *each.target_ids))
    assert all(one == other or one.isdisjoint(other) for one in groups for other in groups)
    assert all(len(group) == 1 or tuple(sorted(group)) in found.target_duplicates for group in groups)
    assert applied.isdisjoint(unsure)
    assert applied.isdisjoint(row_id for pair in found.suggested for row_id in (pair.source_id, pair.target_id))
    assert all(times == 1 for times in unsure.values())


@given(ROWS, ROWS)
def test_suggested_pairs_lie_between_the_thresholds_or_have_a_rival(source: list[Row], target: list[Row]) -> None:
    found = match(_numbered(source, "s"), _numbered(target, "t"), FIELDS)
    unsure = {row_id for each in found.ambiguous for row_id in (*each.source_ids, *each.target_ids)}
    for pair in found.suggested:
        assert 0.2 <= pair.score <= 1
        assert pair.score < 0.8 or {pair.source_id, pair.target_id} & unsure
        assert pair.reasons


@given(ROWS, st.randoms(use_true_random=False))
def test_duplicates_of_one_table_do_not_depend_on_its_order(rows: list[Row], shuffling: object) -> None:
    rows = _numbered(rows, "r")
    found = deduplicate(rows, FIELDS)
    shuffling.shuffle(rows)  # type: ignore[attr-defined]  # a random.Random
    assert deduplicate(rows, FIELDS) == found
    grouped = [row_id for group in found.groups for row_id in group]
    assert len(grouped) == len(set(grouped))
    assert {row_id for pair in found.applied for row_id in (pair.source_id, pair.target_id)} == set(grouped)


@settings(max_examples=30)
@given(st.lists(_ROW, min_size=1, max_size=6), st.integers(2, 4))
def test_a_table_of_copies_is_all_duplicates_or_nothing(rows: list[Row], copies: int) -> None:
    numbered = [row | {"id": f"{place}-{copy}"} for place, row in enumerate(rows) for copy in range(copies)]
    for group in deduplicate(numbered, FIELDS).groups:
        wholes = {row_id.partition("-")[0] for row_id in group}
        assert len(group) == len(wholes) * copies


@pytest.mark.parametrize("collects", [True, False])
def test_the_garbage_collector_is_left_as_it_was(*, collects: bool) -> None:
    if not collects:
        gc.disable()
    try:
        match([], [], FIELDS)
        assert gc.isenabled() is collects
    finally:
        gc.enable()
