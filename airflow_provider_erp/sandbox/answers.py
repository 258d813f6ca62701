"""Answers of the sandbox: JSON in which decimals are numbers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_answer(
    content: Any,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> web.Response:
    """An answer with a JSON document."""
    return web.Response(
        body=_ENCODER.encode(content), status=status, headers=headers, content_type=content_type, charset="utf-8"
    )


def basic_header(login: str, phrase: str) -> str:
    """The ``Authorization`` header of basic credentials."""
    return "Basic " + base64.b64encode(f"{login}:{phrase}".encode()).decode()


def whole_number(text: str | None, default: int) -> int | None:
    """A query value as a number; absent is the default, anything that is no whole number is ``None``."""
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        return None
