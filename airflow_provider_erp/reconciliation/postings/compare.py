"""Project transactions against invoices, from two Parquet files to breaks, with DuckDB inside the worker."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.postings.findings import MATCHED_BY, Finding, Matched, breaks_of, lasting_id
from airflow_provider_erp.reconciliation.postings.lines import (
    KNOWN,
    SOURCE,
    TARGET,
    Made,
    make_invoice_lines,
    make_transaction_lines,
)
from airflow_provider_erp.reconciliation.postings.settings import SETTINGS, TOLERANCES, make_settings
from airflow_provider_erp.reconciliation.postings.side import PostingSide, check_full
from airflow_provider_erp.reconciliation.postings.spec import KINDS, SUM, PostingSpec
from airflow_provider_erp.reconciliation.result import (
    COLUMNS,
    Agreement,
    Break,
    LeftOut,
    Reconciliation,
    SideResult,
    sum_amounts,
)
from airflow_provider_erp.reconciliation.steps import UNTOLD, Steps
from airflow_provider_erp.reconciliation.words import plural

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 512
TABLES = (SOURCE, TARGET, KNOWN, TOLERANCES, SETTINGS)
"""What the SQL text reads."""

Answer = Callable[["duckdb.DuckDBPyConnection", str], Iterable[tuple[Any, ...]]]
"""Where the SQL text is executed: is given DuckDB with the tables, and the text; the rows come back."""

_FETCH_ROWS = 5_000
_COUNTED = "control totals count lines; the agreement counts sums, one for each project, month and currency"
_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  SQL, not markup; only names of tables come in
)


def answer_here(engine: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows, from DuckDB itself, a few thousand in memory at a time."""
    engine.execute(sql)
    while rows := engine.fetchmany(_FETCH_ROWS):
        yield from rows


def reconcile_postings(
    spec: PostingSpec,
    transactions: PostingSide,
    invoices: PostingSide,
    workdir: Path,
    *,
    as_of: dt.datetime,
    answer: Answer = answer_here,
    steps: Steps = UNTOLD,
) -> Reconciliation:
    """Compare sums, then lines; the answer does not depend on the order of the records.

    ``workdir`` takes the file of breaks, and temporary files that are gone at
    the end. ``answer`` may take the tables to another engine and ask there.
    ``steps`` is told how far it is.

    Raises:
        ValueError: the transactions were not read in full of late, or a record is not as it should be.
        ErpInconsistentRead: a side names a record twice.
    """
    check_full(transactions, as_of, spec.full_within_days)
    path, matched = workdir / "breaks.parquet", Matched()
    with (
        tempfile.TemporaryDirectory(prefix="postings-", dir=workdir) as name,
        open_engine(Path(name), memory_mb=MEMORY_MB, threads=2) as engine,
    ):
        work, bills = make_tables(engine, spec, transactions, invoices)
        steps.finished("lines", f"{len(engine.table(SOURCE)):,} and {len(engine.table(TARGET)):,}")
        found = map(Finding._make, answer(engine, render()))
        counts = _write(engine, breaks_of(spec, found, matched), Path(name), path)
        steps.finished("sums and breaks", plural(counts.total(), "break", "breaks"))
        source = _side_result(engine, SOURCE, transactions, work.left_out, matched.source)
        target = _side_result(engine, TARGET, invoices, bills.left_out, matched.target)
        sums = _count_sums(engine)
    return Reconciliation(
        spec=spec.name,
        title=spec.title or spec.name,
        things="sums",
        kinds=KINDS,
        source=source,
        target=target,
        matched_by=_matched_by(matched),
        agreement=_agreement(matched, sums),
        counts={kind: counts[kind] for kind in KINDS},
        differing=matched.sums.total() - matched.agreeing,
        breaks=path,
        as_of=as_of,
        zone=spec.zone,
        remarks=(
            *transactions.remarks,
            *invoices.remarks,
            *work.remarks,
            *bills.remarks,
            *_remarks(spec, transactions),
        ),
        provenance=_provenance(spec),
    )


def _provenance(spec: PostingSpec) -> dict[str, str]:
    return {
        "spec": lasting_id(msgspec.to_builtins(spec, str_keys=True, order="deterministic", enc_hook=_named)),
        "tolerances": "; ".join(map(str, spec.tolerances)) or "none: sums must be equal",
    }


