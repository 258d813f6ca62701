"""Findings of any engine as a file of breaks: their lasting identity, order, worth, and what would put them right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.engines import LocalEngine, quoted
from airflow_provider_erp.reconciliation.rules import KindRule, Money
from airflow_provider_erp.reconciliation.spec import KINDS, ReconciliationSpec

_FINDING = "kind field source_id target_id source_key target_key name matched_by source_value target_value newer"
_FIRST = ("member_id", "candidate_id", "source_first", "target_first")
_MODIFIED = dict.fromkeys(("source_modified", "target_modified"), "BIGINT")
FINDING_COLUMNS = dict.fromkeys((*_FINDING.split(), *_FIRST), "VARCHAR") | _MODIFIED
"""The columns of what the SQL text yields: one row a finding, or one a member of a group or of a cluster."""

_OF_FIELDS = ("field_differs", "status_conflict")
_RULE = "spec kind field severity authority amount currency"
_RULE_COLUMNS = dict.fromkeys(_RULE.split(), "VARCHAR") | {"place": "INTEGER"}
_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  SQL, not markup
)


def write_breaks(
    spec: ReconciliationSpec, findings: Path, breaks: Path, *, memory_mb: int
) -> tuple[dict[str, int], int]:
    """Write the breaks in their lasting order; counts by kind, and how many pairs differ, come back."""
    gathered, query = (_TEMPLATES.get_template(f"{name}.sql.j2").render() for name in ("gathered", "breaks"))
    with open_engine(breaks.parent, memory_mb=memory_mb) as connection:
        engine = LocalEngine(connection, breaks.parent)
        connection.read_parquet(str(findings)).create_view("findings")
        engine.create("gathered", gathered)
        engine.load("rules", _RULE_COLUMNS, _rules(spec))
        connection.execute(f"COPY ({query}) TO '{quoted(breaks)}' (FORMAT parquet)")
        counted = dict(engine.rows(f"SELECT kind, COUNT(*) FROM '{quoted(breaks)}' GROUP BY kind"))  # noqa: S608
        [(differing,)] = engine.rows(
            f"SELECT COUNT(DISTINCT (source_id, target_id)) FROM '{quoted(breaks)}' "  # noqa: S608
            "WHERE kind IN ('field_differs', 'status_conflict', 'key_changed')"
        )
    return {kind: counted.get(kind, 0) for kind in KINDS}, differing


def _rules(spec: ReconciliationSpec) -> Iterator[tuple[Any, ...]]:
    """One rule a kind, or one a field for the kinds that are about fields."""
    of_kind = {rule.kind: rule for rule in spec.kinds}
    for place, kind in enumerate(KINDS):
        general = of_kind.get(kind)
        if kind not in _OF_FIELDS:
            rule = general or KindRule(kind=kind)
            yield spec.name, kind, "", rule.severity, None, *_worth(rule.at_risk), place
            continue
        for field in spec.rules:
            worth = general or field
            yield spec.name, kind, field.name, worth.severity, field.authority, *_worth(worth.at_risk), place


def _worth(money: Money | None) -> tuple[str | None, str | None]:
    return (str(money.amount), money.currency) if money else (None, None)
