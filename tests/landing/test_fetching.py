"""One fetch from a source to a published batch, and when an older batch is used in its place."""

from __future__ import annotations

import datetime as dt
import logging
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fake_source import FakeSource, customers, page

from airflow_provider_erp.exceptions import ErpAuthError, ErpInconsistentRead, ErpProtocolError, ErpUnavailable
from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch, summary
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.records import Customer

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


def test_since_last_reads_all_where_nothing_was_published_and_then_from_the_last_cursor(warehouse: Warehouse) -> None:
    first = FakeSource([page(1, *customers(1), cursor="2026-11-16T08:00:00")])
    second = FakeSource([page(1, *customers(2), cursor="2026-11-17T08:00:00")])
    empty = FakeSource([page(1)])
    full = warehouse.fetch(first, MONDAY, since="last").manifest
    changes = warehouse.fetch(second, TUESDAY, since="last").manifest
    nothing = warehouse.fetch(empty, TUESDAY + DAY, since="last").manifest
    assert (full.coverage, full.cursor_in, full.cursor_out) == ("full", None, "2026-11-16T08:00:00")
    assert second.asked == [("customer", "2026-11-16T08:00:00", None)]
    assert (changes.coverage, changes.cursor_in, changes.cursor_out) == (
        "changes",
        "2026-11-16T08:00:00",
        "2026-11-17T08:00:00",
    )
    assert nothing.cursor_in == nothing.cursor_out == "2026-11-17T08:00:00"


def test_since_last_of_a_run_that_is_repeated_reads_what_its_first_reading_read(warehouse: Warehouse) -> None:
    warehouse.fetch(FakeSource([page(1, *customers(1), cursor="2026-11-16T08:00:00")]), MONDAY)
    for _ in range(2):
        again = FakeSource([page(1, *customers(2), cursor="2026-11-17T08:00:00")])
        warehouse.fetch(again, TUESDAY, since="last")
        assert again.asked == [("customer", "2026-11-16T08:00:00", None)]


@pytest.mark.parametrize("since", [None, "last"])
def test_an_answer_without_rows_moves_no_cursor_for_it_may_have_lost_them(
    warehouse: Warehouse, since: str | None
) -> None:
    warehouse.fetch(FakeSource([page(1, *customers(1), cursor="2026-11-16")]), MONDAY)
    lost = warehouse.fetch(FakeSource([page(1, cursor="2026-11-17")]), TUESDAY, since=since).manifest
    assert lost.cursor_in == lost.cursor_out == (None if since is None else "2026-11-16")
    found = warehouse.fetch(FakeSource([page(1, *customers(2), cursor="2026-11-20")]), FRIDAY, since="last").manifest
    assert (found.cursor_in, found.cursor_out) == (lost.cursor_out, "2026-11-20")


def test_since_last_goes_by_the_cursor_of_its_own_selection(warehouse: Warehouse) -> None:
    warehouse.fetch(FakeSource([page(1, *customers(1), cursor="2026-11-16T08:00:00")]), MONDAY, filters={"group": "A"})
    source = one_customer()
    warehouse.fetch(source, TUESDAY, since="last")
    assert source.asked == [("customer", None, None)]


def test_since_last_of_a_past_run_uses_what_was_published_for_it_whatever_was_last_then(warehouse: Warehouse) -> None:
    warehouse.fetch(FakeSource([page(1, *customers(1), cursor="2026-11-16T08:00:00")]), MONDAY)
    changes = warehouse.fetch(FakeSource([page(1, cursor="2026-11-17T08:00:00")]), TUESDAY, since="last")
    warehouse.fetch(FakeSource([page(1, cursor="2026-11-20T08:00:00")]), FRIDAY, since="last")
    assert warehouse.fetch(one_customer(), TUESDAY, now=FRIDAY, since="last") == changes


def test_since_last_of_a_system_without_a_change_filter_reads_all_and_tells_what_changed(warehouse: Warehouse) -> None:
    def source(*rows: bytes) -> FakeSource:
        return FakeSource([page(1, *rows)], has_changes=False)

    warehouse.fetch(source(*customers(1, 2, 3)), MONDAY, since="last")
    changed = b'{"id": 2, "name": "Customer 2", "beyond the canonical fields": 7}'
    batch = warehouse.fetch(source(*customers(1), changed, *customers(4)), TUESDAY, since="last")
    changes = batch.manifest.changes
    assert batch.manifest.coverage == "full"
    assert changes is not None
    assert (changes.added, changes.changed, changes.unchanged, changes.gone) == (1, 1, 1, 1)
    assert summary(batch)["changes"] == {"added": 1, "changed": 1, "unchanged": 1, "gone": 1}
    with duckdb.connect() as connection:
        found = connection.read_parquet(batch.file(changes.records).removeprefix("file://"))
        assert found.columns == list(Customer.__dataclass_fields__)
        assert sorted(row[0] for row in found.fetchall()) == ["2", "4"]


