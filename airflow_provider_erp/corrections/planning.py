"""From breaks to a plan: what the spec's authority wants changed, less what a person must settle first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from airflow_provider_erp.corrections.findings import Findings, digest_of
from airflow_provider_erp.corrections.plan import SIDES, Change, Plan, SystemSide
from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.checks import check_choice, check_known
from airflow_provider_erp.reconciliation.spec import FIELDS, SIMILARITY, ReconciliationSpec
from airflow_provider_erp.reconciliation.words import field_words

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 256
NOT_CREATED = ("payment_terms",)
"""Codes of each system's own: those of the other system would mean something else, or nothing."""

Row = Mapping[str, Any]


def plan_of(
    findings: Findings,
    spec: ReconciliationSpec,
    *,
    side: SystemSide,
    conn_type: str,
    company: str,
    records: tuple[Path, Path],
    create: bool = False,
    clear: bool = False,
    approved_pairs: Iterable[tuple[str, str]] = (),
    not_created: Iterable[str] = NOT_CREATED,
    writable: Iterable[str] = FIELDS,
) -> Plan:
    """What is to be changed in one of the two systems, by the spec's authority per field.

    Nothing is ever deleted or merged. No change is made of a break that is
    accepted, of a pair that is merely similar and not approved, of a customer
    that is in a group of duplicates, to a value that cannot be right, nor, but
    with ``clear``, to an empty one. With ``create`` the customers that the side lacks are created with all that the
    other system supplies of them, where the side is known to lack no record and
    nobody in it may be the same customer.

    Args:
        findings: what the comparison found.
        spec: the spec of the comparison.
        side: the system that is to be changed.
        conn_type: the type of its connections.
        company: the company in it.
        records: the Parquet files of source and target that were compared.
        create: whether customers are created.
        clear: whether a field that is empty in the other system is emptied.
        approved_pairs: source and target ids of similar pairs that a person approved.
        not_created: fields that a new customer is not given.
        writable: the fields that the system has; others are left out and counted.

    Raises:
        ValueError: the breaks are of another spec, or an argument is unknown.
        ErpInconsistentRead: the records are not those that were compared.
    """
    check_choice("side", side, SIDES)
    not_created = tuple(not_created)
    check_known("not_created", not_created, FIELDS)
    _check_spec(findings, spec)
    with _compared(findings, records) as engine:
        judge = _Judge(findings, spec, side, frozenset(approved_pairs), engine, clear=clear)
        [(total,)] = engine.execute(f"SELECT count(*) FROM {side}_records").fetchall()  # noqa: S608
        wanted = [*_updates(engine, judge), *(_creates(engine, judge, not_created) if create else ())]
    changes, left_out = _parted(wanted, frozenset(writable))
    return Plan(
        spec=spec.name,
        origin=findings.spec_digest,
        as_of=findings.as_of,
        side=side,
        conn_type=conn_type,
        company=company,
        total=total,
        changes=changes,
        left_out=left_out,
    )


