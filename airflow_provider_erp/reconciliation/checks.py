"""What every part of a spec is checked for when it is constructed; a message names the argument and what came."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MOST_DAYS = 36_500
"""A century; more is a slip, and overflows dates."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CURRENCY = re.compile(r"[A-Z]{3}")
_WHOLE_DIGITS, _DECIMALS = 22, 6
"""What DECIMAL(28, 6) holds, the type of every amount in the results."""


def check_name(given: object) -> None:
    """Refuses what could not stand in a path."""
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        raise ValueError(f"name: expected letters, digits, '_', '-' or '.', got {shown(given)}")


def check_heading(name: object, title: object, zone: object) -> None:
    """Refuses what every spec is called by, and counts its days in, where it could not."""
    check_name(name)
    check_text("title", title, empty=True)
    check_zone(zone)


def check_text(argument: str, given: object, *, empty: bool = False) -> None:
    """Refuses what is no text, and an empty one unless it may be."""
    if not isinstance(given, str) or not (given or empty):
        raise ValueError(f"{argument}: expected a text, got {shown(given)}")


def check_flag(argument: str, given: object) -> None:
    """Refuses what is neither True nor False: a text such as 'no' would count as True."""
    if not isinstance(given, bool):
        raise ValueError(f"{argument}: expected True or False, got {shown(given)}")


def check_whole(argument: str, given: object, most: int | None = None) -> None:
    """Refuses what is no whole number from 0 on, or more than the most that is sensible."""
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise ValueError(f"{argument}: expected a whole number from 0 on, got {shown(given)}")
    if most is not None and given > most:
        raise ValueError(f"{argument}: expected at most {most}, got {given}")


def check_number(argument: str, given: object, expected: str) -> None:
    """Refuses what cannot be compared with numbers, such as a text or a truth value."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{argument}: expected {expected}, got {shown(given)}")


def check_choice(argument: str, given: object, known: tuple[str, ...]) -> None:
    """Refuses what is none of the known ones."""
    if given not in known:
        raise ValueError(f"{argument}: expected one of {', '.join(known)}; got {shown(given)}")


def check_known(argument: str, given: Iterable[object], known: Iterable[str]) -> None:
    """Refuses the first name that is unknown."""
    known = tuple(known)
    for name in given:
        if name not in known:
            raise ValueError(f"{argument}: {shown(name)} is unknown; known are {', '.join(known)}")


def check_is(argument: str, given: object, expected: type | UnionType) -> None:
    """Refuses a value of another type."""
    if not isinstance(given, expected):
        raise ValueError(f"{argument}: expected {_words(expected)}, got {shown(given)}")


def check_decimal(argument: str, given: object) -> None:
    """Refuses what is no finite ``Decimal``, and what DECIMAL(28, 6) cannot hold or would round."""
    if not isinstance(given, Decimal) or not given.is_finite():
        raise ValueError(f"{argument}: expected a Decimal such as Decimal('0.01'), got {shown(given)}")
    if given and (given.adjusted() >= _WHOLE_DIGITS or _decimals(given) > _DECIMALS):
        raise ValueError(
            f"{argument}: expected at most {_WHOLE_DIGITS} digits and {_DECIMALS} decimals, got {shown(given)}"
        )


def check_currency(argument: str, given: object) -> None:
    """Refuses what is no currency's code."""
    if not isinstance(given, str) or not _CURRENCY.fullmatch(given):
        raise ValueError(f"{argument}: expected three capitals such as 'EUR', got {shown(given)}")


def check_zone(given: object) -> None:
    """Refuses what names no time zone; a region such as ``Europe`` is a folder of them."""
    try:
        ZoneInfo(given if isinstance(given, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(
            f"zone: expected the name of a time zone such as 'Europe/Helsinki', got {shown(given)}"
        ) from exc


def keep_tuple(record: object, argument: str, expected: type | UnionType) -> None:
    """Keep a tuple or list of values of a type as a tuple in a frozen record.

    Raises:
        ValueError: it is no tuple or list, or a value in it is of another type.
    """
    given = getattr(record, argument)
    words = _words(expected)
    if not isinstance(given, tuple | list):
        raise ValueError(f"{argument}: expected a tuple of {words}, got {shown(given)}; one alone is written (x,)")
    for each in given:
        if not isinstance(each, expected):
            raise ValueError(f"{argument}: expected a tuple of {words}, got {shown(each)} in it")
    object.__setattr__(record, argument, tuple(given))


def shown(given: object) -> str:
    """What a message may say of a value: the type alone of what may hold names or be long."""
    plain = str | int | float | Decimal | dt.date | Enum | None
    return repr(given) if isinstance(given, plain) else f"one {type(given).__name__}"


def _words(expected: type | UnionType) -> str:
    types = expected.__args__ if isinstance(expected, UnionType) else (expected,)
    return " or ".join("None" if each is NoneType else each.__name__ for each in types)


def _decimals(given: Decimal) -> int:
    """How many decimals are written, zeros at the end aside."""
    return len(f"{given:f}".partition(".")[2].rstrip("0"))
