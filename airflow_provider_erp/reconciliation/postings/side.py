"""One side of the comparison: where its records are, and whether they are fresh enough to be summed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingSide:
    """The transactions of a project system, or the invoices of a ledger.

    ``records`` is a Parquet file with a text column for each field of the
    canonical record (null = not supplied). ``full_read_at`` is when all records
    were last read at once, for changes alone do not show what was deleted.
    ``batch`` is what errors call the side, ``remarks`` are sentences that a
    reader of the report must know.
    """

    title: str
    records: Path
    batch: str
    full_read_at: dt.datetime | None = None
    read_at: dt.datetime | None = None
    rejected: int = 0
    complete: bool = True
    remarks: tuple[str, ...] = ()


def check_full(side: PostingSide, as_of: dt.datetime, days: int) -> None:
    """Nothing comes back.

    Raises:
        ValueError: the side was never read in full, or too long ago.
    """
    if side.full_read_at is not None and as_of - side.full_read_at <= dt.timedelta(days=days):
        return
    came = "none" if side.full_read_at is None else f"one of {side.full_read_at.date().isoformat()}"
    raise ValueError(
        f"cannot sum {side.title}: batch {side.batch!r} needs a full reading at most {days} days before "
        f"{as_of.date().isoformat()}, because only that shows deleted records; got {came}; fetch all records"
    )
