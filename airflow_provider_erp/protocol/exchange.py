"""One question to a server and its usable answer: signed, repeated, renewed, and never led astray."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

import msgspec

from airflow_provider_erp.exceptions import ErpAuthError, ErpInconsistentRead, ErpProtocolError
from airflow_provider_erp.protocol.auth import Auth
from airflow_provider_erp.protocol.messages import UNREADABLE, Conversation, Opened, Request, Response, T
from airflow_provider_erp.protocol.retry import Retry, persist
from airflow_provider_erp.protocol.urls import origin

UNAUTHORIZED, FORBIDDEN = 401, 403
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Exchange:
    """How one connection's questions are asked."""

    auth: Auth
    retry: Retry
    connection: str

    def read(self, request: Request, decode: Callable[[bytes], T]) -> Conversation[T]:
        """What ``decode`` makes of the answer's body.

        An answer that is no JSON (a gateway's HTML page, a text cut short)
        gets one second look.

        Raises:
            ErpInconsistentRead: the second answer was no JSON either.
            ErpProtocolError: JSON of another shape, or a status that a read does not have.
            ErpAuthError: the credential was refused.
            ErpUnavailable: no answer within the retry budget.
        """
        looked_before = False
        while True:
            response = yield from self.get(request)
            found = understood(request.label, response.json, decode)
            if found is not None:
                return found
            if looked_before:
                raise no_document(request.label, response, f"{len(response.body)} bytes, twice")
            looked_before = True

    def open(self, request: Request) -> Conversation[Opened]:
        """The answer with status 200 to a request that streams, before its body."""
        response = yield from self.get(request)
        if not isinstance(response, Opened):
            raise TypeError(f"{request.label}: the driver gave a whole answer to a request that streams")
        return response

    def get(self, request: Request) -> Conversation[Response]:
        """The answer with status 200, after redirects within the same server."""
        asked = request
        for _ in range(_MOST_REDIRECTS):
            response = yield from self._signed(asked)
            if response.status not in _REDIRECTS:
                break
            asked = replace(asked, url=_same_server(request, asked.url, response))
        return self._ok(request, response)

    def _signed(self, request: Request) -> Conversation[Response]:
        while True:
            signed = yield from self.auth.sign(request)
            response = yield from persist(signed.request, self.retry)
            if response.status != UNAUTHORIZED:
                self.auth.accepted(signed)
                return response
            if not (yield from self.auth.refused(signed)):
                return response

    def _ok(self, request: Request, response: Response) -> Response:
        status = response.status
        if status == 200:
            return response
        if status in (UNAUTHORIZED, FORBIDDEN):
            raise ErpAuthError(
                f"{request.label}: refused with status {status}; check the credentials of connection "
                f"{self.connection!r} and their rights",
                status=status,
                request_id=response.request_id,
            )
        raise ErpProtocolError(
            f"{request.label}: expected status 200, got {status}; check the host of connection "
            f"{self.connection!r} and what was asked for",
            status=status,
            request_id=response.request_id,
        )


def _same_server(request: Request, here: str, response: Response) -> str:
    """Where a redirect leads, when that is the same server and names no user of its own."""
    try:
        target = urljoin(here, response.headers.get("location", ""))
        stays = origin(target) == origin(here) and "@" not in urlsplit(target).netloc
    except ValueError:
        stays = False
    if stays:
        return target
    raise ErpProtocolError(
        f"{request.label}: the server redirects to another address, which gets no credentials; "
        "put the right one into the connection",
        status=response.status,
    )


def understood(label: str, body: bytes, decode: Callable[[bytes], T]) -> T | None:
    """What ``decode`` makes of a body; None when it is no JSON.

    Raises:
        ErpProtocolError: it is JSON of another shape.
    """
    try:
        return decode(body)
    except UNREADABLE as exc:
        what = str(exc) if isinstance(exc, msgspec.ValidationError) else "it cannot be read"
    outline = _outline(body)
    if outline:
        raise ErpProtocolError(f"{label}: {what}; the answer is {outline}", status=200)
    return None


def no_document(label: str, response: Response, what: str) -> ErpInconsistentRead:
    """The error for an answer that is not what its media type says; ``what`` never holds content."""
    kind = response.headers.get("content-type", "no content type").split(";")[0]
    return ErpInconsistentRead(
        f"{label}: expected a whole document, got {kind[:60]} with status 200 ({what}); is the connection's host the "
        "API's address?",
        status=response.status,
    )


def _outline(body: bytes) -> str | None:
    """What a JSON text is: its type and, of an object, the names of its fields; None when it is no JSON."""
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        return "nested too deeply"
    except UNREADABLE:
        return None
    if not isinstance(value, dict):
        return f"a {type(value).__name__}"
    return f"an object with keys {[key for key in value if key.isidentifier()][:10]}"
