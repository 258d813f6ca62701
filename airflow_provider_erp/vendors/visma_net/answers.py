"""What came of a write to Visma.net: done, refused, or put into the background and waited for.

Source: visma-net-customer document; Visma.net ERP API for background calls.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import msgspec

from airflow_provider_erp.exceptions import ErpAuthError, ErpError, ErpUnavailable, OutcomeUnknown, StillUnderWay
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import UNREADABLE, Conversation, Request, Response, Sleep, decode_record
from airflow_provider_erp.protocol.writing import rejected, unknown, write
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.writing import encode, said_by

BACKGROUND = "/v1/background"
WAIT_SECONDS = 300.0
"""How long a job in the background is waited for, where the connection does not say (``background_seconds``)."""

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_MESSAGES = ("message", "Message", "ExceptionMessage", "errorMessage")
_ENCODED = re.compile(r"b64\(([A-Za-z0-9_=-]+)\)")
_JOB = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
_FAILED = "failed"
_FINISHED = frozenset({"finished", "completed", _FAILED})
_NOT_FOUND = 404
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


OnJob = Callable[[str], object]
"""Is told the id of a job in the background, before it is waited for."""


def answered(
    exchange: Exchange, settings: Settings, request: Request, on_job: OnJob | None = None
) -> Conversation[Response]:
    """The answer of a write, of one that went to the background when it is finished.

    Raises:
        ErpConfigError: ``background_seconds`` is no number; nothing was sent.
        OutcomeUnknown: the answer is no JSON, such as a page about maintenance: it need not come from Visma.net.
        ErpError: as ``protocol.writing.write``.
    """
    wait_seconds = settings.number("background_seconds", WAIT_SECONDS, 0.0)
    response = yield from write(exchange, request, said_by(settings, _MESSAGES))
    answer = object_in(response)
    if response.status != 202 or answer.get("actionId"):
        _check_readable(request, response)
        return response
    location = answer.get("stateLocation")
    job = key_in(location) if isinstance(location, str) else ""
    if not _JOB.fullmatch(job):
        what = "status 202 without a stateLocation that names a job"
        raise unknown(request.label, what, response, StillUnderWay)
    if on_job is not None:
        on_job(job)
    try:
        state = yield from _finished(exchange, settings, job, wait_seconds)
    except ErpError as exc:
        what = f"it went to the background as job {job}, whose state is not known"
        raise unknown(request.label, what, response, StillUnderWay) from exc
    status, location = _judged(settings, request.label, response, state)
    return replace(response, status=status, headers={"location": location}, body=encode(state))


def _check_readable(request: Request, response: Response) -> None:
    """Does nothing where a write was answered by JSON, or by nothing."""
    body = response.json.strip()
    try:
        _ = msgspec.json.decode(body) if body else None
    except UNREADABLE:
        what = f"expected JSON or nothing, got a body of {len(body)} bytes with status {response.status}"
        raise unknown(request.label, what, response) from None


def outcome_of_job(exchange: Exchange, settings: Settings, job: str) -> Conversation[str]:
    """The number or id that a write in the background tells, which an earlier task began; waited for as by that one.

    Raises:
        WriteRejected: it is finished, and was refused.
        StillUnderWay: it is not finished in time, or the answer does not tell.
        OutcomeUnknown: the server knows no such job, or not what came of it.
        ErpUnavailable, ErpAuthError: the server could not be asked.
    """
    label, wait_seconds = _label(job), settings.number("background_seconds", WAIT_SECONDS, 0.0)
    try:
        state = yield from _finished(exchange, settings, job, wait_seconds)
    except (ErpUnavailable, ErpAuthError):
        raise
    except ErpError as exc:
        if exc.status == _NOT_FOUND:
            raise unknown(label, "the server knows no such job", None) from exc
        raise unknown(label, "its state is not known", None, StillUnderWay) from exc
    _, location = _judged(settings, label, None, state)
    return key_in(location)


def key_in(location: str) -> str:
    """The key at the end of an address, decoded; the address itself is never called."""
    last = unquote(re.split(r"[?#]", location)[0].rstrip("/").rpartition("/")[2])
    match = _ENCODED.fullmatch(last)
    if match is None:
        return last
    encoded = match[1].rstrip("=")
    try:
        return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except ValueError:
        return ""


def _finished(exchange: Exchange, settings: Settings, job: str, left: float) -> Conversation[dict[str, Any]]:
    """The state of a job that has ended, asked for on the connection's own host.

    ASSUMED: it is told under ``status`` or ``state``; a state of another name is waited for until ``left`` seconds
    are over, and its outcome is unknown.
    """
    request = Request(_label(job), f"{settings.base_url}{BACKGROUND}/{job}", headers=HEADERS)
    pause = _FIRST_PAUSE
    while True:
        state = yield from exchange.read(request, decode_record)
        if _states(state) & _FINISHED:
            return state
        if left <= 0:
            raise OutcomeUnknown(f"{request.label}: not finished in time")
        yield Sleep(min(pause, left))
        left, pause = left - pause, min(2 * pause, _LONGEST_PAUSE)


def _label(job: str) -> str:
    return f"visma_net background job {job}"


def _judged(settings: Settings, label: str, response: Response | None, state: Mapping[str, Any]) -> tuple[int, str]:
    """Status and location that a finished job had: it may be finished and yet have failed, in any part of its state."""
    statuses = [_number(value) for value in _each(state, "statusCode")]
    status = max(statuses) if statuses and min(statuses) >= 200 else 0
    if not status or status >= 500 or (status < 300 and _FAILED in _states(state)):
        raise unknown(label, f"its background job ended with statusCode {status or None}", response)
    if status >= 300:
        raise rejected(label, response, status, said_by(settings, _MESSAGES)(encode(state)))
    location = next(_each(state, "location"), None)
    return status, location if isinstance(location, str) else ""


def _states(state: Mapping[str, Any]) -> set[str]:
    return {str(state.get(name)).lower() for name in ("status", "state")}


def _number(value: object) -> int:
    """The status that is written, as a number or a text; 0 for anything else."""
    return int(str(value)) if str(value).isdecimal() else 0


def _each(state: Mapping[str, Any], name: str) -> Iterator[Any]:
    """Every value by this name in any case, of the job and then of its parts."""
    for part in (state, *(value for value in state.values() if isinstance(value, dict))):
        yield from (value for key, value in part.items() if key.lower() == name.lower())


def part_with(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The answer, or the first part of it, that has the name in any case; empty when none has."""
    parts = (answer, *(value for value in answer.values() if isinstance(value, dict)))
    return next((part for part in parts if name.lower() in map(str.lower, part)), {})


def object_in(response: Response) -> dict[str, Any]:
    """The answer's JSON object, empty where it is none."""
    try:
        return decode_record(response.json)
    except UNREADABLE:
        return {}
