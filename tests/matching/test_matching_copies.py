"""Rows that are the same in all that is compared are one row, however many there are."""

from __future__ import annotations

import random

import pytest

from airflow_provider_erp.matching import deduplicate, match

Row = dict[str, object]
FIELDS = {"name": "name", "street": "text", "city": "text", "phone": "phone"}
_SYLLABLES = ("ka", "lo", "mi", "ru", "sa", "te", "vi", "no", "pe", "ju", "hal", "tor")
ONE: Row = {"name": "Vesterinen Asennus Oy", "street": "Rantatie 5", "city": "Vaasa", "phone": "+358401234567"}


def _population(rows: int, side: str = "r") -> list[Row]:
    chance = random.Random(rows)
    return [
        {
            "id": f"{side}{number}",
            "name": f"{_word(chance)} {_word(chance)} Oy",
            "street": f"{_word(chance)}tie {chance.randrange(1, 99)}",
            "city": chance.choice(("Vaasa", "Turku", "Oulu")),
            "phone": f"+35840{chance.randrange(10**6, 10**7)}",
        }
        for number in range(rows)
    ]


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=4)).title()


def _copies(number: int, row: Row = ONE) -> list[Row]:
    return [row | {"id": f"copy{place:02}"} for place in range(number)]


def _ids(number: int) -> tuple[str, ...]:
    return tuple(f"copy{place:02}" for place in range(number))


@pytest.mark.parametrize("population", [0, 10, 2_000])
@pytest.mark.parametrize("number", [2, 4, 20, 31])
def test_copies_are_one_group_however_many_there_are(population: int, number: int) -> None:
    found = deduplicate([*_population(population), *_copies(number)], FIELDS)
    assert found.groups == (_ids(number),)
    assert {pair.target_id for pair in found.applied} == set(_ids(number)[1:])
    assert {(pair.source_id, pair.score) for pair in found.applied} == {("copy00", 1.0)}
    assert found.applied[0].reasons[0] == "name: the same"


def test_all_copies_match_the_one_row_of_the_other_table() -> None:
    found = match([*_population(2_000), *_copies(30)], [ONE | {"id": "one"}, *_population(2_000, "other")], FIELDS)
    assert {each.source_id for each in found.applied if each.target_id == "one"} == set(_ids(30))
    assert len(found.applied) == 2_030
    assert found.source_duplicates == (_ids(30),)
    assert (found.suggested, found.ambiguous, found.target_duplicates) == ((), (), ())


def test_copies_and_a_row_that_is_written_otherwise_are_one_group_in_the_order_of_ids() -> None:
    other = ONE | {"id": "copy00x", "name": "Vesterinen Asenus"}
    found = deduplicate([*_population(200), *_copies(31), other], FIELDS)
    assert found.groups == (tuple(sorted((*_ids(31), "copy00x"))),)
    assert all(pair.source_id < pair.target_id for pair in found.applied)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"city": "Vaasa", "street": "Rantatie 5"}, id="no name"),
        pytest.param({"name": "Cash Sale Oy"}, id="but a name"),
        pytest.param({}, id="nothing"),
    ],
)
def test_rows_that_do_not_say_who_they_are_stay_apart(row: Row) -> None:
    assert deduplicate([*_population(100), *_copies(40, row)], FIELDS).groups == ()


def test_rows_without_names_are_copies_by_two_values_or_a_number() -> None:
    papers = [{"id": str(number), "title": "On Ledgers", "year": "1999"} for number in range(40)]
    numbers = [{"id": str(number), "number": "1234567-1"} for number in range(40)]
    assert [len(each) for each in deduplicate(papers, {"title": "text", "year": "date"}).groups] == [40]
    assert [len(each) for each in deduplicate(numbers, {"number": "identifier"}).groups] == [40]
