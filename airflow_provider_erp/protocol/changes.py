"""Fetches of changes: what was asked for, and whether the rows that came honour it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from airflow_provider_erp.exceptions import ErpProtocolError

SLACK = dt.timedelta(days=1)
"""ASSUMED: a server may cut a filter to its date, or read it in another zone; an older row was not filtered."""

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d(?::\d\d)?)((?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?))?")


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows changed since ``cursor`` were asked for, as ``asked``: the cursor less an overlap.

    ``strict`` makes a row that is older an error; else it is only counted.
    """

    cursor: str
    asked: str
    strict: bool = True

    def overlap(self, label: str, stamps: Iterable[str]) -> int:
        """How many of the stamps are not after the cursor: rows that an earlier fetch may have had.

        Raises:
            ErpProtocolError: a row is too old to have been asked for, the server ignored the filter.
        """
        cursor, asked = moment(self.cursor), moment(self.asked)
        if cursor is None or asked is None:
            return 0
        found = [stamp for stamp in map(moment, stamps) if stamp and _comparable(stamp, cursor)]
        oldest = min(found, default=None)
        if self.strict and oldest is not None and _comparable(oldest, asked) and oldest < asked - SLACK:
            raise ErpProtocolError(
                f"{label}: changes since {self.asked} were asked for, and a row that last changed at "
                f"{oldest.isoformat()} came: the server ignores the change filter, this is no list of changes; fetch "
                "without since, or set check_change_filter to false in the connection if such rows are right"
            )
        return sum(stamp <= cursor for stamp in found)


def moment(text: str) -> dt.datetime | None:
    """A server's stamp to the microsecond, with its offset if it has one; None when it is none."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def earlier(stamp: str, minutes: float) -> str:
    """A server's stamp moved back, written as before: with its own fraction digits and its own offset.

    Raises:
        ValueError: the text is no ISO stamp.
    """
    parts = _STAMP.fullmatch(stamp.strip())
    if parts is None or moment(stamp.strip()) is None:
        raise ValueError(f"expected an ISO stamp as the server writes it, got {stamp[:40]!r}")
    if not minutes:
        return stamp
    day, separator, clock, rest = parts.groups("")
    moved = dt.datetime.fromisoformat(f"{day}T{clock or '00:00:00'}") - dt.timedelta(minutes=minutes)
    return moved.isoformat(separator or "T", "seconds") + rest


def _comparable(one: dt.datetime, other: dt.datetime) -> bool:
    return (one.tzinfo is None) == (other.tzinfo is None)
