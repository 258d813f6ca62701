"""What becomes of a result: its history from the ledger, the report's files, and the verdict of the thresholds."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.landing import observations, storage
from airflow_provider_erp.landing.paths import Attempt, join
from airflow_provider_erp.operators.listed import facts_of
from airflow_provider_erp.reconciliation.history import STATES, History
from airflow_provider_erp.reconciliation.ledger import Observation, fold, write_observation
from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.report.left_out import remarks_of
from airflow_provider_erp.reconciliation.report.verdict import in_all, verdict
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.thresholds import Judgement, judge

log = logging.getLogger(__name__)

_MEMORY_MB = 64
LEDGER = "ledger"
"""The folder of the observations, beside those of the days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A published result: what XCom carries, and why the task fails, if it does."""

    summary: dict[str, Any]
    failures: tuple[str, ...]


def publish(
    spec: ReconciliationSpec | PostingSpec,
    result: Reconciliation,
    workdir: Path,
    *,
    folder: str,
    as_of: dt.datetime,
    observed_at: dt.datetime,
    short: tuple[str, ...] = (),
    made_by: Attempt | None = None,
) -> Publication:
    """Adds the run to the ledger and writes the report's files; the page comes last.

    ``folder`` is the comparison's own; a second run of the same ``as_of``
    replaces what the first one left there, and a run of another moment never,
    unless both run at once, which ``max_active_runs=1`` prevents. ``short``
    says why a side is suspiciously short: then nothing that is missing counts
    as resolved, and the task fails after all is written. ``made_by`` is kept
    with the observation: the report is shown to those who may read its DAG. So
    are the files' digests: until all of them are written, what another DAG left
    there is not taken for this run's.
    """
    resolves = result.source.complete and result.target.complete
    history = _history(spec, result, workdir, join(folder, LEDGER), as_of, resolves=resolves)
    judgements = judge(history, spec.thresholds, in_all(result), kinds=result.kinds)
    day = _report_folder(join(folder, LEDGER), as_of)
    report = join(folder, day)
    sentences = [each.sentence for each in judgements]
    page = write_report(result, history, workdir / "report", judgements=sentences, path=report)
    summary = _summary(result, history, judgements, join(report, page.name))
    files = sorted(page.parent.iterdir(), key=lambda file: (file == page, file.name))
    facts = facts_of(result, history, summary, made_by, page.with_name("breaks.parquet"))
    facts |= {"report": day, "files": {file.name: storage.sha256(file) for file in files}}
    _observe(result, workdir, join(folder, LEDGER), as_of, observed_at, resolves=resolves, facts=facts)
    for file in files:
        storage.put(file, join(report, file.name))
    _log(result, history, judgements, join(report, page.name))
    failures = (*short, *(each.sentence for each in judgements if each.action == "fail"))
    return Publication(summary=summary, failures=failures)


def _history(
    spec: ReconciliationSpec | PostingSpec,
    result: Reconciliation,
    workdir: Path,
    ledger: str,
    as_of: dt.datetime,
    *,
    resolves: bool,
) -> History:
    copies, folder = workdir / "observations", workdir / "history"
    copies.mkdir()
    folder.mkdir()
    before = [
        Observation(
            as_of=each.manifest.as_of,
            observed_at=each.manifest.observed_at,
            resolves=each.manifest.resolves,
            breaks=each.file,
        )
        for each in observations.read_all(ledger, copies, before=as_of)
    ]
    return fold(
        before,
        result.breaks,
        as_of=as_of,
        zone=spec.zone,
        folder=folder,
        accepted=spec.accepted,
        resolves=resolves,
    )


def _report_folder(ledger: str, as_of: dt.datetime) -> str:
    """The date; for a further moment of a date its time, too: no report is written over but by its own moment."""
    of_moment = {each.as_of: each.facts.get("report") for each in observations.known(ledger)}
    moment = as_of.astimezone(dt.UTC)
    date = moment.date().isoformat()
    taken = any(
        other != as_of and (folder or f"{other.astimezone(dt.UTC):%Y-%m-%d}") == date
        for other, folder in of_moment.items()
    )
    return of_moment.get(as_of) or (f"{moment:%Y-%m-%dT%H%M%SZ}" if taken else date)


def _observe(
    result: Reconciliation,
    workdir: Path,
    ledger: str,
    as_of: dt.datetime,
    observed_at: dt.datetime,
    *,
    resolves: bool,
    facts: dict[str, Any],
) -> None:
    observation = workdir / "observation.parquet"
    write_observation(result.breaks, observation)
    observations.publish(ledger, observation, as_of=as_of, observed_at=observed_at, resolves=resolves, facts=facts)


def _log(result: Reconciliation, history: History, judgements: tuple[Judgement, ...], page: str) -> None:
    for remark in remarks_of(result):
        log.warning("%s", remark)
    if history.idle:
        log.warning("Acceptances that silence nothing: %d; the report says which", len(history.idle))
    for judgement in judgements:
        log.warning("%s", judgement.sentence)
    log.info("%s Report: %s", verdict(result, history), page)


def _states(history: History) -> dict[str, int]:
    """How many breaks are in each state, the resolved ones last."""
    query = "SELECT state, count(*) FROM read_parquet(?) GROUP BY state"
    with open_engine(history.open.parent, memory_mb=_MEMORY_MB) as engine:
        counts = dict(engine.execute(query, [str(history.open)]).fetchall())
    return {state: counts.get(state, 0) for state in STATES} | {"resolved": history.days[-1].resolved}


def _summary(result: Reconciliation, history: History, judgements: tuple[Judgement, ...], page: str) -> dict[str, Any]:
    today = history.days[-1]
    return {
        "spec": result.spec,
        "verdict": verdict(result, history),
        "remarks": list(remarks_of(result)),
        "judgements": [judgement.sentence for judgement in judgements],
        "matched": result.matched,
        "counts": dict(result.counts),
        "open": today.open,
        "states": _states(history),
        "at_risk": {currency: str(amount) for currency, amount in today.amounts.items()},
        "report": page,
    }
