"""Writes of Visma.net that are answered before they are done: 202, and the outcome by its id.

Source: Visma's page on background calls: the header ``erp-api-background``, 202
with an id and ``stateLocation``, ``GET /v1/background/{id}``, and its content.
ASSUMED: the write is done at once, who asks the first time finds it in progress,
and the inner status and body of the answer are told as ``statusCode`` and
``responseBody``, beside an outer status that is always "Finished".
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, whole_body

HEADER = "erp-api-background"
_ELSEWHERE = "https://integration.visma.net/API/controller/api/v1/background"
_TOLD = ("Location", "ETag")
_UNASKED: ContextVar[bool] = ContextVar("unasked", default=False)
_Handler = Callable[[web.Request], Awaitable[web.Response]]


@contextmanager
def unasked() -> Iterator[None]:
    """What is written in the block goes to the background though no header asks for it."""
    token = _UNASKED.set(True)
    try:
        yield
    finally:
        _UNASKED.reset(token)


@dataclass(slots=True)
class _Operation:
    answer: web.Response
    was_asked: bool = False


class Background:
    """The operations by id; the address that is told for them names another host, as the real one may."""

    def __init__(self) -> None:
        self._operations: dict[str, _Operation] = {}

    def taking(self, handler: _Handler) -> _Handler:
        """The handler, answering 202 to a request with the header, and to any while ``unasked``."""

        async def take(request: web.Request) -> web.Response:
            answer = await handler(request)
            if HEADER not in request.headers and not _UNASKED.get():
                return answer
            key = str(uuid.uuid4())
            self._operations[key] = _Operation(answer)
            return json_answer({"id": key, "stateLocation": f"{_ELSEWHERE}/{key}"}, HTTPStatus.ACCEPTED)

        return take

    async def state(self, request: web.Request) -> web.Response:
        """How far the operation is, and what its answer would have been."""
        key = request.match_info["operation"]
        operation = self._operations.get(key)
        if operation is None:
            return json_answer({"message": "The operation is not found."}, 404)
        told = {"id": key, "stateLocation": f"{_ELSEWHERE}/{key}"}
        if not operation.was_asked:
            operation.was_asked = True
            return json_answer({**told, "status": "InProgress"})
        answer = operation.answer
        headers = {name: value for name, value in answer.headers.items() if name in _TOLD}
        return json_answer(
            {
                **told,
                "status": "Finished",
                "statusCode": answer.status,
                "contentLocation": f"{_ELSEWHERE}/{key}/content",
                "responseHeaders": headers,
                "responseBody": json.loads(whole_body(answer) or b"null"),
            }
        )
