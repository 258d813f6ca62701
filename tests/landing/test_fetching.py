"""One fetch from a source to a published batch, and when an older batch is used in its place."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest
from fake_source import FakeSource, customers, page

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch, summary
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.stream import Stream

DAY = dt.timedelta(days=1)
MONDAY = dt.datetime(2026, 11, 16, 6, tzinfo=dt.UTC)
TUESDAY = MONDAY + DAY
FRIDAY = MONDAY + 4 * DAY
EVERYONE = Stream(conn_type="visma_px", company="Nordic Oy", resource="customer")


class Warehouse:
    """A base path, and the fetches of one task into it."""

    def __init__(self, folder: Path) -> None:
        self.base_path = f"file://{folder}"
        self.catalog = Catalog(self.base_path)

    def fetch(self, source: FakeSource, as_of: dt.datetime, *, now: dt.datetime | None = None, **ask: Any) -> Published:
        return fetch_batch(
            source,
            FetchSpec(resource=ask.pop("resource", "customer"), as_of=as_of, **ask),
            base_path=self.base_path,
            attempt=Attempt(dag_id="daily", run_id=as_of.isoformat(), task_id="fetch"),
            now=now or as_of,
        )

    def has_nothing(self) -> bool:
        return not any(Path(self.base_path.removeprefix("file://")).rglob("*"))


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def one_customer() -> FakeSource:
    return FakeSource([page(1, *customers(1))])


def test_a_batch_lies_in_the_folder_of_its_stream_and_day(warehouse: Warehouse) -> None:
    batch = warehouse.fetch(one_customer(), MONDAY)
    parts = batch.path.removeprefix(warehouse.base_path).split("/")
    assert parts[1:6] == ["visma_px", "Nordic~20Oy", "customer", "all", "2026-11-16"]
    assert parts[7:] == ["manifest.json"]


def test_filters_go_to_the_hook_as_given_and_into_the_manifest_by_name_only(warehouse: Warehouse) -> None:
    source = one_customer()
    filters = {"group": "aino@example.com", "page_size": 5}
    batch = warehouse.fetch(source, MONDAY, filters=filters, since="2026-11-15")
    assert source.asked == [("customer", "2026-11-15", filters)]
    assert batch.manifest.filters == ("group",)
    assert "aino" not in Path(batch.path.removeprefix("file://")).read_text()
    assert (batch.manifest.coverage, batch.manifest.cursor_in) == ("changes", "2026-11-15")


def test_changes_asked_for_by_the_vendors_own_filter_never_pose_as_a_full_batch(warehouse: Warehouse) -> None:
    batch = warehouse.fetch(one_customer(), MONDAY, filters={"changed_since": "2026-11-15"})
    assert (batch.manifest.coverage, batch.manifest.cursor_in) == ("changes", "2026-11-15")


def test_a_run_of_the_future_is_refused_and_nothing_is_sent(warehouse: Warehouse) -> None:
    source = one_customer()
    with pytest.raises(ValueError, match="in the future"):
        warehouse.fetch(source, TUESDAY, now=MONDAY)
    assert source.asked == []
    assert warehouse.has_nothing()


def test_since_last_is_refused_as_not_known_yet_and_nothing_is_sent(warehouse: Warehouse) -> None:
    source = one_customer()
    with pytest.raises(ValueError, match="since='last' is not known in this version"):
        warehouse.fetch(source, MONDAY, since="last")
    assert source.asked == []


def test_an_unknown_resource_is_refused_and_nothing_is_sent(warehouse: Warehouse) -> None:
    source = one_customer()
    with pytest.raises(ValueError, match="has no resource 'invoice'"):
        warehouse.fetch(source, MONDAY, resource="invoice")
    assert source.asked == []


def test_a_run_of_the_past_uses_what_was_published_for_it_and_sends_nothing(warehouse: Warehouse) -> None:
    monday = warehouse.fetch(one_customer(), MONDAY)
    warehouse.fetch(one_customer(), FRIDAY)
    source = one_customer()
    assert warehouse.fetch(source, MONDAY, now=FRIDAY) == monday
    assert source.asked == []


def test_a_run_of_the_past_for_which_nothing_was_published_fails_and_sends_nothing(warehouse: Warehouse) -> None:
    warehouse.fetch(one_customer(), FRIDAY)
    source = one_customer()
    with pytest.raises(ValueError, match=r"no batch was published for as_of 2026-11-16.* cannot show the past"):
        warehouse.fetch(source, MONDAY, now=FRIDAY)
    assert source.asked == []


def test_a_batch_of_changes_does_not_stand_in_for_a_full_one(warehouse: Warehouse) -> None:
    warehouse.fetch(one_customer(), MONDAY, since="2026-11-15")
    warehouse.fetch(one_customer(), FRIDAY)
    with pytest.raises(ValueError, match="cannot show the past"):
        warehouse.fetch(one_customer(), MONDAY, now=FRIDAY)
    with pytest.raises(ValueError, match="cannot show the past"):
        warehouse.fetch(one_customer(), MONDAY, now=FRIDAY, since="2026-11-14")
    assert warehouse.fetch(one_customer(), MONDAY, now=FRIDAY, since="2026-11-15").manifest.cursor_in == "2026-11-15"


def test_within_the_tolerance_a_run_reads_anew_and_the_later_reading_counts(warehouse: Warehouse) -> None:
    warehouse.fetch(one_customer(), MONDAY)
    warehouse.fetch(one_customer(), TUESDAY)
    again = warehouse.fetch(FakeSource([page(1, *customers(1, 2))]), MONDAY, now=TUESDAY)
    assert again.manifest.rows == 2
    assert warehouse.catalog.published_for(EVERYONE, MONDAY) == again
    newest = warehouse.catalog.newest(EVERYONE)
    assert newest is not None
    assert newest.manifest.as_of == TUESDAY


def test_the_tolerance_is_the_authors_choice(warehouse: Warehouse) -> None:
    warehouse.fetch(one_customer(), FRIDAY)
    assert warehouse.fetch(one_customer(), MONDAY, now=FRIDAY, as_of_tolerance=5 * DAY).manifest.as_of == MONDAY


def test_a_fetch_of_one_group_does_not_hold_up_a_fetch_of_all(warehouse: Warehouse) -> None:
    warehouse.fetch(one_customer(), FRIDAY, filters={"group": "A"})
    assert warehouse.fetch(one_customer(), MONDAY, now=FRIDAY).manifest.as_of == MONDAY


def test_a_failed_fetch_leaves_the_stream_as_it_was(warehouse: Warehouse) -> None:
    with pytest.raises(ErpUnavailable):
        warehouse.fetch(FakeSource([page(1, *customers(1))], fault=ErpUnavailable("gone")), MONDAY)
    assert warehouse.catalog.newest(EVERYONE) is None
    assert warehouse.catalog.published_for(EVERYONE, MONDAY) is None


def test_a_folder_without_a_manifest_is_no_batch(warehouse: Warehouse) -> None:
    batch = warehouse.fetch(one_customer(), MONDAY)
    later = Path(batch.path.removeprefix("file://")).parents[2] / "2026-11-17" / "half-done"
    later.mkdir(parents=True)
    (later / "raw-00000-0000.jsonl.zst").touch()
    (later.parent / "stray-file").touch()
    assert warehouse.catalog.newest(EVERYONE) == batch


def test_a_fetch_is_one_line_at_info_and_a_reused_batch_says_so(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "airflow_provider_erp.landing"):
        batch = warehouse.fetch(FakeSource([page(1, *customers(1, 1))]), MONDAY)
        warehouse.fetch(one_customer(), FRIDAY)
        warehouse.fetch(one_customer(), MONDAY, now=FRIDAY)
    first, _, reused = [record.getMessage() for record in caplog.records]
    assert first == (
        "visma_px customer: 2 rows on 1 pages (1 distinct, 1 repeated, 0 rejected), coverage full, "
        f"as of 2026-11-16T06:00:00+00:00, published: {batch.path}"
    )
    assert "reused, because vendors show only the present" in reused


def test_the_summary_carries_counts_and_no_records(warehouse: Warehouse) -> None:
    batch = warehouse.fetch(FakeSource([page(1, b'{"id": 1, "name": "Aino Virtanen"}', cursor="s1")]), MONDAY)
    told = summary(batch)
    assert told["manifest"] == batch.path
    assert told["cursor"] == "s1"
    assert "Aino" not in repr(told)
