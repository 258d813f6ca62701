"""Odd tables are read, refused with a reason, or matched with nothing; none takes long."""

from __future__ import annotations

import pytest

from airflow_provider_erp.matching import KINDS, Duplicates, Matches, deduplicate, match

Row = dict[str, object]
FIELDS = {"name": "name", "phone": "phone", "email": "email", "street": "text"}
NOTHING = Matches(applied=(), suggested=(), ambiguous=(), source_duplicates=(), target_duplicates=())
EMPTY: Row = dict.fromkeys(FIELDS)
ONE: Row = EMPTY | {"id": "1", "name": "Meri Oy", "phone": "040 1234567"}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param([], [], id="no rows"),
        pytest.param([ONE], [], id="no target"),
        pytest.param([], [ONE], id="no source"),
        pytest.param([EMPTY | {"id": 1, "name": ""}], [{"id": 1, "name": " "}], id="no values"),
    ],
)
def test_where_there_is_nothing_to_compare_nothing_is_found(source: list[Row], target: list[Row]) -> None:
    assert match(source, target, FIELDS) == NOTHING


def test_one_table_without_rows_or_values_has_no_duplicates() -> None:
    nothing = Duplicates(groups=(), applied=(), suggested=())
    assert deduplicate([], FIELDS) == nothing
    assert deduplicate([EMPTY | {"id": 1}, EMPTY | {"id": 2}], FIELDS) == nothing


def test_ids_are_texts_and_may_be_in_another_column() -> None:
    rows: list[Row] = [{"key": 7, "name": "Meri Rakennus", "phone": "+358401234567", "street": "Rantatie 5"}]
    found = match(rows, rows, {"name": "name", "phone": "phone", "street": "text"}, id="key")
    assert [(pair.source_id, pair.target_id) for pair in (*found.applied, *found.suggested)] == [("7", "7")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"name": "Meri"}], "source row 0: expected an id in the column 'id', got none"),
        ([{"id": ""}], "source row 0: expected an id in the column 'id', got none"),
        ([{"id": 1}, {"id": "1"}], "source row 1: expected each id once, got '1' again"),
    ],
)
def test_a_row_without_an_id_of_its_own_is_named(rows: list[Row], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        match(rows, [], FIELDS)


def test_the_table_with_the_wrong_row_is_named() -> None:
    with pytest.raises(ValueError, match="target row 0"):
        match([], [{}], FIELDS)
    with pytest.raises(ValueError, match="table row 0"):
        deduplicate([{}], FIELDS)


def test_a_kind_that_is_unknown_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"fields: 'name' is of an unknown kind 'nmae'; known are name, text, exact"):
        match([], [], {"name": "nmae"})


def test_a_column_that_no_row_has_is_named_with_those_that_there_are() -> None:
    with pytest.raises(
        ValueError, match=r"expected a column 'nam' in some row, got none; the rows have \['id', 'name'"
    ):
        match([{"id": "1", "name": "Meri"}], [{"id": "1", "name": "Meri"}], {"nam": "name"})
    with pytest.raises(ValueError, match="expected a column 'phone'"):
        deduplicate([{"id": "1", "name": "Meri"}], {"name": "name", "phone": "phone"})


def test_a_column_of_one_row_or_one_table_is_enough() -> None:
    assert match([{"id": "1"}], [{"id": "2"}, {"id": "3", "name": "Meri"}], {"name": "name"}) == NOTHING


def test_no_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one column with its kind"):
        deduplicate([], {})


@pytest.mark.parametrize(("apply_at", "suggest_at"), [(0.5, 0.6), (1, 0.5), (0.5, 0), (float("nan"), 0.5)])
def test_thresholds_are_probabilities_in_order(apply_at: float, suggest_at: float) -> None:
    with pytest.raises(ValueError, match="expected 0 < suggest_at <= apply_at < 1"):
        match([], [], FIELDS, apply_at=apply_at, suggest_at=suggest_at)
    with pytest.raises(ValueError, match=f"suggest_at={suggest_at}"):
        deduplicate([], FIELDS, apply_at=apply_at, suggest_at=suggest_at)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "value",
    [
        "日本商事",
        "🙂🙂🙂",
        "e\u0301",
        "\u202emarkin",
        "\x00",
        "٣٤٥",
        "---",
        "'; DROP TABLE customer; --",
        "=1+1",
        7,
        1.5,
        "a" * 100_000,
        "word " * 20_000,
        "".join(f"w{number} " for number in range(5_000)),
    ],
    ids=lambda value: str(value)[:10].encode("unicode_escape").decode(),
)
def test_any_value_of_any_kind_is_the_same_as_itself(kind: str, value: object) -> None:
    rows: list[Row] = [{"id": "1", "value": value}, {"id": "2", "value": "another"}]
    found = match(rows, rows, {"value": kind})
    assert {("1", "2"), ("2", "1")}.isdisjoint((pair.source_id, pair.target_id) for pair in found.applied)


def test_a_text_of_many_words_is_compared_with_another_one() -> None:
    one, other = ("".join(f"{letter}{number} " for number in range(3_000)) for letter in "ab")
    rows: list[Row] = [{"id": "1", "name": one + "shared"}]
    assert match(rows, [{"id": "2", "name": other + "shared"}], {"name": "name"}).applied == ()


def test_a_switchboard_that_all_rows_share_costs_little_and_tells_nothing() -> None:
    rows: list[Row] = [
        {"id": str(number), "name": f"Company{number * 7919 % 10_007} {number}", "phone": "+358401234567"}
        for number in range(2_000)
    ]
    assert deduplicate(rows, {"name": "name", "phone": "phone"}).groups == ()
    found = match(rows[:1_000], rows[1_000:], {"name": "name", "phone": "phone"})
    assert found.applied == ()


def test_thousands_of_equal_rows_are_not_compared_with_each_other() -> None:
    rows: list[Row] = [{"id": str(number), "name": "Cash Sale"} for number in range(3_000)]
    assert match(rows, rows, {"name": "name"}).applied == ()
