"""What every vendor's writes need: known fields only, JSON with exact numbers, and the vendor's own message."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from airflow_provider_erp.protocol.messages import UNREADABLE
from airflow_provider_erp.vendors.settings import Settings

Known = Mapping[str, Any] | list[Any] | None
"""The fields that a document shows: None stands for one value, a mapping for an object of known fields, a list of one
for a list of such, an empty list for a list of anything."""

encode = msgspec.json.Encoder(decimal_format="number").encode
"""JSON text; a ``Decimal`` becomes a number with its own digits, raw JSON stays as it is."""

_SECRETS = re.compile(r"(?i)key|secret|token|password")
_ELEMENT = r"<(?:\w+:)?{}\b[^<>]*>([^<]+)<"
_GREATEST = 2**63


def scalars(names: str) -> dict[str, Known]:
    """The fields in a text of names, each of one value."""
    return dict.fromkeys(names.split())


def known_fields(what: str, given: object, known: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, checked to hold only known fields and values that JSON has.

    Raises:
        ValueError: an unknown field, with the known ones listed; a value of another kind; a float; nothing at all.
    """
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"{what}: expected a dict with at least one field, got {_kind(given)}")
    return {name: _checked(f"{what}: field {name!r}", value, known[name]) for name, value in _named(what, given, known)}


def _named(what: str, given: Mapping[Any, Any], known: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise ValueError(f"{what}: unknown field {name!r}{hint}; known are {', '.join(known)}")
    return given.items()


def _checked(where: str, value: object, known: Known) -> Any:
    if value is None:
        return None
    if known is None:
        return _single(where, value)
    if isinstance(known, list):
        if not isinstance(value, list | tuple):
            raise ValueError(f"{where}: expected a list, got {_kind(value)}")
        return [
            _checked(f"{where}, entry {at}", item, known[0]) if known else _anything(where, item)
            for at, item in enumerate(value, start=1)
        ]
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: expected a dict, got {_kind(value)}")
    return {name: _checked(f"{where}.{name}", inner, known[name]) for name, inner in _named(where, value, known)}


def _anything(where: str, value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _anything(where, inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_anything(where, item) for item in value]
    return value if value is None else _single(where, value)


def _single(where: str, value: object) -> Any:
    if isinstance(value, float):
        raise ValueError(f"{where}: a float is not exact; pass a Decimal")
    fits = value.is_finite() if isinstance(value, Decimal) else isinstance(value, str | bool | int)
    if not fits:
        raise ValueError(f"{where}: expected a text, a number, a truth value or None, got {_kind(value)}")
    if isinstance(value, int) and not -_GREATEST <= value < _GREATEST:
        raise ValueError(f"{where}: a whole number of more than 64 bits")
    return value


def _kind(value: object) -> str:
    return "an empty dict" if value == {} else f"a {type(value).__name__}"


def said_by(settings: Settings, names: Iterable[str]) -> Callable[[bytes], str | None]:
    """Reads the messages under these names, in JSON at any depth or in XML, without the connection's secrets."""
    wanted = frozenset(names)
    element = re.compile(_ELEMENT.format(f"(?:{'|'.join(map(re.escape, sorted(wanted)))})"))
    secrets = [settings.password, *(str(value) for name, value in settings.extra.items() if _SECRETS.search(name))]

    def read(body: bytes) -> str | None:
        try:
            texts = list(_texts(msgspec.json.decode(body), wanted))
        except UNREADABLE:
            texts = [html.unescape(text) for text in element.findall(body.decode("utf-8", "replace"))]
        said = "; ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
        for secret in filter(None, secrets):
            said = said.replace(secret, "***")
        return said or None

    return read


def _texts(value: Any, wanted: frozenset[str], *, is_wanted: bool = False) -> Iterable[str]:
    """The texts under the wanted names."""
    if isinstance(value, str):
        if is_wanted:
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, wanted, is_wanted=name in wanted)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, wanted, is_wanted=is_wanted)
