"""What is known of one DAG run: for which day it stands, and what its tasks left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.run_time import as_of
from airflow_provider_erp.ui.fetches import fetches_of_run
from airflow_provider_erp.ui.ledgers import Found, MayRead, list_reports
from airflow_provider_erp.ui.pushes import Push, pushes_of_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Reports, batches and receipts of a run, or of one of its tasks."""

    reports: list[Found]
    batches: list[Published]
    pushes: list[Push]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.reports or self.batches or self.pushes)


@dataclass(frozen=True, slots=True)
class _Times:
    logical_date: dt.datetime | None
    run_after: dt.datetime


def left_by(
    base_path: str, may_read: MayRead, dag_id: str, run_id: str, task_id: str | None, map_index: int | None
) -> Left:
    """What the tasks of a run left, or one of them; nothing for a run that Airflow does not know."""
    day = _day(dag_id, run_id)
    if day is None:
        return Left(reports=[], batches=[], pushes=[])
    run = (dag_id, run_id)
    return Left(
        reports=list_reports(base_path, may_read, day=day).of_task(dag_id, run_id, task_id, map_index),
        batches=fetches_of_run(base_path, day, may_read, run, task_id, map_index),
        pushes=pushes_of_run(base_path, run, task_id, map_index),
    )


def _day(dag_id: str, run_id: str) -> dt.date | None:
    """The day for which a run's batches are kept."""
    query = select(DagRun.logical_date, DagRun.run_after).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    with create_session() as session:
        row = session.execute(query).one_or_none()
    return as_of(_Times(row.logical_date, row.run_after)).date() if row else None
