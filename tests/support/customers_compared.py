"""Customers compared from rows in memory, with the breaks read back and the control totals checked."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sides_on_disk import a_side

from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.result import Break, Reconciliation, SideResult
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
    """The systems are called Ledger and Projects; each comparison has a folder of its own.

    Whatever is compared, the parts of each side must add up, and agree with the breaks.
    """
    place = Path(tempfile.mkdtemp(dir=folder))
    rows = list(source), list(target)
    result = reconcile(spec, a_side(place, "Ledger", rows[0]), a_side(place, "Projects", rows[1]), place)
    compared = Compared(result, tuple(result.read_breaks()))
    assert Counter(each.kind for each in compared.breaks) == Counter(dict(result.counts))
    assert totals(result.source) == (len(rows[0]), *_parts(compared, "source", "missing_in_target"))
    assert totals(result.target) == (len(rows[1]), *_parts(compared, "target", "missing_in_source"))
    return compared


def totals(side: SideResult) -> tuple[int, ...]:
    """Records, matched, only here, duplicates, ambiguous; the first is the sum of the others."""
    parts = (side.matched, side.only_here, side.duplicates, side.ambiguous)
    assert sum(parts) == side.records
    return (side.records, *parts)


def _parts(compared: Compared, side: str, missing: str) -> tuple[int, ...]:
    """Counted from the breaks, that is by another way than the comparison counts."""
    duplicates = sum(len(each.members) - 1 for each in compared.of_kind(f"duplicate_in_{side}"))
    in_doubt = [each.members if side == "source" else each.candidates for each in compared.of_kind("ambiguous")]
    return (compared.result.matched, len(compared.of_kind(missing)), duplicates, sum(map(len, in_doubt)))
