"""The reports that a user may see, from the ledgers' manifests: all that a page can name is listed here first."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
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

LOOKED_THROUGH = 30
"""As many of a comparison's last observations are looked through for the newest that the user may see."""
_KEPT = 20_000
"""So many manifests stay in memory, of about two kilobytes each: a published one never changes."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an observation tells of its report. One of before these were kept does not fit, and is shown to nobody."""

    report: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{6}Z)?$")]
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    date: dt.date
    zone: str = "UTC"
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
    days: list[tuple[dt.date, int, int, int]] = []
    """The observed ones of the last 30: how many breaks were open, new and resolved."""
    unplaced: int = 0


_ = msgspec.json.Decoder(Facts)  # two threads that meet a struct at once, each for the first time, crash msgspec 0.22


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
    """The comparisons that the user may see; how many observations nobody may, and how many ledgers are damaged.

    Counted are those that were looked through.
    """

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


def list_reports(base_path: str, may_read: MayRead, *, day: dt.date | None = None) -> Listing:
    """What lies below a base path, for one user; with ``day`` what runs of that day in UTC left."""
    return _listing(base_path, lambda folder: _look(folder, may_read, day=day))


def list_newest(base_path: str, may_read: MayRead) -> Listing:
    """The same with the newest report of each comparison alone, however long its history is.

    Where that does not tell the days before it, because it is of before reports did, these are there, too.
    """
    return _listing(base_path, lambda folder: _look(folder, may_read, most=LOOKED_THROUGH))


def find_comparison(base_path: str, identity: str, may_read: MayRead) -> Comparison | None:
    """The comparison of that identity, for one user; no other comparison's ledger is read."""
    for folder in _folders(base_path):
        if comparison_identity(base_path, folder) == identity:
            found = _look(folder, may_read)
            return Comparison(identity=identity, reports=tuple(found.visible)) if found and found.visible else None
    return None


@dataclass(slots=True)
class _Looked:
    """What a look through a ledger found: the reports that the user may see, and how many nobody may."""

    visible: list[Report]
    without_dag: int = 0


def _listing(base_path: str, look: Callable[[str], _Looked | None]) -> Listing:
    looked = [(folder, look(folder)) for folder in _folders(base_path)]
    found = [
        Comparison(identity=comparison_identity(base_path, folder), reports=tuple(each.visible))
        for folder, each in looked
        if each and each.visible
    ]
    found.sort(key=lambda each: (each.newest.facts.titles, each.identity))
    return Listing(
        comparisons=tuple(found),
        without_dag=sum(each.without_dag for _, each in looked if each),
        damaged=sum(each is None for _, each in looked),
    )


def _look(folder: str, may_read: MayRead, *, day: dt.date | None = None, most: int | None = None) -> _Looked | None:
    """None where the ledger cannot be read; with ``most`` no further than to a report that tells of its days."""
    looked = _Looked([])
    try:
        for manifest in islice(observations.newest_first(join(folder, LEDGER), _kept, day=day), most):
            facts = _facts(manifest)
            if facts is None:
                looked.without_dag += 1
            elif may_read(facts.dag_id):
                looked.visible.append(Report(folder=folder, manifest=manifest, facts=facts))
                if most and looked.visible[0].facts.days:
                    break
    except (ValueError, OSError, ErpInconsistentRead):
        log.exception("A ledger cannot be read, its comparison is not shown")
        return None
    return looked


def _folders(base_path: str) -> Iterator[str]:
    """The comparisons' folders: of the spec, the source, the target."""
    folders = [join(base_path, REPORTS)]
    for _ in range(3):
        folders = [join(folder, name) for folder in folders for name in names_in(folder)]
    yield from folders


@lru_cache(maxsize=_KEPT)
def _kept(address: str) -> bytes:
    """A manifest, read once."""
    return storage.read(address)


def _facts(manifest: observations.Manifest) -> Facts | None:
    try:
        return msgspec.convert(manifest.facts, Facts)
    except msgspec.ValidationError:
        return None
