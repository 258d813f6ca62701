"""One DAG's files are never shown as another's, whatever order they were written in and wherever a run was stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shown_reports import report_of_a_task
from world_of_the_page import PLAN

from airflow_provider_erp.landing import observations, storage
from airflow_provider_erp.ui.ledgers import Comparison, list_reports

SECRET = "Salo TopSecret"
FILES = ("breaks.csv", "breaks.json", "breaks.parquet", "breaks.xlsx", "report.html")


class Killed(BaseException):
    """What stops a task at once."""


def comparison_of(base: Path, dag_id: str) -> Comparison:
    [comparison] = list_reports(base.as_uri(), lambda dag: dag == dag_id).comparisons
    return comparison


def a_plan(base: Path, dag_id: str) -> None:
    """A plan's workbook beside the report, and what says of which files it was made."""
    report = comparison_of(base, dag_id).newest
    file = Path(report.file(f"plan-{PLAN}/plan.xlsx").removeprefix("file://"))
    file.parent.mkdir()
    file.write_text(SECRET)
    made_of = {name: report.digest(name) for name in ("breaks.json", "breaks.parquet")}
    file.with_name("made_of.json").write_text(json.dumps(made_of | {"plan.xlsx": storage.sha256(file)}))


@pytest.mark.parametrize("stopped_at", sorted(FILES))
def test_reader_of_a_dag_that_was_stopped_gets_nothing_that_another_dag_left(
    stopped_at: str, base_path: Path, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_of_a_task(base_path, 0, {"1": SECRET}, {"1": "Sale"}, dag_id="payroll")
    a_plan(base_path, "payroll")
    for system in ("visma_px", "visma_net"):
        (base_path / system).rename(base_path / f"{system} of payroll")
    put = storage.put

    def killed_at(file: Path, address: str) -> None:
        if address.endswith(stopped_at):
            raise Killed
        put(file, address)

    monkeypatch.setattr(storage, "put", killed_at)
    with pytest.raises(Killed):
        report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Turku"}, dag_id="intern")
    comparison = comparison_of(base_path, "intern")
    place = f"/comparisons/{comparison.identity}/{comparison.newest.name}"
    for path in ("", "/view", *(f"/{name}" for name in FILES), f"/plans/{PLAN}"):
        assert SECRET.encode() not in visit(f"{place}{path}", "intern", "VIEWER").content, path
    for name in FILES:
        answer = visit(f"{place}/{name}", "intern", "VIEWER")
        assert answer.status_code == (200 if name < stopped_at else 404), name
    assert visit(f"{place}/plans/{PLAN}", "intern", "VIEWER").status_code == 404


def test_plan_is_shown_while_the_files_that_it_was_made_of_are_the_reports(base_path: Path, visit: Any) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"}, dag_id="daily")
    a_plan(base_path, "daily")
    comparison = comparison_of(base_path, "daily")
    address = f"/comparisons/{comparison.identity}/{comparison.newest.name}/plans/{PLAN}"
    made_of = Path(comparison.newest.file(f"plan-{PLAN}/made_of.json").removeprefix("file://"))
    assert visit(address).status_code == 200
    for content in ("{", "{}", json.dumps(json.loads(made_of.read_text()) | {"breaks.json": "0"})):
        made_of.write_text(content)
        assert visit(address).status_code == 404
    made_of.unlink()
    assert visit(address).status_code == 404


def test_files_of_an_observation_from_before_digests_are_not_shown(
    base_path: Path, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = observations.publish

    def as_before(*given: Any, facts: dict[str, Any], **named: Any) -> str:
        return publish(*given, facts={name: fact for name, fact in facts.items() if name != "files"}, **named)

    monkeypatch.setattr(observations, "publish", as_before)
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"})
    comparison = comparison_of(base_path, "daily")
    place = f"/comparisons/{comparison.identity}/{comparison.newest.name}"
    shown = {path for path in ("", *(f"/{name}" for name in FILES)) if visit(f"{place}{path}").status_code == 200}
    assert shown == {"", "/breaks.parquet"}
    assert "clear its task to write the files anew" in visit(f"{place}/report.html").text