def test_changes_as_many_as_everything_are_doubted_where_rows_do_not_show_the_filtered_stamp(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse.fetch(FakeSource([page(1, *customers(1, 2), cursor="2026-11-16")], stamped=False), MONDAY)
    fewer = warehouse.fetch(FakeSource([page(1, *customers(1))], stamped=False), TUESDAY, since="last").manifest
    as_many = warehouse.fetch(FakeSource([page(1, *customers(1, 2))], stamped=False), FRIDAY, since="last").manifest
    assert fewer.warnings == ()
    assert "number 2, at least as many as the 2 records of the last full batch" in as_many.warnings[0]
    assert as_many.warnings[0] in caplog.text


def test_ids_that_the_vendor_says_are_deleted_stand_beside_the_changes(warehouse: Warehouse) -> None:
    batch = warehouse.fetch(FakeSource([page(1)], deleted_ids=["7", "8"]), MONDAY, since="2026-11-15")
    deleted = batch.manifest.deleted
    assert deleted is not None
    assert deleted.rows == 2
    assert Path(batch.file(deleted).removeprefix("file://")).read_text() == '{"source_id":"7"}\n{"source_id":"8"}\n'


def test_list_without_a_total_from_which_records_were_deleted_meanwhile_is_read_again(warehouse: Warehouse) -> None:
    class Deleting(FakeSource):
        def pages(self, resource: str, **asked: Any) -> Any:
            yield from super().pages(resource, **asked)
            self.deleted_ids = ["7", "8"]

    with pytest.raises(ErpInconsistentRead, match="1 records were deleted while the list was read"):
        warehouse.fetch(Deleting([page(1, *customers(1))], deleted_ids=["7"]), MONDAY)
    assert warehouse.catalog.newest(EVERYONE) is None
    with_total = Deleting([page(1, *customers(1), total=1)], deleted_ids=["7"])
    assert warehouse.fetch(with_total, MONDAY).manifest.rows == 1


def test_feed_of_deletions_that_may_not_be_read_is_told_and_the_fetch_goes_on(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    class Secretive(FakeSource):
        def deleted(self, resource: str, since: str) -> list[str] | None:
            raise ErpAuthError("deleted customer: refused with status 403")

    batch = warehouse.fetch(Secretive([page(1, *customers(1))]), MONDAY, since="2026-11-15")
    assert batch.manifest.deleted is None
    assert "status 403; going on without knowing what was deleted" in caplog.text


class Forgetful(FakeSource):
    """Refuses what it is asked about deletions, at these places in the order of asking."""

    def __init__(self, *args: Any, refused: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refused = refused
        self.asked_since: list[str] = []

    def deleted(self, resource: str, since: str) -> list[str] | None:
        self.asked_since.append(since)
        if len(self.asked_since) in self.refused:
            raise ErpAuthError("deleted customer: refused with status 403")
        return super().deleted(resource, since)


def test_deletions_that_were_not_told_to_one_fetch_are_asked_for_by_the_next(warehouse: Warehouse) -> None:
    told_last = FakeSource([page(1, *customers(1), cursor="2026-11-15")], deleted_ids=[])
    untold = Forgetful([page(1, *customers(1), cursor="2026-11-16", total=1)], refused={2}, deleted_ids=[])
    later = Forgetful([page(1, *customers(1), cursor="2026-11-17", total=1)], refused=set(), deleted_ids=["7"])
    warehouse.fetch(told_last, MONDAY, since="2026-11-14")
    assert warehouse.fetch(untold, TUESDAY, since="last").manifest.deleted is None
    deleted = warehouse.fetch(later, FRIDAY, since="last").manifest.deleted
    assert deleted is not None
    assert deleted.rows == 1
    assert later.asked_since[-1] == "2026-11-15"


def test_list_whose_deletions_are_told_before_and_not_after_it_is_read_again(warehouse: Warehouse) -> None:
    with pytest.raises(ErpInconsistentRead, match="which records were deleted while the list was read is not known"):
        warehouse.fetch(Forgetful([page(1, *customers(1))], refused={2}, deleted_ids=["7"]), MONDAY)
    assert warehouse.catalog.newest(EVERYONE) is None


def test_full_batch_asks_for_no_deletions(warehouse: Warehouse) -> None:
    assert warehouse.fetch(FakeSource([page(1)], deleted_ids=["7"]), MONDAY).manifest.deleted is None


def test_raw_lines_only_are_a_batch_without_records(warehouse: Warehouse) -> None:
    manifest = warehouse.fetch(FakeSource([page(1, *customers(1, 1, 2))]), MONDAY, canonical=False).manifest
    assert manifest.records is None
    assert (manifest.rows, manifest.distinct, manifest.repeated) == (3, 2, 1)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"max_rejected": -1}, "max_rejected: expected"),
        ({"max_rejected": 1.5}, "max_rejected: expected"),
        ({"max_rejected": True}, "max_rejected: expected"),
        ({"on_schema_change": "stop"}, "on_schema_change: expected 'warn' or 'fail', got 'stop'"),
    ],
)
def test_option_with_a_value_that_it_cannot_have_is_refused_and_nothing_is_sent(
    warehouse: Warehouse, option: dict[str, Any], told: str
) -> None:
    source = one_customer()
    with pytest.raises(ValueError, match=told):
        warehouse.fetch(source, MONDAY, **option)
    assert source.asked == []


