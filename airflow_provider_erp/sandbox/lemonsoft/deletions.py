"""The feed of deleted records of Lemonsoft.

Source: Lemonsoft's REST description: the path, ``logType`` and ``startDate``,
which is one year back unless it is given. ASSUMED: the fields of a row, that
all stand on one page, that a ``logType`` which is not known is refused, and
that a job of the night deletes, two hours before the day is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer
from airflow_provider_erp.sandbox.lemonsoft.filters import enveloped
from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.world.books import Book, Deletion
from airflow_provider_erp.sandbox.world.stamps import HELSINKI, naive_milliseconds, now, read_naive

_DEFAULT_SPAN = dt.timedelta(days=365)
_BEFORE_SHOWN = dt.timedelta(hours=2)


def deleted(request: web.Request, books: Mapping[str, Book[Any]]) -> web.Response:
    """The rows of one type from ``startDate`` on, oldest first, or a refusal."""
    log_type = request.query.get("logType", "")
    if log_type not in books:
        return json_answer({"Message": f"logType must be one of {', '.join(books)}."}, 400)
    book = books[log_type]
    start = read_naive(request.query.get("startDate") or naive_milliseconds(now(book.day) - _DEFAULT_SPAN))
    if start is None:
        return json_answer({"Message": "The value of startDate is not a valid date."}, 400)
    recent = [each for each in book.deletions if _moment(each.day) >= start]
    return json_answer(enveloped([_row(log_type, each) for each in recent], more=False))


def _moment(day: int) -> dt.datetime:
    return (now(day) - _BEFORE_SHOWN).astimezone(HELSINKI).replace(tzinfo=None)


def _row(log_type: str, deletion: Deletion) -> Row:
    moment = _moment(deletion.day).isoformat(timespec="milliseconds")
    return {"id": int(deletion.source_id), "log_type": log_type, "deleted": moment}