@contextmanager
def _compared(findings: Findings, records: tuple[Path, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine with the breaks and both sides' records as tables."""
    with open_engine(findings.breaks.parent, memory_mb=MEMORY_MB) as engine:
        engine.read_parquet(str(findings.breaks)).create_view("breaks")
        for name, file in zip(SIDES, records, strict=True):
            engine.read_parquet(str(file)).create_view(f"{name}_records")
        yield engine


def _parted(wanted: Iterable[Change | str], writable: Collection[str]) -> tuple[tuple[Change, ...], Mapping[str, int]]:
    """The changes that the system has fields for, and how many were left out by the reason."""
    planned = [_writable(each, writable) for each in wanted]
    left_out = Counter(each for each in planned if isinstance(each, str))
    return tuple(each for each in planned if isinstance(each, Change)), dict(sorted(left_out.items()))


class _Judge:
    """Says of a break why it makes no change, where it makes none."""

    def __init__(
        self,
        findings: Findings,
        spec: ReconciliationSpec,
        side: SystemSide,
        approved: frozenset[tuple[str, str]],
        engine: duckdb.DuckDBPyConnection,
        *,
        clear: bool,
    ) -> None:
        place = SIDES.index(side)
        self.side, self.other = side, SIDES[1 - place]
        self.system, self.right = findings.titles[place], findings.titles[1 - place]
        self._whole = findings.whole[place]
        self._approved = approved
        self._clear = clear
        self._suggested = {pair[1 - place] for pair in findings.suggested}
        today = findings.as_of.astimezone(ZoneInfo(spec.zone)).date()
        self._accepted = {(each.break_id, each.digest) for each in spec.accepted if each.until >= today}
        self._duplicates = set(engine.execute(_DUPLICATES).fetchall())
        self._invalid = set(engine.execute(_INVALID).fetchall())

    def of_change(self, row: Row) -> str | None:
        """Why a field of a matched customer is left as it is."""
        pair = row["source_id"], row["target_id"]
        if self._is_accepted(row):
            return "accepted"
        if row["matched_by"] == SIMILARITY and pair not in self._approved:
            return "similar, not approved"
        if any(each in self._duplicates for each in zip(SIDES, pair, strict=True)):
            return "duplicates"
        if (self.other, row[f"{self.other}_id"], row["field"]) in self._invalid:
            return "invalid identifier"
        return "would be emptied" if not (row["correct_value"] or self._clear) else None

    def of_create(self, row: Row) -> str | None:
        """Why a customer that the system lacks is not created."""
        record_id = row[f"{self.other}_id"]
        if self._is_accepted(row):
            return "accepted"
        if not self._whole:
            return "the system may have it: not all of its records were read"
        if (self.other, record_id) in self._duplicates:
            return "duplicates"
        if row["is_taken"]:
            return "number is taken"
        if record_id in self._suggested:
            return "may be one that is there"
        if any((self.other, record_id, field) in self._invalid for field in ("org_number", "vat_number")):
            return "invalid identifier"
        return None

    def _is_accepted(self, row: Row) -> bool:
        return (row["break_id"], row["digest"]) in self._accepted


def _updates(engine: duckdb.DuckDBPyConnection, judge: _Judge) -> Iterator[Change | str]:
    """A change, or why there is none, for each break that the authority decides."""
    for row in _rows(engine, _UPDATES.format(side=judge.side), [judge.side]):
        held = row["held"]
        if held["source_id"] is None:
            raise _other_records(judge.side, row[f"{judge.side}_id"], "is not among the records")
        if (held[row["field"]] or "") != row[f"{judge.side}_value"]:
            raise _other_records(judge.side, row[f"{judge.side}_id"], f"has another {row['field']}")
        yield judge.of_change(row) or Change(
            action="update",
            system=judge.system,
            subject=row[f"{judge.side}_id"],
            record_id=row[f"{judge.side}_id"],
            number=held["number"],
            field=row["field"],
            old=row[f"{judge.side}_value"],
            new=row["correct_value"],
            rule=f"{field_words(row['field'])}: {judge.right} is right",
            version=held["version"],
            break_id=row["break_id"],
        )


def _creates(engine: duckdb.DuckDBPyConnection, judge: _Judge, not_created: Iterable[str]) -> Iterator[Change | str]:
    """The changes of each customer that the side lacks, or why it is not created."""
    fields = [name for name in FIELDS if name not in not_created]
    for row in _rows(engine, _CREATES.format(side=judge.side, other=judge.other), []):
        record_id, held = row[f"{judge.other}_id"], row["held"]
        if held["source_id"] is None:
            raise _other_records(judge.other, record_id, "is not among the records")
        number = held["number"] if "number" in fields else None
        objection = judge.of_create({**row, "is_taken": row["is_taken"] and number})
        if objection:
            yield objection
            continue
        for field in fields:
            if held[field]:
                yield Change(
                    action="create",
                    system=judge.system,
                    subject=f"{judge.other}:{record_id}",
                    number=number,
                    field=field,
                    new=held[field],
                    rule=f"missing in {judge.system}: {judge.right} is right",
                    break_id=row["break_id"],
                )


def _writable(each: Change | str, writable: Collection[str]) -> Change | str:
    if isinstance(each, str) or each.field in writable:
        return each
    return f"{each.system} has no field for {field_words(each.field)}"


_DUPLICATES = """
SELECT substr(kind, 14), unnest(members) FROM breaks WHERE kind IN ('duplicate_in_source', 'duplicate_in_target')
"""
_INVALID = """
SELECT CASE WHEN source_id IS NULL THEN 'target' ELSE 'source' END, coalesce(source_id, target_id), field
FROM breaks WHERE kind = 'invalid_identifier'
"""
_UPDATES = """
SELECT break_id, digest, field, breaks.source_id, breaks.target_id, matched_by, source_value, target_value,
    correct_value, held
FROM breaks LEFT JOIN {side}_records AS held ON held.source_id = breaks.{side}_id
WHERE kind IN ('field_differs', 'status_conflict') AND correct_side = ?
"""
_CREATES = """
SELECT break_id, digest, breaks.source_id, breaks.target_id, held,
    held.number <> '' AND EXISTS (SELECT 1 FROM {side}_records AS own WHERE own.number = held.number) AS is_taken
FROM breaks LEFT JOIN {other}_records AS held ON held.source_id = breaks.{other}_id
WHERE kind = 'missing_in_{side}' AND breaks.{other}_id IS NOT NULL
"""
"""A break of an earlier day that this one could not look at has no ids."""


def _rows(engine: duckdb.DuckDBPyConnection, query: str, values: list[str]) -> Iterator[Row]:
    with engine.cursor() as cursor:
        cursor.execute(query, values)
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(1_000):
            yield from (dict(zip(names, row, strict=True)) for row in rows)


def _check_spec(findings: Findings, spec: ReconciliationSpec) -> None:
    if digest_of(spec) != findings.spec_digest:
        raise ValueError(
            f"breaks of {findings.as_of.isoformat()}: expected those of spec {spec.name!r} as it is now "
            f"({digest_of(spec)}), got those of {findings.spec_digest or 'none'}; compare again with this spec"
        )


def _other_records(side: str, record_id: str, problem: str) -> ErpInconsistentRead:
    return ErpInconsistentRead(
        f"{side} record {record_id!r} {problem}, unlike in the breaks; give the records that were compared"
    )
