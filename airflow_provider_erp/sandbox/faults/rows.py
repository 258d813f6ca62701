"""Faults that disturb rows: on one page, in one record, in the announced total, or in the order of a list for good."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from airflow_provider_erp.sandbox.faults.kind import Hit, Kind, Need
from airflow_provider_erp.sandbox.faults.targets import Target
from airflow_provider_erp.sandbox.serving import Disturbance, Fields, Row, disturbed

_SURROGATE = "\ud800"


def _disturbing(disturbance: Disturbance) -> Hit:
    async def hit(request: web.Request, handler: Handler, _target: Target) -> web.StreamResponse:
        with disturbed(disturbance):
            return await handler(request)

    return hit


def _every_row(change: Callable[[Row, Fields], Row]) -> Hit:
    return _disturbing(Disturbance(page=lambda rows, fields: [change(row, fields) for row in rows]))


def _first_row(change: Callable[[Row, Fields], Row]) -> Hit:
    return _disturbing(Disturbance(page=lambda rows, fields: [change(rows[0], fields), *rows[1:]]))


def _move_last_before_first(rows: list[Row], selected: list[Row]) -> None:
    rows.insert(rows.index(selected[0]), rows.pop(rows.index(selected[-1])))


def _remove_first(rows: list[Row], selected: list[Row]) -> None:
    rows.remove(selected[0])


def _with(row: Row, path: Sequence[str], value: Any) -> Row:
    name, *rest = path
    return {**row, name: _with(row[name], rest, value) if rest else value}


def _not_a_number(row: Row, fields: Fields) -> Row:
    return _with(row, fields.number, Decimal("NaN"))


def _lone_surrogate(row: Row, fields: Fields) -> Row:
    """No encoder writes a lone surrogate: it is written out as JSON's escape."""
    return {**row, fields.text: msgspec.Raw(json.dumps(f"{row[fields.text]}{_SURROGATE}").encode())}


def _object_for_text(row: Row, fields: Fields) -> Row:
    return {**row, fields.text: {"unexpected": "object"}}


def _another_field(row: Row, _fields: Fields) -> Row:
    return {**row, "addedLater": "1"}


def _without_field(row: Row, fields: Fields) -> Row:
    return {name: value for name, value in row.items() if name != fields.optional}


def _text_for_number(row: Row, fields: Fields) -> Row:
    return {**row, fields.retyped: str(row[fields.retyped])}


def _order(change: Callable[[list[Row], list[Row]], None]) -> Hit:
    return _disturbing(Disturbance(order=change))


KINDS = (
    Kind(
        "empty_page",
        "an answer without its rows; the rest of it is as ever",
        _disturbing(Disturbance(page=lambda _rows, _fields: [])),
    ),
    Kind(
        "total_changes",
        "a total of one more than there are",
        _disturbing(Disturbance(total=lambda total: total + 1)),
        Need.TOTAL,
    ),
    Kind("moved_row", "the list's last row comes first, from now on", _order(_move_last_before_first), Need.PAGES),
    Kind("removed_row", "the list's first row is gone, from now on", _order(_remove_first), Need.PAGES),
    Kind("nan", "NaN for a number of one record", _first_row(_not_a_number)),
    Kind("lone_surrogate", "half a character in the name of one record", _first_row(_lone_surrogate)),
    Kind("bad_record", "an object for a text in one record", _first_row(_object_for_text)),
    Kind("new_field", "one more field in every row", _every_row(_another_field)),
    Kind("lost_field", "a field less in every row", _every_row(_without_field)),
    Kind("retyped_field", "a text for a number in every row", _every_row(_text_for_number)),
)
