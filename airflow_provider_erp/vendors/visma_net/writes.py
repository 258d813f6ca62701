"""What Visma.net ERP is told: new customers, their changes, dunning letters.

Source: visma-net-customer document for bodies and answers; Visma.net ERP API (swagger) for the names of addresses,
contacts and references.
"""

from __future__ import annotations

import datetime as dt
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from airflow_provider_erp.exceptions import ErpError, OutcomeUnknown
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import UNREADABLE, Conversation, Request, Response, Sleep, decode_record
from airflow_provider_erp.protocol.writing import rejected, unknown, write
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.visma_net.api import CUSTOMERS, customer_path
from airflow_provider_erp.vendors.writing import Known, encode, known_fields, said_by, scalars

BACKGROUND = "/v1/background"
WAIT_SECONDS = 300.0
"""How long a job in the background is waited for, where the caller does not say."""

_ADDRESS = scalars("addressLine1 addressLine2 addressLine3 postalCode city countryId")
_CONTACT = scalars("name attention email web phone1 phone2 fax")
CUSTOMER: dict[str, Known] = {
    **scalars(
        """number name status corporateId vatRegistrationId currencyId customerClassId creditTermsId vatZoneId
        parentRecordNumber overrideWithClassValues"""
    ),
    **dict.fromkeys(("mainAddress", "invoiceAddress", "deliveryAddress"), _ADDRESS),
    **dict.fromkeys(("mainContact", "invoiceContact", "deliveryContact"), _CONTACT),
    "attributeLines": [],
    "directDebitLines": [],
}
UNWRAPPED = frozenset({"overrideWithClassValues", "attributeLines", "directDebitLines"})
"""Fields that go out as they are. ASSUMED: of lines the inner fields, too; give them as the API takes them."""

READ_NAMES = {
    "creditTerms": ("id", "creditTermsId"),
    "customerClass": ("id", "customerClassId"),
    "vatZone": ("id", "vatZoneId"),
    "country": ("id", "countryId"),
    "parentRecord": ("number", "parentRecordNumber"),
}
"""Where a read shows a reference, and the name under which it is written."""

MINIMUM = ("name", "overrideWithClassValues", "customerClassId", "mainAddress")
MINIMUM_ADDRESS = ("addressLine1", "postalCode", "countryId")

_MESSAGES = ("message", "Message", "ExceptionMessage", "errorMessage")
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_ENCODED = re.compile(r"b64\(([A-Za-z0-9_=-]+)\)")
_JOB = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
_FINISHED = frozenset({"finished", "completed", "failed"})
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


def customer_body(customer: object) -> dict[str, Any]:
    """A customer, or changes of one, in the shape of a write: plain values wrapped, None as a null that clears.

    Raises:
        ValueError: an unknown field, or a value that it does not take.
    """
    what = "visma_net customer"
    plain = known_fields(what, _by_write_names(what, customer), CUSTOMER)
    override = plain.get("overrideWithClassValues", False)
    if not isinstance(override, bool):
        raise ValueError(f"{what}: field 'overrideWithClassValues': expected true or false")
    return {name: value if name in UNWRAPPED else _wrapped(value) for name, value in plain.items()}


def _wrapped(value: Any) -> dict[str, Any]:
    inner = {name: {"value": each} for name, each in value.items()} if isinstance(value, dict) else value
    return {"value": inner}


def _by_write_names(what: str, given: object) -> object:
    """The same with references as they are written; anything that is no dict stays as it is."""
    if not isinstance(given, Mapping):
        return given
    renamed: dict[Any, Any] = {}
    for name, value in given.items():
        written, each = name, _by_write_names(what, value)
        if name == "attributes":
            written, each = "attributeLines", value
        elif name in READ_NAMES:
            key, written = READ_NAMES[name]
            each = _reference(f"{what}: field {name!r}", value, key)
        if written in renamed:
            raise ValueError(f"{what}: field {written!r} is given twice, by its name in reads and in writes")
        renamed[written] = each
    return renamed


def _reference(where: str, value: object, key: str) -> object:
    if value is None:
        return None
    if not isinstance(value, Mapping) or key not in value:
        raise ValueError(f"{where}: expected None or a dict with {key!r}")
    return value[key]


def create_customer(
    exchange: Exchange, settings: Settings, customer: Mapping[str, Any], wait_seconds: float = WAIT_SECONDS
) -> Conversation[str]:
    """The number or id of a new customer, as ``Location`` has it; without one, the number that was given.

    Raises (at once):
        ValueError: as ``customer_body``, or less than the minimum that the document shows.
    """
    body = customer_body(customer)
    _check_minimum(body)
    given = body.get("number", {}).get("value")

    def send() -> Conversation[str]:
        request = _request(settings, "visma_net create customer", "POST", CUSTOMERS, body)
        response = yield from _write(exchange, settings, request, wait_seconds)
        number = key_in(response.headers.get("location", "")) or (str(given) if given else "")
        if not number:
            raise unknown(request.label, "it was done, but no Location tells the number", response)
        return number

    return send()


def _check_minimum(body: Mapping[str, Any]) -> None:
    address = body.get("mainAddress", {}).get("value") or {}
    missing = [name for name in MINIMUM if body.get(name) in (None, {"value": None})]
    missing += [f"mainAddress.{name}" for name in MINIMUM_ADDRESS if address.get(name) in (None, {"value": None})]
    if missing:
        raise ValueError(f"visma_net customer: a new one needs {', '.join(missing)}; the number may be left out")


