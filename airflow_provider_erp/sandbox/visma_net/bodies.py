"""The bodies that Visma.net takes: every scalar as ``{"value": x}``, an address or contact as one such object of them.

Source: visma-net-customer document and the project's vendor notes: an omitted
field is untouched, ``{"value": null}`` clears, and references are written by
other names than they are read. ASSUMED: what is not known is ignored in silence,
though it must have the same shape; a line of attributes is ``attributeId`` with
``attributeValue``, wrapped or not, and the lines replace those that were there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from airflow_provider_erp.sandbox.patches import Path
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

Json = Mapping[str, Any]
STATUSES = ("Active", "OnHold", "CreditHold", "Inactive", "OneTime")
_LONGEST = 255
_TEXTS = ("number", "name", "status", "corporateId", "vatRegistrationId", "currencyId")
_REFERENCES = {
    "creditTermsId": ("creditTerms", "id"),
    "customerClassId": ("customerClass", "id"),
    "vatZoneId": ("vatZone", "id"),
    "parentRecordNumber": ("parentRecord", "number"),
}
_ADDRESS = ("addressLine1", "addressLine2", "addressLine3", "postalCode", "city", "countryId")
_CONTACT = ("name", "attention", "email", "web", "phone1", "phone2", "fax")
_OBJECTS = {
    **dict.fromkeys(("mainAddress", "invoiceAddress", "deliveryAddress"), _ADDRESS),
    **dict.fromkeys(("mainContact", "invoiceContact", "deliveryContact"), _CONTACT),
}
_OVERRIDE = "overrideWithClassValues"
_BARE = (_OVERRIDE, "attributeLines", "directDebitLines")
_NEEDED = ("number", "name", "status")
_MINIMUM = ("name", "customerClassId", "mainAddress")

_DUNNING_LETTER: Mapping[str, Callable[[Any], bool]] = {
    "dunningLetterDate": lambda value: isinstance(value, str) and bool(value),
    "levelFrom": lambda value: type(value) is int,
    "levelTo": lambda value: type(value) is int,
}


def new_customer(body: Json) -> dict[Path, Any]:
    """The values of a new customer by the path under which they are read.

    Raises:
        ValueError: a field is not of the shape of a write, or a value is missing or not allowed.
    """
    for name in _MINIMUM:
        if name not in body or body[name] == {"value": None}:
            raise ValueError(f"'{name}' cannot be empty.")
    return changes(body)


def changes(body: Json) -> dict[Path, Any]:
    """The values that a body changes, by the path under which they are read.

    Raises:
        ValueError: a field is not of the shape of a write, or a value is missing or not allowed.
    """
    found = dict(_changes(body))
    for name in _NEEDED:
        if (name,) in found and not found[name,]:
            raise ValueError(f"'{name}' cannot be empty.")
    if found.get(("status",), STATUSES[0]) not in STATUSES:
        raise ValueError(f"'status' must be one of {', '.join(STATUSES)}.")
    return found


def _changes(body: Json) -> Iterator[tuple[Path, Any]]:
    for name, wrapped in body.items():
        if name in _BARE:
            yield from _bare(name, wrapped)
        elif name in _OBJECTS:
            yield from _object(name, _unwrapped(name, wrapped))
        else:
            text = _text(name, wrapped)
            if name in _TEXTS or name in _REFERENCES:
                yield _REFERENCES.get(name, (name,)), text


def _object(name: str, inner: Any) -> Iterator[tuple[Path, Any]]:
    """The values of an address or contact."""
    if not isinstance(inner, dict):
        raise ValueError(f"'{name}': an object is expected in 'value'.")
    for field, wrapped in inner.items():
        text = _text(f"{name}.{field}", wrapped)
        if field == "countryId":
            yield (name, "country", "id"), text
            yield (name, "country", "name"), COUNTRIES[text].name.title() if text in COUNTRIES else text
        elif field in _OBJECTS[name]:
            yield (name, field), text


def _bare(name: str, value: Any) -> Iterator[tuple[Path, Any]]:
    """The values of the fields that are not wrapped."""
    if not isinstance(value, bool if name == _OVERRIDE else list):
        raise ValueError(f"'{name}': the value is not of the expected type.")
    if name == "attributeLines" and isinstance(value, list):
        yield ("attributes",), [_attribute(line) for line in value]


def _attribute(line: Any) -> dict[str, Any]:
    if not isinstance(line, dict):
        raise ValueError("'attributeLines': an object is expected.")
    named = {name: line.get(name) for name in ("attributeId", "attributeValue")}
    key, value = (_text(name, each if isinstance(each, dict) else {"value": each}) for name, each in named.items())
    return {"id": key, "description": key.title(), "value": value}


def _text(name: str, wrapped: Any) -> str:
    """A wrapped scalar as text; null is the empty text."""
    value = _unwrapped(name, wrapped)
    if isinstance(value, bool | dict | list):
        raise ValueError(f"'{name}': a text or number is expected in 'value'.")
    text = "" if value is None else str(value)
    if len(text) > _LONGEST:
        raise ValueError(f"'{name}' is too long.")
    return text


def _unwrapped(name: str, wrapped: Any) -> Any:
    if not isinstance(wrapped, dict) or wrapped.keys() != {"value"}:
        raise ValueError(f"Error converting value to type 'DtoValue' at '{name}': an object with 'value' is expected.")
    return wrapped["value"]


def check_dunning_letter(body: Json) -> None:
    """Checks the body of the action, whose values are not wrapped.

    Raises:
        ValueError: a value is missing or of another type.
    """
    for name, fits in _DUNNING_LETTER.items():
        if not fits(body.get(name)):
            raise ValueError(f"'{name}': the value is missing or not of the expected type.")
