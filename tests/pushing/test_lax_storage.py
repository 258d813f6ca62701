"""Storages that cannot create a file exclusively: a pool keeps pushes apart there, and the journal is the same."""

from __future__ import annotations

import datetime as dt

import pytest
from lax_storage import a_lax_storage

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.pushing.claim import claim, creates_exclusively, creation
from airflow_provider_erp.pushing.journal import Intent, Journal, Receipt, key_of

NOW = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC)
INTENT = Intent(action="create", at=NOW, by="task", body="0a")


@pytest.fixture
def folder() -> str:
    return f"{a_lax_storage()}/pushes"


def test_it_is_noticed_that_two_can_create_one_file(folder: str) -> None:
    assert not creates_exclusively(folder)
    assert storage.names(folder) == []


def test_push_without_a_pool_of_its_own_is_refused(folder: str) -> None:
    with pytest.raises(ErpConfigError, match=r"lets two writers create one file.*nothing was sent: make a pool"):
        creation(folder, is_alone=False)


def test_plan_belongs_to_one_task_and_steps_are_written_once(folder: str) -> None:
    create = creation(folder, is_alone=True)
    claim(folder, Attempt(dag_id="dag", run_id="one", task_id="push"), NOW, create)
    with pytest.raises(ErpConfigError, match="the plan is pushed by task 'push'"):
        claim(folder, Attempt(dag_id="dag", run_id="two", task_id="push"), NOW, create)
    journal, record = Journal(f"{folder}/steps", create), key_of("7", ["city"])
    journal.intend(record, 1, INTENT)
    with pytest.raises(FileExistsError):
        journal.intend(record, 1, INTENT)
    journal.settle(record, 1, Receipt(outcome="created", at=NOW, id="a"))
    assert journal.entries()[record].receipt == Receipt(outcome="created", at=NOW, id="a")
