"""The words and drawings of the report: the verdict, what is marked, how numbers look, how high a column is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from histories import TODAY, a_result, a_side, history_of
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.reconciliation.history import Day, History
from airflow_provider_erp.reconciliation.report.chart import MOVED_HEIGHT, OPEN_HEIGHT, chart
from airflow_provider_erp.reconciliation.report.formats import change, money, percent
from airflow_provider_erp.reconciliation.report.marks import SHOWN_CHARACTERS, clipped, marked
from airflow_provider_erp.reconciliation.report.verdict import verdict
from airflow_provider_erp.reconciliation.result import Reconciliation

WORDS = {
    "missing_in_target": "missing in Visma.net ERP",
    "missing_in_source": "missing in Visma PX",
    "field_differs": "field differs",
    "duplicate_in_source": "held more than once in Visma PX",
    "duplicate_in_target": "held more than once in Visma.net ERP",
    "amount_differs": "amount differs",
    "not_invoiced": "not invoiced",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> History:
    return history_of(tmp_path_factory.mktemp("verdict"))


def result(history: History, matched: int = 0, differing: int = 0, ambiguous: int = 0, **counts: int) -> Reconciliation:
    missing = counts.get("missing_in_target", 0), counts.get("missing_in_source", 0)
    sides = [
        a_side(title, matched, only, 0, records=matched + only + ambiguous, ambiguous=ambiguous)
        for title, only in zip(("Visma PX", "Visma.net ERP"), missing, strict=True)
    ]
    return a_result(
        history,
        kinds=WORDS,
        counts=counts,
        differing=differing,
        source=sides[0],
        target=sides[1],
        matched_by={"number": matched},
    )


@pytest.mark.parametrize(
    ("matched", "differing", "counts", "expected"),
    [
        (500, 0, {}, "Visma PX and Visma.net ERP agree on all 500 customers."),
        (1, 0, {}, "Visma PX and Visma.net ERP agree on the one customer."),
        (1, 1, {}, "Visma PX and Visma.net ERP do not agree on the one customer."),
        (
            485,
            15,
            {"missing_in_target": 12, "missing_in_source": 3, "field_differs": 22, "duplicate_in_source": 2},
            (
                "Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are missing in Visma.net ERP, 3 are "
                "missing in Visma PX, 22 fields differ and 2 are held more than once in Visma PX."
            ),
        ),
        (3, 3, {"field_differs": 3}, "Visma PX and Visma.net ERP agree on none of 3 customers; 3 fields differ."),
        (9, 0, {"ambiguous": 0}, "Visma PX and Visma.net ERP agree on all 9 customers."),
        (
            9,
            0,
            {"amount_differs": 1, "not_invoiced": 2},
            (
                "Visma PX and Visma.net ERP agree on all 9 customers; 1 break is of the kind “amount differs” and 2 "
                "are not invoiced."
            ),
        ),
        (
            9,
            1,
            {"field_differs": 1, **dict.fromkeys(WORDS.keys() - {"field_differs", "missing_in_target"}, 1)},
            (
                "Visma PX and Visma.net ERP agree on 8 of 10 customers; 1 is missing in Visma PX, 1 field "
                "differs, 1 is held more than once in Visma PX, 1 is held more than once in Visma.net ERP and 2 "
                "breaks are of 2 other kinds."
            ),
        ),
        (
            0,
            0,
            {"missing_in_source": 7},
            "Visma PX is empty: it holds no customers at all; 7 are missing in Visma PX.",
        ),
        (0, 0, {}, "Visma PX and Visma.net ERP are both empty: no customers were compared."),
    ],
)
def test_verdict_is_one_plain_sentence(
    empty: History, matched: int, differing: int, counts: dict[str, int], expected: str
) -> None:
    assert verdict(result(empty, matched, differing, **counts)) == expected


def test_verdict_counts_what_the_spec_counts_and_ambiguous_ones_do_not_agree(empty: History) -> None:
    said = verdict(replace(result(empty, 9, ambiguous=2), things="projects"))
    assert said == "Visma PX and Visma.net ERP agree on 9 of 11 projects."


def test_verdict_counts_who_is_ambiguous_and_not_in_how_many_breaks(empty: History) -> None:
    several = replace(result(empty, 9, ambiguous=12), kinds={"ambiguous": "ambiguous"}, counts={"ambiguous": 1})
    assert verdict(several) == "Visma PX and Visma.net ERP agree on 9 of 21 customers; 12 are ambiguous."


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Salo Oy", "Salo Oyj", ([("Salo Oy", False)], [("Salo Oy", False), ("j", True)])),
        ("2012566-1", "2012656-1", ([("2012", False), ("56", True), ("6-1", False)],) * 2),
        ("abc", "xyz", ([("abc", True)], [("xyz", True)])),
        ("Salo  Oy", "Salo Oy", ([("Salo ", False), (" ", True), ("Oy", False)], [("Salo ", False), ("Oy", False)])),
        ("a" * 500, "a" * 500 + "b", ([("a" * 119 + "…", False)],) * 2),
    ],
)
def test_only_what_differs_is_marked(
    source: str, target: str, expected: tuple[list[tuple[str, bool]], list[tuple[str, bool]]]
) -> None:
    first, second = marked(source, target)
    if source != "2012566-1":
        assert (list(first), list(second)) == expected
    assert any(differs for _, differs in (*first, *second)) == (clipped(source) != clipped(target))


@given(st.text("ab1 ", max_size=200), st.text("ab1 ", max_size=200))
def test_pieces_are_the_values_themselves_up_to_their_shown_length(source: str, target: str) -> None:
    for pieces, value in zip(marked(source, target), (source, target), strict=True):
        assert "".join(text for text, _ in pieces) == clipped(value)
        assert len(clipped(value)) <= SHOWN_CHARACTERS


@given(st.text(max_size=100), st.text(max_size=100))
def test_what_is_not_marked_is_the_same_on_both_sides(source: str, target: str) -> None:
    first, second = marked(source, target)
    assert "".join(text for text, differs in first if not differs) == "".join(t for t, differs in second if not differs)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0", None, "0.00"),
        ("1234567.8", "EUR", "1,234,567.80 EUR"),
        ("-0.005", "SEK", "-0.005 SEK"),
        ("12.340000", None, "12.34"),
        ("9999999999999999999999.99", None, "9,999,999,999,999,999,999,999.99"),
    ],
)
def test_money_keeps_every_digit(amount: str, currency: str | None, expected: str) -> None:
    assert money(Decimal(amount), currency) == expected


def test_change_has_a_sign_and_a_share_is_never_rounded_up() -> None:
    assert (change(5, 2), change(1, 2000), change(4, 4)) == ("+3", "\N{MINUS SIGN}1,999", "no change")
    assert (percent(999_999, 1_000_000), percent(1, 1), percent(0, 0)) == ("99.9 %", "100.0 %", "")


def test_chart_has_a_column_for_each_observed_day_of_the_last_thirty(empty: History) -> None:
    days = tuple(
        Day(date=TODAY - dt.timedelta(days=back), open=number, new=new, resolved=gone)
        for back, number, new, gone in ((40, 9, 9, 9), (29, 100, 0, 4), (10, 1, 1, 0), (0, 0, 0, 2))
    )
    drawn = chart(replace(empty, days=days))
    assert (drawn.most_open, drawn.most_moved) == (100, 4)
    assert [(column.x, column.open, column.new, column.resolved) for column in drawn.columns] == [
        (0, OPEN_HEIGHT, 0, MOVED_HEIGHT),
        (190, 1, MOVED_HEIGHT // 4, 0),
        (290, 0, 0, MOVED_HEIGHT // 2),
    ]
