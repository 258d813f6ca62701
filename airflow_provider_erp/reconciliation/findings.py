"""From the rows that the SQL text yields to breaks and counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from airflow_provider_erp.reconciliation.breaks import Break, break_identity


class Finding(NamedTuple):
    """One row of the comparison, its columns in the text's order.

    A matched pair counts into ``tally``; a group of duplicates has one row
    for each ``member_id``, each with that member's own number.
    """

    kind: str
    field: str | None
    source_id: str | None
    target_id: str | None
    source_customer: str | None
    target_customer: str | None
    name: str | None
    matched_by: str | None
    source_value: str | None
    target_value: str | None
    member_id: str | None
    tally: int


def read_findings(spec: str, findings: Iterable[Finding]) -> tuple[dict[str, int], tuple[Break, ...]]:
    """Customers matched by each key, and the breaks in their lasting order, whatever the order of the rows."""
    matched_by_key: dict[str, int] = {}
    breaks: list[Break] = []
    duplicates: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.kind == "pair":
            matched_by_key[str(finding.matched_by)] = finding.tally
        elif finding.member_id is not None:
            group_id = finding.source_id or finding.target_id or ""
            duplicates.setdefault((finding.kind, group_id), []).append(finding)
        else:
            breaks.append(_break(spec, finding))
    for members in duplicates.values():
        members.sort(key=lambda member: member.member_id or "")
        ids = tuple(member.member_id or "" for member in members)
        breaks.append(_break(spec, members[0], members=ids))
    return matched_by_key, tuple(sorted(breaks, key=lambda found: found.sort_key))


def _break(spec: str, finding: Finding, members: tuple[str, ...] = ()) -> Break:
    return Break(
        break_id=break_identity(spec, finding.kind, finding.source_id, finding.target_id, finding.field),
        kind=finding.kind,
        customer=_customer(finding),
        name=finding.name or "",
        field=finding.field,
        source_id=finding.source_id,
        target_id=finding.target_id,
        members=members,
        matched_by=finding.matched_by,
        source_value=finding.source_value,
        target_value=finding.target_value,
    )


def _customer(finding: Finding) -> str:
    """The number, both where the systems differ in it, the id where there is none."""
    names = (finding.source_customer or finding.source_id, finding.target_customer or finding.target_id)
    return " / ".join(dict.fromkeys(name for name in names if name))