def make_tables(
    engine: duckdb.DuckDBPyConnection, spec: PostingSpec, transactions: PostingSide, invoices: PostingSide
) -> tuple[Made, Made]:
    """Make the tables that the SQL text reads; what is in none of them comes back, of each side."""
    work, bills = make_transaction_lines(engine, spec, transactions), make_invoice_lines(engine, spec, invoices)
    make_settings(engine, spec, (SOURCE, TARGET))
    return work, bills


def _remarks(spec: PostingSpec, transactions: PostingSide) -> tuple[str, ...]:
    unsaid = f"the spec does not say what {transactions.title}'s codes mean: every transaction counts as billable"
    return (_COUNTED,) if spec.billable else (unsaid, _COUNTED)


def render() -> str:
    """The comparison as one SQL text, the same for every engine; its columns are those of :class:`Finding`."""
    template = _TEMPLATES.get_template("postings.sql.j2")
    return template.render(source=SOURCE, target=TARGET, known=KNOWN, tolerances=TOLERANCES, settings=SETTINGS)


def _side_result(
    engine: duckdb.DuckDBPyConnection, table: str, side: PostingSide, left_out: tuple[LeftOut, ...], matched: int
) -> SideResult:
    lines = engine.table(table)
    joined = lines.join(engine.table(KNOWN), "subject", how="semi")
    [(compared,)] = lines.aggregate("COUNT(*)").fetchall()
    sums = dict(lines.aggregate("currency, SUM(amount)", "currency").fetchall())
    [(duplicates,)] = joined.aggregate("COUNT(*) - COUNT(DISTINCT likeness)").fetchall()
    return SideResult(
        title=side.title,
        batch=side.batch,
        records=compared + sum(each.records for each in left_out),
        matched=matched,
        only_here=compared - duplicates - matched,
        duplicates=duplicates,
        left_out=left_out,
        rejected=side.rejected,
        amounts=sum_amounts(sums, *(each.amounts for each in left_out)),
        read_at=side.read_at,
        complete=side.complete,
    )


def _matched_by(matched: Matched) -> dict[str, int]:
    counts = Counter(dict.fromkeys(MATCHED_BY.values(), 0))
    for kind, reason in MATCHED_BY.items():
        counts[reason] += matched.sums[kind]
    return dict(counts)


def _count_sums(engine: duckdb.DuckDBPyConnection) -> int:
    """Sums that either side holds, each counted once."""
    source, target = (engine.table(table).select("subject", "period", "currency") for table in (SOURCE, TARGET))
    return len(source.union(target).distinct())


def _agreement(matched: Matched, in_all: int) -> tuple[Agreement, ...]:
    """How many of all sums no break names; of those that have a partner, how many are the same in each part."""
    sums, compared = matched.sums, matched.sums.total()
    other_currency = sums["currency_differs"] + sums["rate_differs"] + sums["agrees_in_local"]
    same_units = compared - sums["currency_differs"]
    other_amount = sum(sums[kind] for kind in ("not_invoiced", "invoiced_not_posted", "amount_differs", "rate_differs"))
    return (
        Agreement(field=SUM, compared=in_all, equal=in_all - len(matched.named)),
        Agreement(field="period", compared=compared, equal=compared - sums["wrong_period"] - sums["agrees_in_time"]),
        Agreement(field="currency", compared=compared, equal=compared - other_currency),
        Agreement(field="amount", compared=same_units, equal=same_units - other_amount),
    )


def _write(engine: duckdb.DuckDBPyConnection, breaks: Iterator[Break], folder: Path, path: Path) -> Counter[str]:
    """Writes the breaks in lasting order, by way of a file of lines; how many there are of each kind comes back."""
    lines, counts, encoder = folder / "breaks.jsonl", Counter[str](), msgspec.json.Encoder()
    with lines.open("wb") as file:
        for each in breaks:
            counts[each.kind] += 1
            file.write(encoder.encode(each) + b"\n")
    kinds = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(KINDS))
    rows = engine.read_json(str(lines), columns=dict(COLUMNS), format="newline_delimited")
    rows.order(f"CASE kind {kinds} END, key, break_id").write_parquet(str(path))
    return counts


def _named(given: object) -> str:
    """The name of a function in a spec, which has no other lasting text."""
    return f"{given.__module__}.{getattr(given, '__qualname__', '')}"