def update_customer(
    exchange: Exchange,
    settings: Settings,
    number: str,
    changes: Mapping[str, Any],
    if_match: str | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Conversation[None]:
    """Changes the given fields of a customer, and no others; ``if_match`` is the version that must still stand.

    Raises (at once):
        ValueError: as ``customer_body``, or an empty number.
    """
    request = _request(
        settings, f"visma_net update customer {number}", "PUT", customer_path(number), customer_body(changes)
    )
    if if_match is not None:
        request = replace(request, headers={**request.headers, "If-Match": if_match})

    def send() -> Conversation[None]:
        yield from _write(exchange, settings, request, wait_seconds)

    return send()


def create_dunning_letter(
    exchange: Exchange,
    settings: Settings,
    number: str,
    date: str | dt.datetime,
    levels: tuple[int, int],
    wait_seconds: float = WAIT_SECONDS,
) -> Conversation[dict[str, Any]]:
    """The action's id and result.

    Raises (at once):
        ValueError: a datetime without a zone, or a level that is no whole number.
    """
    if not all(type(level) is int for level in levels):
        raise ValueError("visma_net dunning letter: expected whole numbers as levels")
    body = {"dunningLetterDate": _stamp(date), "levelFrom": levels[0], "levelTo": levels[1]}
    path = f"{customer_path(number)}/action/createDunningLetter"

    def send() -> Conversation[dict[str, Any]]:
        request = _request(settings, f"visma_net dunning letter for customer {number}", "POST", path, body)
        response = yield from _write(exchange, settings, request, wait_seconds)
        answer = _part_with(_object(response), "actionId")
        if not answer.get("actionId"):
            raise unknown(request.label, f"status {response.status} without an actionId", response)
        return dict(answer)

    return send()


def _stamp(date: object) -> str:
    """Source: visma-net-customer document, ``2025-01-21T09:39:48.538Z``."""
    if isinstance(date, dt.datetime) and date.tzinfo is not None:
        return f"{date.astimezone(dt.UTC).replace(tzinfo=None).isoformat('T', 'milliseconds')}Z"
    if not isinstance(date, str) or not date.strip():
        raise ValueError("visma_net dunning letter: expected a datetime with a zone or the text to send as date")
    return date


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


def _request(settings: Settings, label: str, method: str, path: str, body: Mapping[str, Any]) -> Request:
    return Request(label, settings.base_url + path, method, _HEADERS, encode(body), repeatable=False)


def _write(exchange: Exchange, settings: Settings, request: Request, wait_seconds: float) -> Conversation[Response]:
    """The answer of a write, of one that went to the background when it is finished."""
    response = yield from write(exchange, request, said_by(settings, _MESSAGES))
    answer = _object(response)
    if response.status != 202 or answer.get("actionId"):
        return response
    location = answer.get("stateLocation")
    job = key_in(location) if isinstance(location, str) else ""
    if not _JOB.fullmatch(job):
        raise unknown(request.label, "status 202 without a stateLocation that names a job", response)
    try:
        state = yield from _finished(exchange, settings, job, wait_seconds)
    except ErpError as exc:
        raise unknown(
            request.label, f"it went to the background as job {job}, whose state is not known", response
        ) from exc
    return _judged(settings, request, replace(response, body=encode(state)), state)


def _finished(exchange: Exchange, settings: Settings, job: str, left: float) -> Conversation[dict[str, Any]]:
    """The state of a job that has ended, asked for on the connection's own host.

    ASSUMED: it is told under ``status`` or ``state``; a state of another name is waited for until ``left`` seconds
    are over, and its outcome is unknown.
    """
    request = Request(f"visma_net background job {job}", f"{settings.base_url}{BACKGROUND}/{job}", headers=_HEADERS)
    pause = _FIRST_PAUSE
    while True:
        state = yield from exchange.read(request, decode_record)
        if {str(state.get(name)).lower() for name in ("status", "state")} & _FINISHED:
            return state
        if left <= 0:
            raise OutcomeUnknown(f"{request.label}: not finished in time")
        yield Sleep(min(pause, left))
        left, pause = left - pause, min(2 * pause, _LONGEST_PAUSE)


def _judged(settings: Settings, request: Request, response: Response, state: Mapping[str, Any]) -> Response:
    """The answer that a finished job had: it may be finished and yet have failed."""
    status = _within(state, "statusCode")
    if not isinstance(status, int) or status >= 500 or status < 200:
        raise unknown(request.label, f"its background job ended with statusCode {status!r:.20}", response)
    if status >= 300:
        raise rejected(request.label, response, status, said_by(settings, _MESSAGES)(response.body))
    location = _within(state, "location")
    return replace(response, status=status, headers={"location": location if isinstance(location, str) else ""})


def _within(state: Mapping[str, Any], name: str) -> Any:
    """A value by its name in any case, of the job or of a part of it."""
    found = _part_with(state, name).items()
    return next((value for key, value in found if key.lower() == name.lower()), None)


def _part_with(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The answer, or the first part of it, that has the name in any case; empty when none has."""
    parts = (answer, *(value for value in answer.values() if isinstance(value, dict)))
    return next((part for part in parts if name.lower() in map(str.lower, part)), {})


def _object(response: Response) -> dict[str, Any]:
    try:
        return decode_record(response.json)
    except UNREADABLE:
        return {}
