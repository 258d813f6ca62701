"""What one comparison finds: the totals of each side, the agreement, the suggestions, and where the breaks lie."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from airflow_provider_erp.exceptions import ErpInconsistentRead


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Records of a side that were compared with nothing, for one reason (``without a project``).

    ``amounts`` are sums by currency, under an empty text of those that name
    none. ``by_spec`` is true where the user's own codes say so: that is no
    shortcoming of the records.
    """

    reason: str
    records: int
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    by_spec: bool = False


def sum_amounts(*parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The sums of several amounts by currency, in the currencies' order."""
    currencies = sorted({currency for part in parts for currency in part})
    return {each: sum((part.get(each, Decimal(0)) for part in parts), Decimal(0)) for each in currencies}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideResult:
    """One side's control totals.

    Each of its ``records`` is matched, only here, one of a group of duplicates
    beyond the first, ambiguous, or left out. ``amounts`` are sums by currency,
    where records have any, with those left out. ``complete`` is false where
    the side may lack records: then nothing counts as resolved.

    Raises:
        ErpInconsistentRead: the parts do not add up to the records.
    """

    title: str
    batch: str
    records: int
    matched: int
    only_here: int
    duplicates: int = 0
    ambiguous: int = 0
    left_out: tuple[LeftOut, ...] = ()
    rejected: int = 0
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    read_at: dt.datetime | None = None
    complete: bool = True

    def __post_init__(self) -> None:
        left_out = self.records - self.compared
        parts = self.matched + self.only_here + self.duplicates + self.ambiguous + left_out
        if parts != self.records:
            raise ErpInconsistentRead(
                f"batch {self.batch!r}: {self.matched} matched + {self.only_here} only here + {self.duplicates} "
                f"duplicates + {self.ambiguous} ambiguous + {left_out} left out = {parts}, expected its "
                f"{self.records} records; the comparison is wrong, please report it"
            )

    @property
    def compared(self) -> int:
        """Records that were compared."""
        return self.records - sum(each.records for each in self.left_out)

    @property
    def unplaced(self) -> tuple[LeftOut, ...]:
        """What was left out although it counts: the records lack what a comparison needs."""
        return tuple(each for each in self.left_out if not each.by_spec)

    @property
    def unplaced_records(self) -> int:
        """How many records that is."""
        return sum(each.records for each in self.unplaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """In one field: how many matched pairs were compared, and how many of them agree."""

    field: str
    compared: int
    equal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A pair that may be one: for a person to decide. ``score`` is a probability, ``reasons`` are sentences."""

    source_id: str
    target_id: str
    source_key: str
    target_key: str
    source_name: str = field(repr=False)
    target_name: str = field(repr=False)
    score: float
    reasons: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One disagreement of the two systems, as it stands in ``breaks.parquet`` (one column an attribute).

    ``break_id`` lasts from run to run: it is made of the spec's name, the kind,
    the field and the key (of customers: their numbers in one spelling, of
    duplicates the first record's; the record's id where there is none), never
    of the values; ``digest`` is of the values.
    ``key`` is what people know the subject by (a customer's number), ``name``
    its name. ``members`` are all ids of a group of duplicates, ``candidates``
    those of the other side that an ambiguous record may be. ``amount`` is
    money at risk, never negative, ``correct_side`` the side that the spec's
    authority wants changed, to ``correct_value``.
    """

    break_id: str
    kind: str
    field: str | None = None
    key: str = ""
    name: str = dataclasses.field(default="", repr=False)
    source_id: str | None = None
    target_id: str | None = None
    members: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    matched_by: str | None = None
    source_value: str | None = dataclasses.field(default=None, repr=False)
    target_value: str | None = dataclasses.field(default=None, repr=False)
    digest: str = ""
    amount: Decimal | None = None
    currency: str | None = None
    severity: str = "medium"
    correct_side: str | None = None
    correct_value: str | None = dataclasses.field(default=None, repr=False)


COLUMNS: Mapping[str, str] = {
    name: {"members": "VARCHAR[]", "candidates": "VARCHAR[]", "amount": "DECIMAL(28, 6)"}.get(name, "VARCHAR")
    for name in (each.name for each in dataclasses.fields(Break))
}
"""The columns of ``breaks.parquet`` in order, with DuckDB's types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The result of one comparison.

    ``things`` is what is counted (``customers``), ``kinds`` are all kinds of
    break that the comparison knows, in the order in which people read them,
    with their words. ``breaks`` is a local Parquet file of :class:`Break` in
    lasting order, ``counts`` says how many there are of each kind. ``remarks``
    say what limits the result, ``provenance`` what it was made from (digests,
    versions), by name.
    """

    spec: str
    title: str
    things: str
    kinds: Mapping[str, str]
    source: SideResult
    target: SideResult
    matched_by: Mapping[str, int]
    agreement: tuple[Agreement, ...]
    counts: Mapping[str, int]
    differing: int
    breaks: Path
    suggestions: tuple[Suggestion, ...] = ()
    as_of: dt.datetime | None = None
    zone: str = "UTC"
    remarks: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def matched(self) -> int:
        """How many subjects both systems hold; a group of duplicates is one."""
        return sum(self.matched_by.values())

    def read_breaks(self) -> Iterator[Break]:
        """All breaks in their lasting order, a few thousand in memory at a time."""
        import duckdb  # noqa: PLC0415  # heavy: not when a DAG file is parsed

        with duckdb.connect() as engine:
            engine.execute(f"SELECT {', '.join(COLUMNS)} FROM read_parquet(?)", [str(self.breaks)])  # noqa: S608
            while rows := engine.fetchmany(5_000):
                for row in rows:
                    values = dict(zip(COLUMNS, row, strict=True))
                    yield Break(**values | {n: tuple(values[n] or ()) for n in ("members", "candidates")})
