"""The journal of a push: what was begun, what came of it, and who may go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpConfigError, ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.pushing.claim import claim, creates_exclusively
from airflow_provider_erp.pushing.journal import Entry, Intent, Journal, Receipt, key_of

NOW = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=5)
RECORD, OTHER = key_of("10000"), key_of("10001")
INTENT = Intent(action="create", at=NOW, by="task", body="0a1b")
CREATED = Receipt(outcome="created", at=LATER, id="4711")
TASK = Attempt(dag_id="dag", run_id="manual", task_id="push")


@pytest.fixture(params=["file", "memory", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path}/plan"
        return
    if request.param == "s3":
        yield f"{request.getfixturevalue('bucket')}/plan"
        return
    attach("memory", fs=MemoryFileSystem())
    yield f"memory://{uuid4().hex}/plan"
    MemoryFileSystem.store.clear()


def test_nothing_was_begun_where_there_is_no_journal(folder: str) -> None:
    assert Journal(folder).entries() == {}


def test_last_attempt_at_each_record_is_known_to_the_next_task(folder: str) -> None:
    journal = Journal(folder)
    journal.intend(RECORD, 1, INTENT)
    journal.settle(RECORD, 1, Receipt(outcome="unknown", at=NOW, reason="time-out"))
    journal.intend(RECORD, 2, INTENT)
    journal.settle(RECORD, 2, CREATED)
    journal.intend(OTHER, 1, INTENT)
    assert Journal(folder).entries() == {
        RECORD: Entry(attempt=2, intended=2, intent=INTENT, receipt=CREATED),
        OTHER: Entry(attempt=1, intended=1, intent=INTENT),
    }


def test_receipt_without_an_intent_tells_that_nothing_was_sent(folder: str) -> None:
    refused = Receipt(outcome="refused", at=NOW, reason="it was changed since the plan was made")
    Journal(folder).settle(RECORD, 1, refused)
    assert Journal(folder).entries() == {RECORD: Entry(attempt=1, receipt=refused)}


def test_of_several_tasks_that_begin_the_same_attempt_one_may_send(folder: str) -> None:
    def may_send(_: int) -> bool:
        try:
            Journal(folder).intend(RECORD, 1, INTENT)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as tasks:
        assert sorted(tasks.map(may_send, range(8))) == [False] * 7 + [True]


def test_task_that_comes_second_is_told_what_happened(folder: str) -> None:
    unchanged = Receipt(outcome="unchanged", at=NOW)
    Journal(folder).settle(RECORD, 1, unchanged)
    with pytest.raises(FileExistsError, match=r"another try of this task pushes the same record .* only one runs"):
        Journal(folder).settle(RECORD, 1, unchanged)


def test_file_that_is_no_step_is_told_by_its_address(folder: str) -> None:
    storage.create(f"{folder}/{RECORD}-0001-intent.json", b'{"action": "delete"}')
    with pytest.raises(ErpInconsistentRead, match=r"-0001-intent\.json: expected a step of a push"):
        Journal(folder).entries()


def test_other_files_of_the_folder_do_not_matter(folder: str) -> None:
    storage.create(f"{folder}/claim.json", b"{}")
    assert Journal(folder).entries() == {}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.sets(st.text(min_size=1), min_size=2))
def test_each_record_has_a_name_of_its_own_that_says_nothing_of_it(texts: set[str]) -> None:
    names = {key_of(text) for text in texts}
    assert len(names) == len(texts)
    assert {len(name) for name in names} == {32}


def test_plan_belongs_to_the_first_task_and_its_later_tries(folder: str) -> None:
    claim(folder, TASK, NOW)
    claim(folder, Attempt(dag_id="dag", run_id="manual", task_id="push", try_number=2), LATER)


@pytest.mark.parametrize("other", [{"run_id": "other"}, {"task_id": "other"}, {"dag_id": "other"}, {"map_index": 1}])
def test_another_task_may_not_push_the_plan(folder: str, other: dict[str, object]) -> None:
    claim(folder, TASK, NOW)
    theirs = {"dag_id": "dag", "run_id": "manual", "task_id": "push", **other}
    with pytest.raises(ErpConfigError, match=r"task 'push' of DAG 'dag', run 'manual'.*since 2026-11-20 06:30:00"):
        claim(folder, Attempt(**theirs), LATER)  # type: ignore[arg-type]


def test_of_several_tasks_that_claim_a_plan_one_has_it(folder: str) -> None:
    def has_it(run: int) -> bool:
        try:
            claim(folder, Attempt(dag_id="dag", run_id=str(run), task_id="push"), NOW)
        except ErpConfigError:
            return False
        return True

    with ThreadPoolExecutor(8) as tasks:
        assert sorted(tasks.map(has_it, range(8))) == [False] * 7 + [True]


def test_storage_is_tried_for_exclusive_creation_and_left_as_it_was(folder: str) -> None:
    assert creates_exclusively(folder)
    assert storage.names(folder) == []


def test_storage_that_writes_over_files_does_not_create_exclusively(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "create", lambda address, content: None)
    assert not creates_exclusively(folder)
