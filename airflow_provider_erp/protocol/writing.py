"""One write and its answer: sent again only while it cannot have been done, and refused in the vendor's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from airflow_provider_erp.exceptions import ErpAuthError, ErpError, ErpProtocolError, ErpRejected, OutcomeUnknown
from airflow_provider_erp.protocol.exchange import FORBIDDEN, UNAUTHORIZED, Exchange
from airflow_provider_erp.protocol.messages import Conversation, Request, Response
from airflow_provider_erp.protocol.retry import persist

MOST_SAID = 500
"""The longest message of a vendor that is kept, in characters."""

CHANGED = 412
_NOT_DONE = frozenset({301, 307, 308})
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_CREDENTIAL = re.compile(r"(?i)\b(bearer)\s+\S+")

Said = Callable[[bytes], str | None]
"""Reads the vendor's own message out of a body; None where there is none."""


class WriteRejected(ErpRejected):
    """The vendor refused one write: nothing was changed.

    Attributes:
        said: the vendor's message, in one line; it may hold what stands in the record, so it is not in the
            exception's own text and belongs to where rejected records are kept.
    """

    said: str | None = None


class RecordChanged(WriteRejected):
    """The record is not of the version that was named (status 412): somebody else changed it."""


def _never(_: bytes) -> bool:
    return False


def write(
    exchange: Exchange, request: Request, said: Said, refused: Callable[[bytes], bool] = _never
) -> Conversation[Response]:
    """The answer with a status of 2xx to a request that is not ``repeatable``.

    It is sent again after a 401, which is renewed once, and, within the retry
    budget, after a 429 or where no connection could be opened: all of these
    were not done. A redirect is never followed. ``refused`` tells the body of
    a 2xx that is a refusal all the same.

    Raises:
        RecordChanged, WriteRejected: any other 4xx, or ``refused``, with what the vendor said.
        OutcomeUnknown: it may have been done: a 5xx, a lost answer, 408, a status that says neither.
        ErpUnavailable: not done within the retry budget.
        ErpAuthError: the credential, or its right to write, was refused.
        ErpProtocolError: the server is at another address.
    """
    if request.repeatable:
        raise ValueError(f"{request.label}: a write must not be repeatable")
    while True:
        signed = yield from exchange.auth.sign(request)
        response = yield from persist(signed.request, exchange.retry)
        if response.status != UNAUTHORIZED:
            exchange.auth.accepted(signed)
            break
        if not (yield from exchange.auth.refused(signed)):
            break
    if 200 <= response.status < 300 and not refused(response.json):
        return response
    added = [value for name, value in signed.request.headers.items() if name not in request.headers]
    secrets = [signed.token or "", *(value.rpartition(" ")[2] for value in added)]
    raise _error(exchange, request.label, response, _without(said(response.json), secrets))


def rejected(label: str, response: Response | None, status: int, said: str | None) -> WriteRejected:
    """The error for a write that was refused with this status, wherever that stood; ``said`` is the vendor's own."""
    changed = status == CHANGED
    why = "it was changed since it was read, read it again" if changed else "the vendor's message is in said"
    error = (RecordChanged if changed else WriteRejected)(
        f"{label}: the record was refused with status {status}; {why}",
        status=status,
        request_id=response.request_id if response else None,
    )
    error.said = _one_line(said or "") or None
    return error


def unknown(
    label: str, what: str, response: Response | None, kind: type[OutcomeUnknown] = OutcomeUnknown
) -> OutcomeUnknown:
    """The error for a write of which this answer does not tell what became of it."""
    return kind(
        f"{label}: {what}; look before it is sent again",
        status=response.status if response else None,
        request_id=response.request_id if response else None,
    )


def _error(exchange: Exchange, label: str, response: Response, said: str | None) -> ErpError:
    status, request_id = response.status, response.request_id
    if status in (UNAUTHORIZED, FORBIDDEN):
        return ErpAuthError(
            f"{label}: refused with status {status}; check the credentials of connection {exchange.connection!r} and "
            "whether they may write",
            status=status,
            request_id=request_id,
        )
    if status in _NOT_DONE:
        return ErpProtocolError(
            f"{label}: the server redirects, and a write is not sent on; put the address that it redirects to into "
            f"connection {exchange.connection!r}",
            status=status,
            request_id=request_id,
        )
    if 200 <= status < 300 or 400 <= status < 500:
        return rejected(label, response, status, said)
    return unknown(label, f"expected a status of 2xx, got {status}", response)


def _without(said: str | None, secrets: Iterable[str]) -> str:
    text = said or ""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text


def _one_line(text: str) -> str:
    """A text without line breaks, control characters and credentials, cut."""
    line = _BLANK.sub(" ", _CREDENTIAL.sub(r"\1 ***", text)).strip()
    return line if len(line) <= MOST_SAID else f"{line[: MOST_SAID - 3]}..."