@pytest.mark.parametrize("most", [1, 0.3])
def test_more_rejected_records_than_allowed_fail_the_fetch_and_stay_to_be_looked_at(
    warehouse: Warehouse, most: float
) -> None:
    rows = [b'{"name": "Aino"}', b"{}", *customers(1, 2)]
    with pytest.raises(
        ErpProtocolError, match=r"2 of 4 records could not be read, at most 1 may be rejected"
    ) as caught:
        warehouse.fetch(FakeSource([page(1, *rows)]), MONDAY, max_rejected=most)
    assert warehouse.catalog.newest(EVERYONE) is None
    [kept] = re.findall(r"kept in (\S+);", str(caught.value))
    assert len(Path(kept.removeprefix("file://")).read_bytes().splitlines()) == 2
    assert "Aino" not in str(caught.value)


def test_as_many_rejected_records_as_allowed_are_a_batch(warehouse: Warehouse) -> None:
    rows = [b"{}", *customers(1, 2, 3)]
    assert warehouse.fetch(FakeSource([page(1, *rows)]), MONDAY, max_rejected=0.25).manifest.rejected == 1
    assert warehouse.fetch(FakeSource([page(1, *rows)]), MONDAY, max_rejected=1).manifest.rejected == 1


def test_fields_that_are_others_than_before_are_told_or_fail_the_fetch(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [b'{"id": "%d", "name": "A", "segment": 3}' % number for number in range(30)]
    warehouse.fetch(FakeSource([page(1, *customers(*range(30)))]), MONDAY)
    other = FakeSource([page(1, *rows)])
    with pytest.raises(ErpProtocolError, match="field segment appeared"):
        warehouse.fetch(other, TUESDAY, on_schema_change="fail")
    batch = warehouse.fetch(other, TUESDAY)
    assert batch.manifest.drift == (
        "field segment appeared (number)",
        "field id changed its type (number before, now text)",
    )
    assert "field segment appeared (number)" in caplog.text
    assert summary(batch)["warnings"] == list(batch.manifest.drift)
    assert warehouse.fetch(other, FRIDAY).manifest.drift == ()


def test_few_changed_rows_are_held_against_the_last_full_batch(warehouse: Warehouse) -> None:
    def changed(*rows: bytes) -> FakeSource:
        return FakeSource([page(1, *rows, cursor="2026-11-17")])

    warehouse.fetch(FakeSource([page(1, *customers(*range(30)), cursor="2026-11-16")]), MONDAY)
    warehouse.fetch(changed(b'{"id": 1}'), TUESDAY, since="last")
    batch = warehouse.fetch(changed(b'{"id": 1, "name": "A", "segment": 3}'), FRIDAY, since="last")
    assert batch.manifest.drift == ("field segment appeared (number)",)


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


def test_backfill_where_nothing_was_published_reads_the_present_for_each_date(warehouse: Warehouse) -> None:
    read = [warehouse.fetch(one_customer(), day, now=FRIDAY).manifest for day in (MONDAY, TUESDAY)]
    assert [(each.as_of, each.observed_at) for each in read] == [(MONDAY, FRIDAY), (TUESDAY, FRIDAY)]


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
        batch = warehouse.fetch(FakeSource([page(1, *customers(1, 1))], retries=3), MONDAY)
        warehouse.fetch(one_customer(), FRIDAY)
        warehouse.fetch(one_customer(), MONDAY, now=FRIDAY)
    first, _, reused = [record.getMessage() for record in caplog.records]
    assert re.sub(r"[\d.]+ s,", "9 s,", first) == (
        "visma_px customer: 2 rows on 1 pages (1 distinct, 1 repeated, 0 rejected), 9 s, 3 retries, coverage full, "
        f"cursor None, as of 2026-11-16T06:00:00+00:00, published: {batch.path}"
    )
    assert "reused, because vendors show only the present" in reused


def test_the_summary_carries_counts_and_no_records(warehouse: Warehouse) -> None:
    batch = warehouse.fetch(FakeSource([page(1, b'{"id": 1, "name": "Aino Virtanen"}', cursor="s1")]), MONDAY)
    told = summary(batch)
    assert told["manifest"] == batch.path
    assert told["cursor"] == "s1"
    assert "Aino" not in repr(told)
