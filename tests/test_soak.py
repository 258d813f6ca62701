"""The soak, in small: a few schedules hold, the same seed draws the same, and each invariant can fail."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sandbox_client import open_client

from airflow_provider_erp.pushing.deciding import FOUND
from airflow_provider_erp.sandbox.customers import Tally
from soak import invariants, runner
from soak.__main__ import main
from soak.evidence import Evidence, Pushed, Read, Side
from soak.invariants import INVARIANTS, Invariant, violations
from soak.runner import soak
from soak.running import Counts, Course
from soak.schedule import DECEIVING, draw

SEED = 85
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A few schedules in an interpreter of their own, whose fork server has what they need."""
    kept = tmp_path_factory.mktemp("kept")
    command = [sys.executable, "-m", "soak", "--seed", str(SEED), "--schedules", "2", "--keep", str(kept)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_a_few_schedules_hold(run: subprocess.CompletedProcess[str]) -> None:
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    first, *_, last = run.stdout.splitlines()
    assert first == f"seed {SEED}, 2 schedules, at most 60 minutes"
    assert last.startswith(f"seed {SEED}: 2 schedules, ")
    assert last.endswith("; 0 schedules failed")


def test_tasks_were_disturbed_killed_and_run_again_and_records_were_pushed(
    run: subprocess.CompletedProcess[str],
) -> None:
    counts = re.findall(r"(\d+) (steps|faults|kills|reruns|receipts)", run.stdout.splitlines()[-1])
    assert len(counts) == 5
    assert all(int(count) for count, _ in counts), counts


def test_the_same_seed_draws_the_same_schedule_and_another_another() -> None:
    assert draw(7) == draw(7)
    assert len({tuple(draw(seed).lines()) for seed in range(50)}) == 50


def test_all_that_may_go_wrong_is_drawn() -> None:
    steps = [step for seed in range(400) for step in draw(seed).steps()]
    kinds = {fault.kind for step in steps for fault in step.faults}
    assert {"removed_row", "write_lost", "write_unsent", "write_background", "expired_token"} <= kinds
    assert {step.task for step in steps if step.kill} == {"source", "target", "reconcile", "plan", "push", "give"}
    assert any(draw(seed).deceived for seed in range(50))
    assert kinds >= DECEIVING


def test_time_that_is_over_begins_no_other_schedule() -> None:
    said: list[str] = []
    assert soak(SEED, 5, minutes=-1, say=said.append).counts.schedules == 0
    assert len(said) == 1


def test_a_schedule_that_fails_is_told_with_what_repeats_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "one", lambda schedule, keep: (["nothing is ever right"], Counts(schedules=1)))
    assert main(["--seed", "2", "--schedules", "10"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("seed 2, 10 schedules, at most 60 minutes")
    assert "FAILED nothing is ever right" in said
    assert "again: python -m soak --seed 11 --schedules 1" in said
    assert "10 of 10: 10 schedules, " in said
    assert said.endswith("10 schedules failed\n")


def a_receipt(record: str, outcome: str = "created", reason: str = "") -> dict[str, str]:
    return {"record": record, "outcome": outcome, "reason": reason}


def all_is_well() -> Evidence:
    rows = {"1": {"number": "1", "name": "Kuu Oy"}, "2": {"number": "2", "name": "Salo Oy"}}
    side = Side(
        vendor="visma_net",
        held={"1": {"number": "1", "name": "kuu oy"}, "2": {"number": "2", "name": "salo oy"}},
        after_changes=rows | {"9": {"number": "9", "name": "Gone Oy"}},
        after_all=rows,
        tells_deletions=False,
        may_have_deceived=False,
    )
    receipts = [a_receipt("number:1"), a_receipt("number:2", "updated")]
    tally = Tally(created=1, updated=1, created_by_number=Counter({"1": 1}))
    return Evidence(
        sides=[side],
        planted=[("missing_in_target", None, "1", None, (), ())],
        found=[("missing_in_target", None, "1", None, (), ())],
        pushed=[Pushed(vendor="visma_net", records=2, receipts=receipts, again=receipts)],
        written={"visma_net": tally},
        written_again={"visma_net": tally},
        read=[Read(batch="b", cursor="2026-11-20T05:59:00.001", present="2026-11-20T04:00:00+00:00")],
        broken=(),
        secrets=frozenset({"s3cret"}),
        names=frozenset({"kuu oy"}),
        log="INFO:airflow:2 rows",
    )


def test_nothing_is_said_where_all_is_well() -> None:
    assert violations(all_is_well()) == []


def with_side(evidence: Evidence, **other: object) -> Evidence:
    return replace(evidence, sides=[replace(evidence.sides[0], **other)])  # type: ignore[arg-type]


def with_push(evidence: Evidence, **other: object) -> Evidence:
    return replace(evidence, pushed=[replace(evidence.pushed[0], **other)])  # type: ignore[arg-type]


def with_tally(evidence: Evidence, name: str, tally: Tally) -> Evidence:
    return replace(evidence, **{name: {"visma_net": tally}})  # type: ignore[arg-type]


WHOLE = all_is_well()
ONE_ROW = {"1": {"number": "1", "name": "Kuu Oy"}}
OTHER_NAME = ONE_ROW | {"2": {"number": "2", "name": "Salo Ab"}}
TWICE = Tally(created=1, updated=1, created_by_number=Counter({"1": 2}))
BROKEN: list[tuple[Invariant, Evidence, str]] = [
    (
        invariants.state_after_all_was_read_is_what_the_system_holds,
        with_side(WHOLE, after_all=ONE_ROW, after_changes=ONE_ROW),
        "visma_net: 1 customers are in only one of state and system, such as 2",
    ),
    (
        invariants.state_after_all_was_read_is_what_the_system_holds,
        with_side(WHOLE, after_all=OTHER_NAME),
        "visma_net: 2 has another name in the state than in the system",
    ),
    (
        invariants.state_after_changes_were_read_is_the_same,
        with_side(WHOLE, after_changes=OTHER_NAME),
        "visma_net: 1 customers differ between changes and all, such as 2",
    ),
    (
        invariants.state_after_changes_were_read_is_the_same,
        with_side(WHOLE, tells_deletions=True),
        "visma_net: 1 customers differ between changes and all, such as 9",
    ),
    (invariants.breaks_are_those_that_were_planted, replace(WHOLE, found=[]), "1 breaks not found, such as"),
    (
        invariants.breaks_are_those_that_were_planted,
        replace(WHOLE, found=[*WHOLE.found, *WHOLE.found]),
        "1 breaks found and not planted, such as",
    ),
    (
        invariants.every_record_has_one_receipt,
        with_push(WHOLE, receipts=[*WHOLE.pushed[0].receipts, a_receipt("number:1")]),
        "visma_net: 3 receipts of 2 records, in a push of 2",
    ),
    (
        invariants.every_record_has_one_receipt,
        with_push(WHOLE, again=WHOLE.pushed[0].again[:1]),
        "visma_net: 1 receipts of 1 records, in a push of 2",
    ),
    (
        invariants.receipts_tell_what_was_written,
        with_tally(WHOLE, "written", Tally(created=2, updated=1)),
        "visma_net: 1 receipts say created, 0 of them looked up, 2 were",
    ),
    (
        invariants.cleared_push_writes_nothing_more,
        with_tally(WHOLE, "written_again", Tally(created=1, updated=2)),
        "visma_net: a push that was done wrote once more",
    ),
    (
        invariants.cleared_push_writes_nothing_more,
        with_push(WHOLE, again=[a_receipt("number:1"), a_receipt("number:2", "unchanged")]),
        "visma_net: receipts became others when the push was cleared",
    ),
    (
        invariants.no_customer_was_created_twice,
        with_tally(WHOLE, "written_again", TWICE),
        "visma_net: 1 customers of one number were created twice, such as 1",
    ),
    (
        invariants.cursors_are_never_past_the_data,
        replace(WHOLE, read=[replace(WHOLE.read[0], cursor="2026-11-20T06:00:02.000")]),
        "b: cursor 2026-11-20T06:00:02.000 is later than",
    ),
    (
        invariants.logs_name_no_secret_and_no_customer,
        replace(WHOLE, log="first\nsigned in with S3cret"),
        "line 2 of the log holds a secret",
    ),
    (
        invariants.logs_name_no_secret_and_no_customer,
        replace(WHOLE, log="could not write KUU OY"),
        "line 1 of the log names a customer",
    ),
    (
        invariants.tasks_end_with_errors_that_were_meant,
        replace(WHOLE, broken=["push of day 0: KeyError: 'x'"]),
        "push of day 0: KeyError",
    ),
]


@pytest.mark.parametrize(("invariant", "evidence", "told"), BROKEN)
def test_what_does_not_hold_is_told_by_the_invariant_of_that_name(
    invariant: Callable[[Evidence], object], evidence: Evidence, told: str
) -> None:
    found = violations(evidence)
    assert any(each.startswith(f"{invariant.__name__}: {told}") for each in found), found


def test_every_invariant_is_shown_to_fail() -> None:
    assert {invariant for invariant, _, _ in BROKEN} == set(INVARIANTS)


def test_a_token_and_a_session_id_that_a_system_issued_are_found_in_a_log(tmp_path: Path) -> None:
    with open_client(customers=5) as client:
        for secret in (client.token, client.lemonsoft_session):
            course = Course(draw(SEED), client.sandbox, tmp_path)
            log = f"DEBUG:httpx:all is well\nDEBUG:httpx:sent {secret} with it"
            told = violations(replace(WHOLE, secrets=frozenset(course.secrets), log=log))
            assert told == ["logs_name_no_secret_and_no_customer: line 2 of the log holds a secret"]


@pytest.mark.parametrize(
    "spelled",
    [
        "KIVIJÄRVI Ärjy Oy",
        r"Kivij\u00e4rvi \u00c4rjy Oy",
        r"Kivij\xc3\xa4rvi \xc3\x84rjy Oy",
        "Kivij%C3%A4rvi%20%C3%84rjy%20Oy",
    ],
    ids=["plain", "in JSON", "in bytes", "in an address"],
)
def test_name_is_found_in_a_log_however_it_is_spelled(spelled: str) -> None:
    told = violations(replace(WHOLE, names=frozenset({"Kivijärvi Ärjy Oy"}), log=f"all is well\nsent {spelled}"))
    assert told == ["logs_name_no_secret_and_no_customer: line 2 of the log names a customer"]


def test_what_a_system_may_have_concealed_is_not_held_against_the_state() -> None:
    assert violations(with_side(WHOLE, after_changes={}, may_have_deceived=True)) == []


def test_what_was_looked_up_may_have_been_written_by_another_push() -> None:
    receipts = [a_receipt("number:1"), a_receipt("number:2", "updated", FOUND)]
    nothing_updated = with_tally(with_push(WHOLE, receipts=receipts, again=receipts), "written", Tally(created=1))
    assert violations(replace(nothing_updated, written_again=nothing_updated.written)) == []
    told = with_push(nothing_updated, receipts=WHOLE.pushed[0].receipts)
    assert "receipts_tell_what_was_written" in "".join(violations(told))


def test_what_nobody_knows_of_may_have_been_written() -> None:
    receipts = [a_receipt("number:1"), a_receipt("number:2", "unknown")]
    assert violations(with_push(WHOLE, receipts=receipts, again=receipts)) == []
