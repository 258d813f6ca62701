"""The dumps of Visma PX in both formats, made piece by piece.

Source: visma-px-customer and visma-px-trans documents. ASSUMED: XML without
white space between elements and without a declaration, empty texts as empty
elements, carriage returns as character references, as .NET writes them.
"""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from airflow_provider_erp.sandbox.answers import encode_json
from airflow_provider_erp.sandbox.serving import Row

_ROWS_PER_PIECE = 200
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ENTITIES = "http://schemas.datacontract.org/2004/07/Visma.PXWebApi.Domain.Entities"
_ROOTS = {"Customers": "CustomerHead", "Transactions": "TransHead"}
_ITEMS = {"Customers": "Customer", "Transactions": "Trans", "Attachments": "AutoInvoiceAttachment"}
_NOT_LITERAL = re.compile("[\r\ud800-\udfff]")


def json_pieces(name: str, rows: list[Row], server_time: str, message: Row) -> Iterator[bytes]:
    """The dump as JSON."""
    yield encode_json({"Servertime": server_time})[:-1] + f',"{name}":['.encode()
    comma = b""
    for batch in _batches(rows):
        yield comma + b",".join(map(encode_json, batch))
        comma = b","
    yield b'],"Message":' + encode_json(message) + b"}"


def xml_pieces(name: str, rows: list[Row], server_time: str, message: Row) -> Iterator[bytes]:
    """The dump as DataContract XML: elements in alphabetical order, the message in a namespace of its own."""
    yield f'<{_ROOTS[name]} xmlns:i="{_INSTANCE}" xmlns="{_ENTITIES}.Registration">'.encode()
    parts = {
        name: _xml_rows(name, rows),
        "Message": iter([f'<Message xmlns:d2p1="{_ENTITIES}.Misc">{_inner(message, "d2p1:")}</Message>'.encode()]),
        "Servertime": iter([_element("Servertime", server_time).encode()]),
    }
    for part in sorted(parts):
        yield from parts[part]
    yield f"</{_ROOTS[name]}>".encode()


def _xml_rows(name: str, rows: list[Row]) -> Iterator[bytes]:
    yield f"<{name}>".encode()
    for batch in _batches(rows):
        yield "".join(_element(_ITEMS[name], row) for row in batch).encode()
    yield f"</{name}>".encode()


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, _ROWS_PER_PIECE)):
        yield batch


def _element(name: str, value: Any, prefix: str = "") -> str:
    tag = f"{prefix}{name}"
    if value is None:
        return f'<{tag} i:nil="true"/>'
    if isinstance(value, list):
        items = "".join(_element(_ITEMS[name], item, prefix) for item in value)
        return f"<{tag}>{items}</{tag}>"
    return f"<{tag}>{_inner(value, prefix) if isinstance(value, dict) else _text(value)}</{tag}>"


def _inner(fields: Row, prefix: str = "") -> str:
    return "".join(_element(name, fields[name], prefix) for name in sorted(fields))


def _text(value: Any) -> str:
    """A value as text; a whole number loses its decimals, what XML cannot say literally is a reference."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.normalize():f}"
    if isinstance(value, msgspec.Raw):
        value = json.loads(bytes(value))
    return _NOT_LITERAL.sub(lambda found: f"&#x{ord(found[0]):X};", html.escape(str(value), quote=False))
