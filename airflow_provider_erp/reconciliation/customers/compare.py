"""Customers of two systems, from two files to breaks."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from airflow_provider_erp.engine import memory_for, open_engine
from airflow_provider_erp.reconciliation.customers.breaks import write_breaks
from airflow_provider_erp.reconciliation.customers.comparison import Comparison
from airflow_provider_erp.reconciliation.customers.kept import changed_beside
from airflow_provider_erp.reconciliation.customers.leftovers import SIDES
from airflow_provider_erp.reconciliation.customers.normalised import Normalised, normalise_side
from airflow_provider_erp.reconciliation.customers.sides import Side
from airflow_provider_erp.reconciliation.engines import Engine, LocalEngine
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.spec import KINDS, ReconciliationSpec
from airflow_provider_erp.reconciliation.steps import UNTOLD, Steps

OpenEngine = Callable[[Path, int], AbstractContextManager[Engine]]
"""Opens a session in a folder, for sides of at most so many rows."""


@contextmanager
def local_engine(folder: Path, rows: int) -> Iterator[Engine]:
    """DuckDB inside the worker, on one thread: that needs the least memory and CPU."""
    with open_engine(folder, memory_mb=memory_for(rows)) as connection:
        yield LocalEngine(connection, folder)


def reconcile(
    spec: ReconciliationSpec,
    source: Side,
    target: Side,
    workdir: Path,
    *,
    as_of: dt.datetime | None = None,
    engine: OpenEngine = local_engine,
    kept: Path | None = None,
    steps: Steps = UNTOLD,
) -> Reconciliation:
    """Match and compare two systems' customers; the answer does not depend on the order of their rows.

    ``workdir`` takes the file of breaks, and temporary files that are gone at
    the end. ``as_of`` is the moment that the result is said to be about.
    ``engine`` opens what the comparison is executed by. ``kept`` is a folder
    with the normalised rows of an earlier comparison of the same
    :func:`kind_of_rows`, or an empty one: customers that did not change are
    taken from there, and this comparison's rows stay in it. The answer is the
    same without. ``steps`` is told how far it is.

    Raises:
        ValueError: a side does not hold all customers, so that missing ones cannot be told, or not all columns.
        ErpInconsistentRead: a side names a record twice.
    """
    for side in (source, target):
        _check_coverage(side)
    with tempfile.TemporaryDirectory(prefix="customers-", dir=workdir) as name:
        one, other = (
            _normalise(spec, side, Path(name) / f"{place}.parquet", kept, steps)
            for place, side in zip(SIDES, (source, target), strict=True)
        )
        return compare(spec, (source, target), (one, other), workdir, as_of=as_of, engine=engine, steps=steps)


def _normalise(spec: ReconciliationSpec, side: Side, file: Path, kept: Path | None, steps: Steps) -> Normalised:
    normalised = _normalise_or_keep(spec, side, file, kept, steps)
    steps.finished(f"normalising {side.title}", f"{normalised.rows:,} rows")
    return normalised


def _normalise_or_keep(spec: ReconciliationSpec, side: Side, file: Path, kept: Path | None, steps: Steps) -> Normalised:
    if kept is None:
        return normalise_side(spec, side, file, steps=steps)
    earlier = kept / file.name
    normalised = normalise_side(spec, side, file, earlier if earlier.exists() else None, steps)
    beside = changed_beside(earlier)
    if normalised.changed:
        return replace(normalised, changed=normalised.changed.replace(beside))
    beside.unlink(missing_ok=True)
    return replace(normalised, file=file.replace(earlier))


def compare(
    spec: ReconciliationSpec,
    sides: tuple[Side, Side],
    normalised: tuple[Normalised, Normalised],
    workdir: Path,
    *,
    as_of: dt.datetime | None = None,
    engine: OpenEngine = local_engine,
    steps: Steps = UNTOLD,
) -> Reconciliation:
    """The same for sides that are normalised already, by this spec."""
    breaks = workdir / "breaks.parquet"
    with tempfile.TemporaryDirectory(prefix="compare-", dir=workdir) as name:
        folder = Path(name)
        most = max(side.rows for side in normalised)
        with engine(folder, most) as opened:
            comparison = Comparison(spec, normalised, opened, steps)
            comparison.run(folder / "findings.parquet")
        counts, differing = write_breaks(spec, folder / "findings.parquet", breaks, memory_mb=memory_for(most))
    steps.finished("breaks", f"{sum(counts.values()):,}")
    remarks = [
        remark for side, rows in zip(sides, normalised, strict=True) for remark in (*side.remarks, *rows.remarks)
    ]
    return Reconciliation(
        spec=spec.name,
        title=spec.title or spec.name,
        things="customers",
        kinds={kind: words.format(source=sides[0].title, target=sides[1].title) for kind, words in KINDS.items()},
        source=comparison.side_result(0, sides[0]),
        target=comparison.side_result(1, sides[1]),
        matched_by=comparison.matched_by,
        agreement=tuple(comparison.agreement),
        counts=counts,
        differing=differing,
        breaks=breaks,
        suggestions=tuple(comparison.suggestions),
        as_of=as_of,
        zone=spec.zone,
        remarks=tuple(remarks),
        provenance={"spec": _digest(spec), "engine": comparison.engine_name} | _tolerances(spec),
    )


def _check_coverage(side: Side) -> None:
    if side.coverage != "full":
        raise ValueError(
            f"cannot report missing customers: batch {side.batch!r} covers {side.coverage} only; fetch a full batch"
        )


def _tolerances(spec: ReconciliationSpec) -> dict[str, str]:
    """As the report prints them, where there are any."""
    said = [f"{rule.name}: {rule.tolerance}" for rule in spec.rules if rule.tolerance]
    return {"tolerances": "; ".join(said)} if said else {}


def _digest(spec: ReconciliationSpec) -> str:
    content = msgspec.json.encode(spec, order="deterministic")
    return hashlib.sha256(content).hexdigest()[:32]
