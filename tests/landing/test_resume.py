"""A fetch that was stopped goes on after its last durable page, and what it publishes is what a calm one publishes."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_source import FakeSource, customers, page, read_customer, scan
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.landing.asked import Fetch, Writing
from airflow_provider_erp.landing.batch import write_batch
from airflow_provider_erp.landing.catalog import Published, copy_records
from airflow_provider_erp.landing.checkpoint import NAME, RESUME_WITHIN
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.raw import read_rows
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Customer

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def ten_pages(total: int | None = 20) -> list[Page]:
    return [
        page(number, *customers(2 * number, 2 * number + 1), total=total, cursor=f"2026-11-20T06:{number:02}")
        for number in range(1, 11)
    ]


class Task:
    """One task instance, tried again and again."""

    def __init__(self, folder: Path) -> None:
        self.base_path = f"file://{folder}"
        self.tries = 0

    def attempt(self, source: FakeSource, *, question: str = "q", now: dt.datetime = NOW, **options: Any) -> Published:
        self.tries += 1
        fetch = Fetch(
            stream=Stream(conn_type="visma_net", company="Nordic", resource="customer"),
            title="Visma.net ERP",
            filters=(),
            since=options.pop("since", None),
            as_of=NOW,
            observed_at=now,
            question=question,
            cursor_life=options.pop("cursor_life", None),
        )
        return write_batch(
            fetch,
            Writing(
                record_type=Customer,
                read=read_customer,
                scan=scan,
                clock=lambda: now,
                **({"part_seconds": 0.0} | options),
            ),
            lambda adopted: source.pages("customer", adopted=adopted),
            base_path=self.base_path,
            attempt=Attempt(dag_id="daily", run_id="1", task_id="fetch", try_number=self.tries),
        )

    def stopped_at(self, number: int, pages: list[Page] | None = None, **options: Any) -> None:
        source = FakeSource(pages or ten_pages(), fault=ErpUnavailable("gone"), fault_at=number)
        with pytest.raises(ErpUnavailable):
            self.attempt(source, **options)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(tmp_path)


def rows(batch: Published) -> list[bytes]:
    return [
        bytes(row) for part in batch.manifest.parts for row in read_rows(Path(batch.file(part).removeprefix("file://")))
    ]


def pages_asked_after(source: FakeSource) -> int:
    return source.adopted.pages if source.adopted else 0


EVERYONE = customers(*range(2, 22))


def test_next_try_goes_on_after_the_last_durable_page(task: Task, tmp_path: Path) -> None:
    task.stopped_at(7)
    source = FakeSource(ten_pages())
    batch = task.attempt(source, now=NOW + 5 * MINUTE)
    assert pages_asked_after(source) == 6
    assert rows(batch) == EVERYONE
    assert (batch.manifest.rows, batch.manifest.distinct, batch.manifest.pages) == (20, 20, 10)
    assert [part.folder is None for part in batch.manifest.parts] == [False] * 6 + [True] * 4
    assert batch.manifest.observed_at == NOW
    assert copy_records(batch, tmp_path).stat().st_size


def test_server_that_is_not_to_be_had_leaves_the_pages_that_came_to_the_next_try(task: Task) -> None:
    """Else a server that gives but a few pages at a time would never be read to its end."""
    task.stopped_at(3, part_seconds=3600.0)
    task.stopped_at(5, part_seconds=3600.0)
    source = FakeSource(ten_pages())
    batch = task.attempt(source, part_seconds=3600.0)
    assert pages_asked_after(source) == 4
    assert rows(batch) == EVERYONE


def test_third_try_goes_on_after_the_second_which_went_on_after_the_first(task: Task) -> None:
    task.stopped_at(4)
    task.stopped_at(8)
    source = FakeSource(ten_pages())
    batch = task.attempt(source)
    assert pages_asked_after(source) == 7
    assert rows(batch) == EVERYONE


def test_try_that_finds_everything_durable_asks_for_nothing_more(task: Task) -> None:
    pages = [*ten_pages(), page(11)]
    task.stopped_at(11, pages)
    source = FakeSource(pages[:10])
    assert rows(task.attempt(source)) == EVERYONE
    assert pages_asked_after(source) == 10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 10), max_size=5), st.booleans())
def test_any_number_of_stops_gives_the_batch_of_a_calm_run(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int], canonical: bool
) -> None:
    task = Task(tmp_path_factory.mktemp("stops"))
    for number in stops:
        try:
            task.attempt(FakeSource(ten_pages(), ErpUnavailable("gone"), number), canonical=canonical)
        except ErpUnavailable:
            continue
        break
    batch = task.attempt(FakeSource(ten_pages()), canonical=canonical)
    assert rows(batch) == EVERYONE
    assert (batch.manifest.rows, batch.manifest.distinct, batch.manifest.repeated) == (20, 20, 0)


@pytest.mark.parametrize(
    ("stopped", "then"),
    [
        ({"pages": ten_pages(total=None)}, {}),
        ({}, {"question": "another page size"}),
        ({}, {"now": NOW + RESUME_WITHIN + MINUTE}),
        ({"question": ""}, {"question": ""}),
    ],
    ids=["no total was announced", "another question", "too long ago", "a question that is not known"],
)
def test_list_is_read_from_its_first_page_where_going_on_is_not_safe(
    task: Task, stopped: dict[str, Any], then: dict[str, Any]
) -> None:
    task.stopped_at(7, **stopped)
    source = FakeSource(stopped.get("pages", ten_pages()))
    assert rows(task.attempt(source, **then)) == EVERYONE
    assert source.adopted is None


@pytest.mark.parametrize("damage", ["part gone", "part cut", "checkpoint cut"])
def test_damaged_leftovers_are_told_and_the_list_is_read_from_its_first_page(
    task: Task, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    task.stopped_at(7)
    [checkpoint] = tmp_path.rglob(NAME)
    part = min(checkpoint.parent.glob("raw-00003*"))
    if damage == "part gone":
        part.unlink()
    else:
        cut = part if damage == "part cut" else checkpoint
        cut.write_bytes(cut.read_bytes()[:-5])
    source = FakeSource(ten_pages())
    with caplog.at_level(logging.WARNING):
        assert rows(task.attempt(source)) == EVERYONE
    assert source.adopted is None
    assert "first page" in caplog.text


def test_list_that_is_read_anew_was_observed_when_it_was_read(task: Task, tmp_path: Path) -> None:
    task.stopped_at(7)
    for part in tmp_path.rglob("raw-*"):
        part.unlink()
    later = NOW + 3 * 60 * MINUTE
    batch = task.attempt(FakeSource(ten_pages()), now=later, cursor_life=60 * MINUTE)
    assert batch.manifest.observed_at == later
    assert batch.manifest.cursor_out == "2026-11-20T06:10"


def test_rows_over_the_overlap_are_counted_across_tries(task: Task) -> None:
    pages = [replace(each, overlap=1) for each in ten_pages()]
    task.stopped_at(7, pages, since="2026-11-19")
    batch = task.attempt(FakeSource(pages), since="2026-11-19")
    assert batch.manifest.overlap == 10


def test_published_batch_is_no_leftover(task: Task) -> None:
    task.attempt(FakeSource(ten_pages()))
    source = FakeSource(ten_pages())
    task.attempt(source)
    assert source.adopted is None


def test_second_look_forgets_what_was_adopted(task: Task) -> None:
    task.stopped_at(7)
    moved = [page(number, *customers(number + 100), total=3, look=2) for number in (1, 2, 3)]

    class Moved(FakeSource):
        def pages(self, resource: str, **asked: Any) -> Any:
            self.adopted = asked["adopted"]
            return iter(moved)

    batch = task.attempt(Moved())
    assert rows(batch) == customers(101, 102, 103)
    assert (batch.manifest.looks, batch.manifest.rows, batch.manifest.announced_total) == (2, 3, 3)


def test_try_that_still_runs_takes_nothing_from_the_try_that_adopted_its_pages(task: Task) -> None:
    """A worker that Airflow has given up may go on, and find that rows moved."""
    adopted: list[Published] = []

    class GivenUp(FakeSource):
        def pages(self, resource: str, **asked: Any) -> Any:
            yield from ten_pages()[:6]
            adopted.append(task.attempt(FakeSource(ten_pages())))
            yield page(1, *customers(1), total=1, look=2)

    task.attempt(GivenUp())
    assert rows(adopted[0]) == EVERYONE
    assert any(part.folder for part in adopted[0].manifest.parts)


def test_stamps_read_long_after_the_beginning_do_not_move_the_cursor(task: Task) -> None:
    life = 10 * MINUTE
    task.stopped_at(7, cursor_life=life)
    batch = task.attempt(FakeSource(ten_pages()), now=NOW + 60 * MINUTE, cursor_life=life)
    assert batch.manifest.cursor_out == "2026-11-20T06:06"


def test_nothing_is_left_of_a_try_that_had_no_durable_page(task: Task, tmp_path: Path) -> None:
    task.stopped_at(1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
