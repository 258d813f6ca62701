"""Moments as the vendors write them, and the sandbox's present, which moves by days only."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = dt.datetime(2026, 11, 20, 4, 0, 0, 46_352, tzinfo=dt.UTC)
_TICKS_PER_SECOND = 10_000_000
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?")


def now(day: int) -> dt.datetime:
    """The present of a day; day 0 is 20 November 2026."""
    return NOW + dt.timedelta(days=day)


def with_seven_digits(moment: dt.datetime, seventh: int) -> str:
    """A moment in Helsinki's time with seven digits and its offset, as .NET writes it."""
    text = moment.astimezone(HELSINKI).isoformat(timespec="microseconds")
    return f"{text[:26]}{seventh}{text[26:]}"


def naive_milliseconds(moment: dt.datetime) -> str:
    """A moment in Helsinki's time, to the millisecond, without an offset."""
    return moment.astimezone(HELSINKI).replace(tzinfo=None).isoformat(timespec="milliseconds")


def aware(text: str) -> dt.datetime:
    """A naive stamp of a row as the moment that it is in Helsinki."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def read_ticks(text: str) -> int:
    """A stamp as hundreds of nanoseconds since 1970, so that a seventh digit counts.

    A stamp without an offset is Helsinki's time.

    Raises:
        ValueError: the text is no ISO date or date with time.
    """
    parts = _ISO.fullmatch(text)
    if parts is None:
        raise ValueError("expected an ISO date, or a date with time, fraction and offset")
    day, clock, fraction, offset = parts.groups()
    moment = dt.datetime.fromisoformat(f"{day}T{clock or '00:00'}{offset or ''}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=HELSINKI)
    return int(moment.timestamp()) * _TICKS_PER_SECOND + int((fraction or "0").ljust(7, "0")[:7])


def read_naive(text: str) -> dt.datetime | None:
    """A stamp as Helsinki's naive time; an offset is converted, an unreadable text is ``None``."""
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(HELSINKI).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
