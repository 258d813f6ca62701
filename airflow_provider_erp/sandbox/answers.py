"""What the vendors of the sandbox share: answers, bodies, basic credentials, numbers in a query."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from aiohttp import web

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_T = TypeVar("_T")
_DECODE_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
encode_json = msgspec.json.Encoder(decimal_format="number").encode


def json_answer(
    content: Any,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> web.Response:
    """An answer with a JSON document."""
    return web.Response(
        body=encode_json(content), status=status, headers=headers, content_type=content_type, charset="utf-8"
    )


class Dump(web.Response):
    """An answer that is made and sent piece by piece."""

    def __init__(self, pieces: Iterable[bytes], content_type: str) -> None:
        self.pieces = pieces
        super().__init__(body=self._sent(), content_type=content_type, charset="utf-8")

    async def _sent(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


def whole_body(response: web.StreamResponse) -> bytes:
    """The body of an answer that has not been sent; the pieces of a dump can be had once."""
    if isinstance(response, Dump):
        return b"".join(response.pieces)
    body = response.body if isinstance(response, web.Response) else None
    return body if isinstance(body, bytes) else b""


def basic_header(login: str, phrase: str) -> str:
    """The ``Authorization`` header of basic credentials."""
    return "Basic " + base64.b64encode(f"{login}:{phrase}".encode()).decode()


def whole_number(text: str | None, default: int) -> int | None:
    """A query value as a number; absent is the default, anything that is no whole number is ``None``."""
    if text is None:
        return default
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None


async def read_body(request: web.Request, expected: type[_T]) -> _T:
    """The JSON body of a request.

    Raises:
        ValueError: the body is no JSON, or another JSON than expected.
    """
    try:
        return msgspec.json.decode(await request.read(), type=expected)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ValueError(str(exc)) from exc


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; a number with a fraction is a decimal.

    Raises:
        ValueError: the body is no JSON object.
    """
    try:
        return _DECODE_OBJECT(await request.read())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ValueError(str(exc)) from exc
