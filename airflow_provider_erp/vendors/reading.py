"""Small steps that every vendor's translation of a row needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.protocol.messages import UNREADABLE
from airflow_provider_erp.records import Record

Text = str | UnsetType | None
"""A text that the server may leave out (``UNSET``) or send as null."""

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


def row_reader(shape: type[S], translate: Callable[[S], Record]) -> Callable[[msgspec.Raw], Record]:
    """A function that checks a raw row against ``shape`` and translates it.

    Raises (the function):
        UnreadableRecord: a field has another type, or the row has no key; the reason names the field.
    """
    decode = msgspec.json.Decoder(shape, strict=True).decode

    def read(raw: msgspec.Raw) -> Record:
        try:
            return translate(decode(raw))
        except msgspec.ValidationError as exc:
            raise UnreadableRecord(f"wrong type: {exc}") from None
        except UNREADABLE as exc:
            raise UnreadableRecord(f"no JSON text that can be read ({type(exc).__name__})") from None

    return read


def supplied(value: Text) -> str | None:
    """Canonical text: None when the key was absent, empty when it was null, without white space around it."""
    if value is UNSET:
        return None
    return value.strip() if value else ""


def first_filled(*values: Text) -> str | None:
    """The first text with content; else empty if any was supplied, None if none was."""
    found = None
    for value in values:
        text = supplied(value)
        if text:
            return text
        found = found if text is None else text
    return found


def joined(separator: str, *values: Text) -> str | None:
    """The texts with content, joined; empty if any was supplied, None if none was."""
    texts = [text for text in map(supplied, values) if text is not None]
    return separator.join(filter(None, texts)) if texts else None


def key_text(value: str | int | UnsetType | None, name: str) -> str:
    """The text of a key field.

    Raises:
        UnreadableRecord: the field is absent, null or empty.
    """
    text = "" if value is None or isinstance(value, UnsetType) else str(value).strip()
    if not text:
        raise UnreadableRecord(f"key field {name!r} is absent or empty")
    return text


def moment(value: Text, zone: ZoneInfo | None, name: str) -> dt.datetime | None:
    """An aware moment; a naive stamp is read in ``zone``, and without a zone it is not supplied.

    More than six fractional digits are cut, never rounded up.

    Raises:
        UnreadableRecord: the text is no ISO time stamp.
    """
    text = supplied(value)
    if not text:
        return None
    try:
        stamp = dt.datetime.fromisoformat(text)
    except ValueError as exc:
        raise UnreadableRecord(f"field {name!r} is no ISO time stamp") from exc
    if stamp.tzinfo is None:
        return None if zone is None else stamp.replace(tzinfo=zone)
    return stamp


def day(value: Text, name: str) -> dt.date | None:
    """The date part of a stamp as written: shifting local midnight to UTC would make it the day before.

    Raises:
        UnreadableRecord: the text does not start with an ISO date.
    """
    text = supplied(value)
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as exc:
        raise UnreadableRecord(f"field {name!r} does not start with an ISO date") from exc


def amount(value: Decimal | UnsetType | None, name: str) -> Decimal | None:
    """Money or hours, exact; None when absent or null.

    Raises:
        UnreadableRecord: the number is not finite.
    """
    if isinstance(value, UnsetType) or value is None:
        return None
    if not value.is_finite():
        raise UnreadableRecord(f"field {name!r} is no finite number")
    return value


def stamps(values: Iterable[object]) -> list[str]:
    """Those that are stamps, verbatim; a server's are of one format, so text order is time order."""
    return [value for value in values if isinstance(value, str) and value[:4].isdecimal()]


def absent_to_none(value: T | UnsetType | None) -> T | None:
    """The value, with an absent one as None."""
    return None if isinstance(value, UnsetType) else value


def rows_of(shape: type[S]) -> Callable[[Sequence[msgspec.Raw]], list[S]]:
    """A function that reads a few fields of rows; one that cannot be read is as if it had none of them."""
    decode, blank = msgspec.json.Decoder(shape).decode, shape()

    def read(raw: Sequence[msgspec.Raw]) -> list[S]:
        rows = []
        for row in raw:
            try:
                rows.append(decode(row))
            except UNREADABLE:
                rows.append(blank)
        return rows

    return read


def key_bytes(raw: msgspec.Raw, *parts: object) -> bytes:
    """A row's key as bytes; a row without one stands for itself."""
    if any(part is None or part is UNSET for part in parts):
        return bytes(raw)
    return msgspec.json.encode(parts)
