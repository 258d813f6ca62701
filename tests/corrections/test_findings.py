"""A plan is the same from a comparison and from the report that was published of it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from plans import SYSTEM
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.corrections.findings import Findings, findings_of, read_findings
from airflow_provider_erp.corrections.plan import Plan
from airflow_provider_erp.corrections.planning import plan_of
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.ledger import fold
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.result import Reconciliation, Suggestion
from airflow_provider_erp.reconciliation.rules import Accepted, Field
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec

MONDAY = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)
SPEC = CUSTOMERS.comparing(*(Field(name=name, authority="source") for name in ("city", "status")))
MAYBE = Suggestion(
    source_id="s3",
    target_id="t9",
    source_key="3",
    target_key="9",
    source_name="A",
    target_name="B",
    score=0.5,
    reasons=(),
)


class Compared:
    """Ledger and Projects with a difference, a customer that is missing, and one that may be another."""

    def __init__(self, folder: Path, spec: ReconciliationSpec = SPEC) -> None:
        ids = (("1", "Turku"), ("2", "Turku"), ("3", "Turku"))
        ledger = a_side(folder, "Ledger", [a_customer(f"s{n}", number=n, city=city) for n, city in ids])
        projects = a_side(folder, "Projects", [a_customer("t1", number="1", city="Oulu", version="7")])
        self.folder, self.spec, self.records = folder, spec, (ledger.records, projects.records)
        result = reconcile(spec, ledger, projects, folder, as_of=MONDAY)
        self.result: Reconciliation = replace(result, suggestions=(*result.suggestions, MAYBE))

    def publish(self) -> Path:
        """The report's folder, as the reconcile operator leaves it."""
        history = self.folder / "history"
        history.mkdir()
        folded = fold(
            [],
            self.result.breaks,
            as_of=MONDAY,
            zone=self.spec.zone,
            folder=history,
            accepted=self.spec.accepted,
            resolves=True,
        )
        return write_report(self.result, folded, self.folder / "report").parent

    def plan(self, findings: Findings) -> Plan:
        return plan_of(findings, self.spec, side="target", records=self.records, create=True, **SYSTEM)


def test_published_report_gives_the_plan_that_its_comparison_gives(tmp_path: Path) -> None:
    compared = Compared(tmp_path)
    published = read_findings(compared.publish())
    assert replace(published, breaks=compared.result.breaks) == findings_of(compared.result)
    plan = compared.plan(published)
    assert plan == compared.plan(findings_of(compared.result))
    assert [(each.subject, each.field, each.new) for each in plan.changes] == [
        ("t1", "city", "Turku"),
        ("source:s2", "number", "2"),
        ("source:s2", "city", "Turku"),
    ]
    assert plan.left_out == {"may be one that is there": 1}


def test_accepted_break_of_a_published_report_makes_no_change(tmp_path: Path) -> None:
    differs = next(each for each in Compared(tmp_path).result.read_breaks() if each.kind == "field_differs")
    lived_with = Accepted(break_id=differs.break_id, digest=differs.digest, reason="r", by="b", until=MONDAY.date())
    compared = Compared(tmp_path, replace(SPEC, accepted=(lived_with,)))
    plan = compared.plan(read_findings(compared.publish()))
    assert {each.action for each in plan.changes} == {"create"}
    assert plan.left_out == {"accepted": 1, "may be one that is there": 1}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"as_of": null}'])
def test_folder_without_a_report_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "breaks.json").write_bytes(content)
    with pytest.raises(ErpInconsistentRead, match=r"breaks\.json: expected the file of a report"):
        read_findings(tmp_path)


def test_nothing_heavy_is_imported_with_the_modules() -> None:
    names = ("approvals", "files", "findings", "given", "markdown", "plan", "planning", "spreadsheet", "workbook")
    imports = "; ".join(f"import airflow_provider_erp.corrections.{name}" for name in names)
    heavy = "{'duckdb', 'xlsxwriter', 'openpyxl', 'airflow', 'requests'}"
    code = f"import sys; {imports}; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
