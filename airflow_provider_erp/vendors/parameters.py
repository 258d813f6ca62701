"""Documented query parameters: which there are, what they take, and how that is written.

These servers ignore what they do not know, and answer with the wrong rows.
So an unknown name is refused here, before anything is sent.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_provider_erp.vendors.settings import Settings

Write = Callable[[Any, Settings | None], list[str]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a caller may ask for.

    Attributes:
        wire: the vendor's name of the query parameter; empty when it is no query parameter.
        write: the texts to send for a value; raises ValueError with the reason for a wrong one.
        default: sent when the caller does not say.
        partner: the parameter without which this one is not sent.
        selects: whether it decides which rows come; page sizes do not.
    """

    wire: str
    write: Write
    default: Any = None
    partner: str | None = None
    selects: bool = True


Texts = dict[str, list[str]]
"""What goes out for each parameter, by the caller's names."""


def texts(
    resource: str, known: Mapping[str, Parameter], asked: Mapping[str, Any], settings: Settings | None = None
) -> Texts:
    """What goes out for what is asked, defaults included; None means not asked.

    Raises:
        ValueError: an unknown name, with the known ones listed, or a value that the parameter does not take.
    """
    for name in asked:
        if name not in known:
            raise ValueError(_unknown(resource, name, known))
    written: Texts = {}
    for name, parameter in known.items():
        value = parameter.default if asked.get(name) is None else asked[name]
        if value is None:
            continue
        try:
            going_out = parameter.write(value, settings)
        except ValueError as exc:
            raise ValueError(f"{resource}: filter {name!r}: {exc}") from None
        if parameter.partner is None or asked.get(parameter.partner) is not None:
            written[name] = going_out
    return written


def query(known: Mapping[str, Parameter], written: Texts) -> list[tuple[str, str]]:
    """The query parameters by the vendor's names."""
    return [(known[name].wire, text) for name, going_out in written.items() if known[name].wire for text in going_out]


def _unknown(resource: str, name: str, known: Mapping[str, Parameter]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    usable = ", ".join(key for key, parameter in known.items() if parameter.wire or parameter.selects)
    return f"{resource}: unknown filter {name!r}{hint}; known are {usable or 'none'}"


def text(value: Any, _: Settings | None = None) -> list[str]:
    """A text as it stands; whole numbers count as their text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"expected a text, got a {type(value).__name__}")
    return [str(value)]


def whole(value: Any, _: Settings | None = None) -> list[str]:
    """A whole number, or its text."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip().lstrip("-").isdecimal():
        raise ValueError(f"expected a whole number, got a {type(value).__name__}")
    return [str(value).strip()]


def whole_between(least: int, most: int | None = None) -> Write:
    """Takes a whole number within bounds."""

    def write(value: Any, settings: Settings | None = None) -> list[str]:
        [number] = whole(value, settings)
        if int(number) < least or (most is not None and int(number) > most):
            bounds = f"at least {least}" if most is None else f"between {least} and {most}"
            raise ValueError(f"expected a whole number {bounds}, got {number}")
        return [number]

    return write


def flag(true: str, false: str) -> Write:
    """Takes a truth value, or the texts that the vendor uses for one."""

    def write(value: Any, _: Settings | None = None) -> list[str]:
        word = str(value).lower()
        if word not in ("true", "false", true, false):
            raise ValueError(f"expected true or false, got a {type(value).__name__}")
        return [true if word in ("true", true) else false]

    return write


def many(write_one: Write) -> Write:
    """Takes a list, sent by repeating the key; a single value counts as a list of one."""

    def write(value: Any, settings: Settings | None = None) -> list[str]:
        values: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
        if not values:
            raise ValueError("an empty list would select everything; leave the filter out instead")
        return [text for item in values for text in write_one(item, settings)]

    return write


def one_of(*words: str) -> Write:
    """Takes one of the documented words."""

    def write(value: Any, _: Settings | None = None) -> list[str]:
        if value not in words:
            raise ValueError(f"expected one of {' '.join(words)}")
        return [value]

    return write


def refused(why: str) -> Write:
    """Takes nothing, for a parameter that is the hook's own business."""

    def write(_value: Any, _: Settings | None = None) -> list[str]:
        raise ValueError(why)

    return write


def stamp(value: Any, _: Settings | None = None) -> list[str]:
    """A moment: texts go out verbatim, dates and datetimes in ISO form with the offset that they have."""
    if isinstance(value, dt.date):
        return [value.isoformat()]
    if not isinstance(value, str) or not value[:4].isdecimal():
        raise ValueError(f"expected a date, a datetime or its ISO text, got a {type(value).__name__}")
    return [value]


def is_moment(value: Any) -> bool:
    """Whether this is the ISO text of a date or a moment, with any number of fractional digits."""
    try:
        return isinstance(value, str) and dt.datetime.fromisoformat(value.strip()) is not None
    except ValueError:
        return False
