"""How right matching is on sets whose pairs are known, at the thresholds that ship."""

from __future__ import annotations

import random

import pytest

from airflow_provider_erp.matching import Matches, match
from benchmarks.labelled import FEBRL4, NORDIC, Labelled
from benchmarks.matching_report import Found


def _matched(labelled: Labelled) -> Matches:
    return match(labelled.rows("source"), labelled.rows("target"), labelled.fields)


def _judged(labelled: Labelled, found: Matches) -> Found:
    applied, true = {(pair.source_id, pair.target_id) for pair in found.applied}, labelled.true_pairs()
    right = len(applied & true)
    return Found(applied=len(applied), right=right, true=len(true), cpu=0, start_up=0, memory_mb=0)


@pytest.fixture(scope="module")
def nordic() -> Matches:
    return _matched(NORDIC)


def test_nordic_customers_are_found_and_next_to_none_wrongly(nordic: Matches) -> None:
    judged = _judged(NORDIC, nordic)
    assert judged.f1 >= 0.99
    assert judged.precision >= 0.998


def test_nordic_suggestions_are_few_and_mostly_right(nordic: Matches) -> None:
    suggested = {(pair.source_id, pair.target_id) for pair in nordic.suggested}
    assert len(suggested) <= 60
    assert 2 * len(suggested & NORDIC.true_pairs()) >= len(suggested)


def test_febrl4_persons_are_found_and_none_wrongly() -> None:
    if not (FEBRL4.folder / "febrl4-pairs.csv").exists():
        pytest.skip("the benchmark of matching has not brought the set yet")
    judged = _judged(FEBRL4, _matched(FEBRL4))
    assert judged.f1 >= 0.995
    assert judged.precision >= 0.998


def test_what_is_learnt_of_many_rows_does_not_depend_on_their_order_or_side(nordic: Matches) -> None:
    source, target = NORDIC.rows("source"), NORDIC.rows("target")
    for rows in (source, target):
        random.Random(4).shuffle(rows)
    swapped = match(target, source, NORDIC.fields)
    applied = {(pair.target_id, pair.source_id, pair.score, pair.reasons) for pair in swapped.applied}
    assert applied == {(pair.source_id, pair.target_id, pair.score, pair.reasons) for pair in nordic.applied}
    assert swapped.target_duplicates == nordic.source_duplicates


@pytest.mark.parametrize("partnered", [0, 50, 400])
def test_leftovers_without_a_partner_get_none_and_the_few_others_get_theirs(partnered: int) -> None:
    true = sorted(NORDIC.true_pairs())[:partnered]
    known = {source for source, _ in NORDIC.true_pairs()} - {source for source, _ in true}
    leftovers = [row for row in NORDIC.rows("source") if row["id"] not in known]
    applied = {
        (pair.source_id, pair.target_id) for pair in match(leftovers, NORDIC.rows("target"), NORDIC.fields).applied
    }
    assert len(applied - NORDIC.true_pairs()) <= 3
    assert len(applied.intersection(true)) >= 0.95 * len(true)
