"""The snapshot operator: the current state as files that stay, through Airflow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.sdk import DAG, task
from batches_on_disk import DAY, MONDAY, Read, publish, rows_of, said, same

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.operators.snapshot import ErpSnapshotOperator

FOLDER = "snapshots/visma_px/Nordic~20Oy/customer/all/2026-11-17T000000Z"


def snapshot(fetched: Any, **options: Any) -> dict[str, Any]:
    nothing: Any = {}
    return ErpSnapshotOperator(task_id="snapshot", fetched=fetched, **options).execute(nothing)


def file(address: str) -> Path:
    return Path(address.removeprefix("file://"))


@pytest.fixture
def changes(tmp_path: Path) -> Published:
    """The changes of a Tuesday, after the full batch of a Monday."""
    publish(tmp_path, Read(0, same(range(4))))
    return publish(tmp_path, Read(1, {"3": "changed", "4": "new"}, since="1", hour=6, deleted=["0"]))


def test_a_snapshot_has_all_that_the_system_holds_and_what_is_gone(tmp_path: Path, changes: Published) -> None:
    result = snapshot({"manifest": changes.path})
    assert said(file(result["snapshot"])) == {"1": "first", "2": "first", "3": "changed", "4": "new"}
    assert rows_of(file(result["deleted"])) == [("0", MONDAY.isoformat(), (MONDAY + DAY).isoformat())]
    assert result == {
        "snapshot": result["snapshot"],
        "deleted": result["deleted"],
        "conn_type": "visma_px",
        "company": "Nordic Oy",
        "resource": "customer",
        "as_of": "2026-11-17T00:00:00+00:00",
        "read_at": "2026-11-17T06:00:00+00:00",
        "rows": 4,
        "deleted_rows": 1,
        "batches": 2,
        "remarks": [],
    }
    assert json.loads(json.dumps(result)) == result


def test_a_snapshot_lies_beside_the_batches_of_its_stream_under_its_digest(tmp_path: Path, changes: Published) -> None:
    result = snapshot(changes.path)
    current, deleted = file(result["snapshot"]), file(result["deleted"])
    assert current.parent == deleted.parent == tmp_path / FOLDER
    assert current.match("current-????????????????.parquet")
    assert deleted.match("deleted-????????????????.parquet")


def test_a_snapshot_that_is_taken_again_is_the_same_files(tmp_path: Path, changes: Published) -> None:
    assert snapshot(changes.path) == snapshot(changes.path)
    assert len(list((tmp_path / FOLDER).iterdir())) == 2


def test_a_snapshot_may_be_kept_elsewhere(tmp_path: Path, changes: Published) -> None:
    result = snapshot(changes.path, base_path=f"file://{tmp_path}/elsewhere")
    assert file(result["snapshot"]).parent == tmp_path / "elsewhere" / FOLDER


def test_a_short_list_deletes_nothing_unless_the_author_allows_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, Read(0, same(range(100))))
    short = publish(tmp_path, Read(1, same(range(40))))
    kept, believed = snapshot(short.path), snapshot(short.path, most_deleted_share=0.6)
    assert (kept["rows"], kept["deleted_rows"]) == (100, 0)
    assert "lacks 60 of 100 earlier records" in kept["remarks"][0]
    assert "lacks 60 of 100 earlier records" in caplog.text
    assert (believed["rows"], believed["deleted_rows"], believed["remarks"]) == (40, 60, [])


def test_changes_without_a_full_batch_fail_at_once(tmp_path: Path) -> None:
    only = publish(tmp_path, Read(1, same([1]), since="1"))
    with pytest.raises(AirflowFailException, match="covers changes since 1 only; fetch a full batch"):
        snapshot(only.path)


@pytest.mark.parametrize("fetched", [None, {}, 7, ""])
def test_what_is_no_output_of_a_fetch_is_refused(fetched: Any) -> None:
    with pytest.raises(AirflowFailException, match="fetched: expected the output of an ErpFetchOperator"):
        snapshot(fetched)


def test_files_that_are_gone_are_looked_for_again_by_a_retry(changes: Published) -> None:
    for records in file(changes.path).parent.glob("records-*"):
        records.unlink()
    with pytest.raises(ErpInconsistentRead, match="it is gone"):
        snapshot(changes.path)


def test_reading_a_dag_file_does_not_import_the_engine() -> None:
    code = "import sys; import airflow_provider_erp.operators.snapshot; print('duckdb' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "False"


def test_airflow_hands_the_output_of_a_fetch_to_the_snapshot(run_dag: Any, changes: Published) -> None:
    with DAG("taking_snapshots", schedule=None, start_date=MONDAY) as dag:

        @task
        def fetch() -> dict[str, str]:
            return {"manifest": changes.path}

        ErpSnapshotOperator(task_id="snapshot", fetched=fetch())
    run = run_dag(dag, logical_date=MONDAY)
    assert run.state == "success"
    assert run.get_task_instance("snapshot").xcom_pull(task_ids="snapshot")["rows"] == 4
