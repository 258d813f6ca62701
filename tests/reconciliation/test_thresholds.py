"""Which thresholds open breaks exceed, and how that reads in one line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from breaks_on_disk import DAY, MONDAY, a_break, an_observation, write_breaks
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.ledger import fold
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.rules import Accepted, Money, Threshold
from airflow_provider_erp.reconciliation.thresholds import Judgement, judge

KINDS = {"missing_in_target": "missing in Visma.net ERP", "field_differs": "field differs"}


def history_of(folder: Path, *breaks: Break, days_open: int = 0, accepted: tuple[Accepted, ...] = ()) -> History:
    """The history of breaks that have been open for so many days."""
    before = [an_observation(folder, MONDAY - days_open * DAY, *breaks)] if days_open else []
    found = write_breaks(folder / "breaks.parquet", breaks)
    return fold(before, found, as_of=MONDAY, zone="UTC", folder=folder, accepted=accepted)


def missing(count: int, euros: str | None = None) -> list[Break]:
    return [a_break(f"missing-{number}", euros=euros) for number in range(count)]


def differing(count: int, **values: Any) -> list[Break]:
    return [a_break(f"differs-{number}", kind="field_differs", **values) for number in range(count)]


def said(history: History, *thresholds: Threshold, compared: int = 500) -> list[str]:
    return [each.sentence for each in judge(history, thresholds, compared, kinds=KINDS)]


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_limit_that_is_reached_is_not_exceeded(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(5, euros="2.00"), days_open=3)
    reached = Threshold(count=5, share=0.01, amount=euros("10"), age_days=3)
    assert said(history, reached) == []


def test_each_limit_that_is_exceeded_is_a_sentence(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(12, euros="1000.505"), *differing(1), days_open=31)
    threshold = Threshold(kind="missing_in_target", count=5, share=0.02, amount=euros("12000"), age_days=30)
    assert said(history, threshold) == [
        '12 breaks "missing in Visma.net ERP" are open, 5 are allowed',
        '12 breaks "missing in Visma.net ERP" are open, 2.4 % of 500 compared, 2 % is allowed',
        '12,006.06 EUR are at risk in open breaks "missing in Visma.net ERP", 12,000.00 EUR are allowed',
        'the oldest of 12 breaks "missing in Visma.net ERP" is 31 days old, 30 are allowed',
    ]


def test_one_break_reads_as_one(tmp_path: Path) -> None:
    history = history_of(tmp_path, *differing(1), days_open=1)
    assert said(history, Threshold(kind="field_differs", count=0, age_days=0)) == [
        '1 break "field differs" is open, 0 are allowed',
        'the only break "field differs" is 1 day old, 0 are allowed',
    ]


def test_threshold_of_all_kinds_counts_them_together(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(1_100), *differing(200))
    assert said(history, Threshold(count=1), compared=100_000) == ["1,300 breaks are open, 1 is allowed"]


def test_judgements_bear_the_action_and_the_kind_in_the_order_of_the_thresholds(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(1), *differing(2))
    thresholds = [Threshold(kind="field_differs", count=1), Threshold(count=2, action="fail")]
    assert judge(history, thresholds, 500, kinds=KINDS) == (
        Judgement(action="warn", kind="field_differs", sentence='2 breaks "field differs" are open, 1 is allowed'),
        Judgement(action="fail", kind="*", sentence="3 breaks are open, 2 are allowed"),
    )


def test_accepted_differences_do_not_count(tmp_path: Path) -> None:
    agreed = [
        Accepted(break_id=f"missing-{number}", digest="1", reason="agreed", by="controller", until=MONDAY.date())
        for number in range(2)
    ]
    history = history_of(tmp_path, *missing(3, euros="5"), days_open=4, accepted=tuple(agreed))
    assert said(history, Threshold(count=0, amount=euros("4"), age_days=5)) == [
        "1 break is open, 0 are allowed",
        "5.00 EUR are at risk in open breaks, 4.00 EUR are allowed",
    ]


def test_break_that_this_run_could_not_resolve_counts_with_its_age(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY - 9 * DAY, *missing(1))]
    nothing = write_breaks(tmp_path / "breaks.parquet", [])
    history = fold(before, nothing, as_of=MONDAY, zone="UTC", folder=tmp_path, resolves=False)
    assert said(history, Threshold(age_days=7)) == ["the only break is 9 days old, 7 are allowed"]


def test_amount_counts_in_the_threshold_s_currency_only(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(1, euros="3"), *differing(2, amount=Decimal(900), currency="SEK"))
    assert said(history, Threshold(amount=euros("3"))) == []
    assert said(history, Threshold(amount=Money(Decimal(1000), "SEK"))) == [
        "1,800.00 SEK are at risk in open breaks, 1,000.00 SEK are allowed"
    ]


def test_amount_a_little_over_the_limit_reads_so(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(1, euros="100.000001"))
    assert said(history, Threshold(amount=euros("1E+2"))) == [
        "100.000001 EUR are at risk in open breaks, 100.00 EUR are allowed"
    ]


def test_share_a_little_over_the_limit_reads_so(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(2))
    assert said(history, Threshold(share=0.0002), compared=9_999) == [
        "2 breaks are open, 0.03 % of 9,999 compared, 0.02 % is allowed"
    ]


def test_of_nothing_compared_any_break_is_more_than_its_share(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(1))
    assert said(history, Threshold(share=1.0), compared=0) == ["1 break is open of 0 compared, 100 % is allowed"]


def test_nothing_open_exceeds_nothing(tmp_path: Path) -> None:
    history = history_of(tmp_path)
    assert said(history, Threshold(count=0, share=0.0, amount=euros("0"), age_days=0), compared=0) == []


def test_kind_that_the_comparison_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"threshold kind: expected one of \*, missing_in_target, .*; got 'mising'"):
        said(history_of(tmp_path), Threshold(kind="mising", count=0))


@settings(max_examples=25, deadline=None)
@given(percent=st.integers(0, 100), compared=st.integers(1, 300), count=st.integers(0, 12))
def test_share_is_exact_however_it_is_written(percent: int, compared: int, count: int) -> None:
    with TemporaryDirectory() as name:
        exceeded = said(
            history_of(Path(name), *missing(count)), Threshold(share=float(f"{percent}e-2")), compared=compared
        )
    assert bool(exceeded) == (Fraction(count, compared) > Fraction(percent, 100))


def test_every_sentence_is_one_line(tmp_path: Path) -> None:
    history = history_of(tmp_path, *missing(3, euros="5"), days_open=2)
    limits = Threshold(count=0, share=0.0, amount=euros("0"), age_days=0)
    sentences = said(history, limits)
    assert len(sentences) == 4
    assert all("\n" not in sentence for sentence in sentences)
