"""Customers compared from rows in memory, with the breaks read back and the control totals checked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sides_on_disk import a_side

from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.result import Break, Reconciliation
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec

Row = Mapping[str, str | None]

BY_KEYS = replace(CUSTOMERS, similar=False, check_identifiers=False)
"""Customers by keys alone: small examples need no valid identifiers, and nothing is similar by chance."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A result and its breaks in their lasting order."""

    result: Reconciliation
    breaks: tuple[Break, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many breaks there are of each kind."""
        return self.result.counts

    @property
    def matched_by(self) -> dict[str, int]:
        """How many pairs each key made, where it made any."""
        return {key: pairs for key, pairs in self.result.matched_by.items() if pairs}

    @property
    def the_break(self) -> Break:
        """The only one there is."""
        (found,) = self.breaks
        return found

    def of_kind(self, kind: str) -> list[Break]:
        """The breaks of one kind."""
        return [each for each in self.breaks if each.kind == kind]


def compare_customers(
    folder: Path, source: Iterable[Row], target: Iterable[Row], spec: ReconciliationSpec = BY_KEYS
) -> Compared:
    """The systems are called Ledger and Projects; each comparison has a folder of its own."""
    place = Path(tempfile.mkdtemp(dir=folder))
    sides = a_side(place, "Ledger", source), a_side(place, "Projects", target)
    result = reconcile(spec, *sides, place)
    breaks = tuple(result.read_breaks())
    assert {kind: count for kind, count in result.counts.items() if count} == _counted(breaks)
    return Compared(result, breaks)


def _counted(breaks: Iterable[Break]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in breaks:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    return counts
