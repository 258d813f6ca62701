"""The reports that a user may see, from the ledgers' manifests: all that a page can name is listed here first."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import observations, storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.links import comparison_identity
from airflow_provider_erp.ui.folders import names_in

log = logging.getLogger(__name__)

REPORTS, LEDGER = "reconciliation", "ledger"
MayRead = Callable[[str], bool]
"""Whether the user may read the results of a DAG."""

_KEPT_LEDGERS = 100
"""The manifests of so many comparisons stay in memory, about one megabyte for each year of a daily one."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an observation tells of its report. One of before these were kept does not fit, and is shown to nobody."""

    report: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{6}Z)?$")]
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    date: dt.date
    verdict: str
    judgements: list[str]
    titles: tuple[str, str, str]
    kinds: dict[str, str]
    aging: dict[str, list[int]]
    open: int
    states: dict[str, int]
    at_risk: dict[str, str]
    breaks_sha256: str
    files: dict[str, str] = {}
    unplaced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run of a comparison; ``folder`` is the comparison's."""

    folder: str
    manifest: observations.Manifest
    facts: Facts

    @property
    def name(self) -> str:
        """What the report is called among those of its comparison: its day, with a time where a day has several."""
        return self.facts.report

    @property
    def agrees(self) -> bool:
        """Whether nothing is open, and no record that counts was left out."""
        return self.manifest.resolves and not self.facts.open and not self.facts.unplaced

    def file(self, name: str) -> str:
        """The address of one of the report's files."""
        return join(self.folder, self.name, name)

    def digest(self, name: str) -> str | None:
        """The digest of one of the report's files; older observations know that of the table of breaks only."""
        return self.facts.breaks_sha256 if name == "breaks.parquet" else self.facts.files.get(name)

    def observation(self) -> str:
        """The address of what the ledger keeps of it."""
        return join(self.folder, LEDGER, self.manifest.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A spec on two systems, with the reports that the user may see, the newest first; there is at least one."""

    identity: str
    reports: tuple[Report, ...]

    @property
    def newest(self) -> Report:
        """The report of the latest moment."""
        return self.reports[0]

    def find(self, name: str) -> Report | None:
        """The report of that name."""
        return next((each for each in self.reports if each.name == name), None)


Found = tuple[Comparison, Report]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The comparisons that the user may see; how many observations nobody may, and how many ledgers are damaged."""

    comparisons: tuple[Comparison, ...]
    without_dag: int = 0
    damaged: int = 0

    def of_task(self, dag_id: str, run_id: str, task_id: str | None, map_index: int | None) -> list[Found]:
        """What the tasks of a run reported, or one of them; ``map_index`` tells mapped ones apart."""
        return [
            (comparison, report)
            for comparison in self.comparisons
            for report in comparison.reports
            if (report.facts.dag_id, report.facts.run_id) == (dag_id, run_id)
            and task_id in (None, report.facts.task_id)
            and map_index in (None, report.facts.map_index)
        ]


def list_reports(base_path: str, may_read: MayRead) -> Listing:
    """What lies below a base path, for one user."""
    found, without_dag, damaged = [], 0, 0
    for folder in _folders(base_path):
        manifests = _readable(folder)
        if manifests is None:
            damaged += 1
            continue
        reports = _reports(folder, manifests)
        without_dag += len(manifests) - len(reports)
        if comparison := _visible(comparison_identity(base_path, folder), reports, may_read):
            found.append(comparison)
    found.sort(key=lambda each: (each.newest.facts.titles, each.identity))
    return Listing(comparisons=tuple(found), without_dag=without_dag, damaged=damaged)


def find_comparison(base_path: str, identity: str, may_read: MayRead) -> Comparison | None:
    """The comparison of that identity, for one user; no other comparison's ledger is read."""
    for folder in _folders(base_path):
        if comparison_identity(base_path, folder) == identity:
            return _visible(identity, _reports(folder, _readable(folder) or []), may_read)
    return None


def _visible(identity: str, reports: Iterable[Report], may_read: MayRead) -> Comparison | None:
    visible = tuple(report for report in reports if may_read(report.facts.dag_id))
    return Comparison(identity=identity, reports=visible) if visible else None


def _reports(folder: str, manifests: Iterable[observations.Manifest]) -> list[Report]:
    return [Report(folder=folder, manifest=each, facts=facts) for each in manifests if (facts := _facts(each))]


def _readable(folder: str) -> list[observations.Manifest] | None:
    try:
        return _newest_first(folder)
    except (ValueError, OSError, ErpInconsistentRead):
        log.exception("A ledger cannot be read, its comparison is not shown")
        return None


def _folders(base_path: str) -> Iterator[str]:
    """The comparisons' folders: of the spec, the source, the target."""
    folders = [join(base_path, REPORTS)]
    for _ in range(3):
        folders = [join(folder, name) for folder in folders for name in names_in(folder)]
    yield from folders


def _newest_first(folder: str) -> list[observations.Manifest]:
    """Of several observations of one moment the last counts: its report has replaced theirs."""
    kept = _kept(folder)

    def read(address: str) -> bytes:
        if address not in kept:
            kept[address] = storage.read(address)
        return kept[address]

    last = {each.as_of: each for each in observations.known(join(folder, LEDGER), read)}
    return [last[as_of] for as_of in sorted(last, reverse=True)]


@lru_cache(maxsize=_KEPT_LEDGERS)
def _kept(_folder: str) -> dict[str, bytes]:
    """A ledger's manifests that were read before, by address; what lies at an address never changes."""
    return {}


def _facts(manifest: observations.Manifest) -> Facts | None:
    try:
        return msgspec.convert(manifest.facts, Facts)
    except msgspec.ValidationError:
        return None
