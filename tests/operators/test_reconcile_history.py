"""The reconcile operator day after day: breaks have a history, limits fail the task, accepted breaks stay quiet."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from batches_on_disk import same
from published_report import FILES, folder_of, read_report
from reconciled_days import BY_NUMBER, reconcile_day, states

from airflow_provider_erp.reconciliation.rules import Accepted, KindRule, Money, Threshold
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

FOLDER = "reconciliation/customers/visma_px-Nordic~20Oy/visma_net-Nordic~20Oy"
NAMES = {"1": "Salo", "2": "Turku", "3": "Vaasa", "4": "Oulu"}
NOTHING = {"new": 0, "reopened": 0, "changed": 0, "persisting": 0, "not_looked_at": 0, "resolved": 0}


def limited(*thresholds: Threshold, **values: Any) -> ReconciliationSpec:
    return dataclasses.replace(BY_NUMBER, thresholds=thresholds, **values)


def report_of(base: Path, day: str) -> Any:
    return json.loads((base / FOLDER / day / "breaks.json").read_bytes())


def test_breaks_are_new_then_persist_change_are_resolved_and_reopen(tmp_path: Path) -> None:
    first = reconcile_day(tmp_path, 0, NAMES, NAMES | {"1": "Sale", "2": "Turkku", "3": "Vasa"})
    assert first["states"] == NOTHING | {"new": 3}
    assert states(first) == {"C1": "new", "C2": "new", "C3": "new"}

    second = reconcile_day(tmp_path, 1, NAMES, NAMES | {"1": "Sale", "2": "Åbo"})
    assert second["states"] == NOTHING | {"persisting": 1, "changed": 1, "resolved": 1}
    assert states(second) == {"C1": "persisting", "C2": "changed"}
    told = read_report(second["report"])
    assert [row["key"] for row in told["resolved"]] == ["C3"]
    assert {row["key"]: row["age_days"] for row in told["breaks"]} == {"C1": 1, "C2": 1}

    third = reconcile_day(tmp_path, 2, NAMES, NAMES | {"3": "Vasa", "4": "Uleåborg"})
    assert third["states"] == NOTHING | {"new": 1, "reopened": 1, "resolved": 2}
    assert states(third) == {"C3": "reopened", "C4": "new"}
    told = read_report(third["report"])
    assert [row["first_seen"] for row in told["breaks"] if row["key"] == "C3"] == ["2026-11-16"]
    assert [(day["open"], day["new"], day["resolved"]) for day in told["days"]] == [(3, 3, 0), (2, 0, 1), (2, 2, 2)]


def test_another_run_of_the_same_moment_replaces_report_and_observation(tmp_path: Path) -> None:
    reconcile_day(tmp_path, 0, NAMES, NAMES | {"1": "Sale"})
    (tmp_path / "again").mkdir()
    (tmp_path / "visma_px").rename(tmp_path / "again" / "visma_px")
    (tmp_path / "visma_net").rename(tmp_path / "again" / "visma_net")
    again = reconcile_day(tmp_path, 0, NAMES, NAMES | {"2": "Åbo"})
    assert states(again) == {"C2": "new"}
    assert again["states"] == NOTHING | {"new": 1}
    next_day = reconcile_day(tmp_path, 1, NAMES, NAMES | {"1": "Sale", "2": "Åbo"})
    assert states(next_day) == {"C1": "new", "C2": "persisting"}


def test_folder_of_a_day_has_all_files_and_the_ledger_lies_beside_it(tmp_path: Path) -> None:
    result = reconcile_day(tmp_path, 0, NAMES, NAMES | {"1": "Sale"})
    assert {file.name for file in folder_of(result["report"]).iterdir()} == FILES
    assert {folder.name for folder in (tmp_path / FOLDER).iterdir()} == {"2026-11-16", "ledger"}


def test_exceeded_threshold_warns_in_the_log_the_result_and_the_report(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spec = limited(Threshold(kind="field_differs", count=0))
    result = reconcile_day(tmp_path, 0, NAMES, NAMES | {"1": "Sale"}, spec)
    sentence = '1 break "field differs" is open, 0 are allowed'
    assert result["judgements"] == read_report(result["report"])["judgements"] == [sentence]
    assert sentence in [record.message for record in caplog.records if record.levelno == logging.WARNING]


@pytest.mark.parametrize(
    ("threshold", "reason"),
    [
        (Threshold(count=1, action="fail"), "2 breaks are open, 1 is allowed"),
        (Threshold(share=0.1, action="fail"), "2 breaks are open, 50 % of 4 compared, 10 % is allowed"),
        (
            Threshold(kind="missing_in_target", amount=Money(Decimal(100), "EUR"), action="fail"),
            '500.00 EUR are at risk in open breaks "missing in Visma PX", 100.00 EUR are allowed',
        ),
    ],
)
def test_exceeded_threshold_fails_the_task_in_one_line_when_all_is_written(
    tmp_path: Path, threshold: Threshold, reason: str
) -> None:
    spec = limited(threshold, kinds=(KindRule(kind="missing_in_target", at_risk=Money(Decimal(500), "EUR")),))
    with pytest.raises(AirflowFailException) as caught:
        reconcile_day(tmp_path, 0, NAMES, {"1": "Sale", "2": "Turku", "3": "Vaasa"}, spec)
    page = f"{tmp_path.as_uri()}/{FOLDER}/2026-11-16/report.html"
    assert str(caught.value) == f"{reason} (report: {page})"
    assert {file.name for file in folder_of(page).iterdir()} == FILES
    assert read_report(page)["judgements"] == [reason]
    assert states(reconcile_day(tmp_path, 1, NAMES, NAMES | {"1": "Sale"})) == {"C1": "persisting"}


def test_break_that_is_too_old_fails_the_task(tmp_path: Path) -> None:
    spec = limited(Threshold(age_days=1, action="fail"))
    for day in range(2):
        reconcile_day(tmp_path, day, NAMES, NAMES | {"1": "Sale"}, spec)
    with pytest.raises(AirflowFailException, match=r"^the only break is 2 days old, 1 is allowed"):
        reconcile_day(tmp_path, 2, NAMES, NAMES | {"1": "Sale"}, spec)


def test_accepted_difference_counts_in_no_threshold_until_its_values_change_or_its_day_has_passed(
    tmp_path: Path,
) -> None:
    result = reconcile_day(tmp_path, 0, NAMES, NAMES | {"1": "Sale"})
    [found] = read_report(result["report"])["breaks"]
    accepted = Accepted(
        break_id=found["break_id"], digest=found["digest"], reason="renamed", by="ann", until=dt.date(2026, 11, 18)
    )
    spec = limited(Threshold(count=0, action="fail"), accepted=(accepted,))

    quiet = reconcile_day(tmp_path, 1, NAMES, NAMES | {"1": "Sale"}, spec)
    [found] = read_report(quiet["report"])["breaks"]
    assert (found["state"], found["accepted_reason"], found["accepted_by"]) == ("persisting", "renamed", "ann")
    assert "renamed" in folder_of(quiet["report"]).joinpath("report.html").read_text()

    with pytest.raises(AirflowFailException, match="1 break is open, 0 are allowed"):
        reconcile_day(tmp_path, 2, NAMES, NAMES | {"1": "Sala"}, spec)
    [found] = report_of(tmp_path, "2026-11-18")["breaks"]
    assert (found["state"], found["accepted_reason"]) == ("changed", None)

    with pytest.raises(AirflowFailException, match="1 break is open, 0 are allowed"):
        reconcile_day(tmp_path, 3, NAMES, NAMES | {"1": "Sale"}, spec)


def test_acceptance_of_a_mistyped_break_stands_in_the_report_and_whose_it_is_not_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mistyped = Accepted(break_id="b7", digest="d", reason="renamed", by="ann", until=dt.date(2026, 11, 18))
    result = reconcile_day(tmp_path, 0, NAMES, NAMES | {"1": "Sale"}, limited(accepted=(mistyped,)))
    told = "The acceptance of break b7 by ann until 2026-11-18 matches no open break."
    assert read_report(result["report"])["remarks"] == [told]
    assert "Acceptances that silence nothing: 1; the report says which" in caplog.text
    assert "ann" not in caplog.text + json.dumps(result["remarks"])


def test_short_side_resolves_nothing_and_fails_the_task_when_all_is_written(tmp_path: Path) -> None:
    everyone, few = same(range(100)), same(range(30))
    odd = {"99": "odd"}
    reconcile_day(tmp_path, 0, everyone, everyone | odd)
    with pytest.raises(AirflowFailException, match=r"^Visma PX's full batch of 2026-11-17 lacks 70 of 100 .*html\)$"):
        reconcile_day(tmp_path, 1, few, everyone)
    told = report_of(tmp_path, "2026-11-17")
    assert [(row["key"], row["state"]) for row in told["breaks"]] == [("C99", "not_looked_at")]
    assert (told["resolves"], told["resolved"], told["not_looked_at"]) == (False, [], {"field_differs": 1})
    assert told["verdict"].endswith(" agree on all 100 customers; 1 earlier break was not looked at.")
    assert any("lacks 70 of 100" in remark for remark in told["remarks"])

    whole = reconcile_day(tmp_path, 2, everyone, everyone)
    assert whole["states"] == NOTHING | {"resolved": 1}


def test_day_of_the_folder_is_in_utc_and_the_age_counts_days_of_the_specs_zone(tmp_path: Path) -> None:
    spec = dataclasses.replace(BY_NUMBER, zone="Asia/Tokyo")
    new_york = dt.timezone(dt.timedelta(hours=-5))
    for day, hour in ((0, 8), (1, 11)):  # 22:00 on Monday and 01:00 on Wednesday in Tokyo
        moment = dt.datetime(2026, 11, 16 + day, hour, tzinfo=new_york)
        result = reconcile_day(tmp_path, day, NAMES, NAMES | {"1": "Sale"}, spec, moment)
        assert f"/2026-11-{16 + day}/" in result["report"]
    told = read_report(result["report"])
    assert (told["date"], told["as_of"]) == ("2026-11-18", "2026-11-17T16:00:00Z")
    assert [(row["since"], row["age_days"]) for row in told["breaks"]] == [("2026-11-16", 2)]


def test_log_result_error_and_ledger_hold_no_personal_data(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    names = {"1": "Anna Virtanen", "2": "Bo Ek"}
    result = reconcile_day(tmp_path, 0, names, {"1": "Anna Virtane"}, limited(Threshold(count=0)))
    with pytest.raises(AirflowFailException) as caught:
        reconcile_day(tmp_path, 1, names, {"1": "Anna Virtane"}, limited(Threshold(count=0, action="fail")))
    kept = [file.read_bytes().decode("latin-1") for file in (tmp_path / FOLDER / "ledger").iterdir()]
    assert kept
    for text in (json.dumps(result), str(caught.value), caplog.text, *kept):
        assert "Virtane" not in text
        assert "Bo Ek" not in text


def test_moments_of_one_day_have_reports_of_their_own_and_a_second_run_finds_its_own_again(tmp_path: Path) -> None:
    noon = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)
    morning = noon - dt.timedelta(hours=6)
    others = NAMES | {"1": "Sale"}
    paths = [
        reconcile_day(tmp_path, 0, NAMES, target, moment=moment)["report"].split("/")[-2]
        for moment, target in ((noon, NAMES), (morning, others), (noon, NAMES), (morning, others))
    ]
    assert paths == ["2026-11-16", "2026-11-16T060000Z"] * 2
    assert [len(report_of(tmp_path, path)["breaks"]) for path in paths[:2]] == [0, 1]
