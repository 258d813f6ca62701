"""How Visma.net ERP is asked: client credentials, numbered pages with the total on every row."""

from __future__ import annotations

import datetime as dt
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

from airflow_provider_erp.exceptions import ErpAuthError
from airflow_provider_erp.normalise.fold import tidy
from airflow_provider_erp.protocol.auth import Login
from airflow_provider_erp.protocol.messages import Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.records import Customer
from airflow_provider_erp.vendors.parameters import Parameter, is_moment, one_of, refused, text, whole_between
from airflow_provider_erp.vendors.reading import key_bytes, rows_of, stamps
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Resource, Vendor
from airflow_provider_erp.vendors.visma_net import records

CUSTOMERS = "/v1/customer"
TOKEN_URL = "https://connect.visma.com/connect/token"  # noqa: S105 - an address
SCOPE = "vismanet_erp_service_api:read"
CONDITIONS = (">", "<", ">=", "<=")
_LOCAL_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*)?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")


class _Metadata(msgspec.Struct):
    totalCount: int | None = None


class _Row(msgspec.Struct):
    """What the list itself needs of a row."""

    internalId: records.Scalar = None
    lastModifiedDateTime: records.Scalar = None
    metadata: _Metadata | None = None


class _Envelope(msgspec.Struct):
    """The shape of some endpoints: an array of one object that holds the rows."""

    records: list[msgspec.Raw]
    totalCount: int | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ENVELOPE = msgspec.json.Decoder(_Envelope).decode
_ROWS = rows_of(_Row)


def _decode(_: Settings, body: bytes) -> Rows:
    """A page of rows."""
    raw, total = _unwrapped(_LIST(body))
    return Rows(raw=raw, total=total)


def _scan(raw: Sequence[msgspec.Raw]) -> Scan:
    """The total rides on every row in ``metadata``; an empty page has none.

    The key is ``internalId``: a customer's ``number`` can be changed.

    Source: Visma.net ERP API, pagination.
    """
    rows = _ROWS(raw)
    announced = [row.metadata.totalCount for row in rows if row.metadata and row.metadata.totalCount is not None]
    return Scan(
        [key_bytes(line, records.bare(row.internalId)) for line, row in zip(raw, rows, strict=True)],
        stamps(records.bare(row.lastModifiedDateTime) for row in rows),
        max(announced, default=None),
    )


def _unwrapped(rows: list[msgspec.Raw]) -> tuple[list[msgspec.Raw], int | None]:
    """Rows and total of ``[{pageNumber, pageSize, totalCount, records}]``, or the bare rows."""
    if len(rows) == 1 and b'"records"' in bytes(rows[0]):
        try:
            envelope = _ENVELOPE(rows[0])
        except msgspec.ValidationError:
            return rows, None
        return envelope.records, envelope.totalCount
    return rows, None


def local_stamp(value: Any, _: Settings | None = None) -> list[str]:
    """A moment in one of the three documented forms; the ``T`` of a server's value becomes a space.

    Source: visma-net-customer document: filters take no letters such as T and
    Z. The zone of the server's stamps is not documented, so nothing is ever
    converted. ASSUMED: digits beyond milliseconds are cut.
    """
    if isinstance(value, dt.datetime):
        value = value.isoformat(" ", "milliseconds")
    elif isinstance(value, dt.date):
        value = value.isoformat()
    if not isinstance(value, str):
        raise ValueError(f"expected a date, a datetime without a zone or its text, got a {type(value).__name__}")
    match = _LOCAL_STAMP.fullmatch(value.strip())
    if match is None or not is_moment(value):
        raise ValueError(
            f"{value!r} is none of 2001-01-01, 2001-01-01 13:13:13 and 2001-01-01 13:13:13.133; Visma.net takes no "
            "zone here and does not document the zone of its stamps, so a value with a zone cannot be converted: "
            "pass the server's own local time"
        )
    return [" ".join(part for part in match.groups() if part)]


def _date_filter(wire: str, name: str, condition: str) -> dict[str, Parameter]:
    return {
        name: Parameter(wire, local_stamp),
        condition: Parameter(f"{wire}Condition", one_of(*CONDITIONS), default=">=", partner=name),
    }


CUSTOMER = Resource(
    name="customer",
    record=Customer,
    key=("internalId",),
    row=records.CustomerRow,
    ignored=records.CUSTOMER_IGNORED,
    path=lambda _: CUSTOMERS,
    parameters={
        **_date_filter("lastModifiedDateTime", "last_modified", "condition"),
        **_date_filter("createdDateTime", "createdDateTime", "createdDateTimeCondition"),
        "name": Parameter("name", text),
        "status": Parameter("status", one_of("Active", "OnHold", "CreditHold", "Inactive", "OneTime")),
        "corporateId": Parameter("corporateId", text),
        "vatRegistrationId": Parameter("vatRegistrationId", text),
        "email": Parameter("email", text),
        "phone": Parameter("phone", text),
        "attributes": Parameter("attributes", text),
        "pageSize": Parameter("pageSize", whole_between(1), default=1000, selects=False),
        "pageNumber": Parameter("", refused("the hook turns the pages itself"), selects=False),
    },
    since="last_modified",
    decode=_decode,
    scan=_scan,
    overlap_minutes=120,
    stamped=True,
    reader=records.customer_reader,
    page_parameter="pageNumber",
)


def customer_path(number: str) -> str:
    """The path of one customer, by its number in any width and without blanks around.

    Raises:
        ValueError: the number is empty.

    Source: Visma.net ERP API: a key with reserved characters goes as ``b64(<base64url>)``. ASSUMED: no
    number has blanks around it, or digits of another width.
    """
    number = tidy(number)
    if not number:
        raise ValueError("a customer's number must not be empty")
    if _UNRESERVED.fullmatch(number) and number.strip("."):
        return f"{CUSTOMERS}/{number}"
    return f"{CUSTOMERS}/b64({urlsafe_b64encode(number.encode()).decode()})"


def _auth(settings: Settings, retry: Retry, on_secret: Callable[[str], None]) -> Login:
    """Client credentials of OAuth 2.0, with the company's tenant in the body.

    Source: Visma Connect documentation.
    """
    if not settings.login or not settings.password:
        raise settings.error("the client id belongs into the login field and the client secret into password")
    client = BackendApplicationClient(settings.login)
    body = client.prepare_request_body(
        client_secret=settings.password,
        include_client_id=True,
        scope=settings.text("scope", SCOPE),
        tenant_id=settings.required("tenant_id", "it is the id of the company's tenant, not of the customer's"),
    )
    request = Request(
        "visma_net token",
        settings.safe_url(settings.text("token_url") or TOKEN_URL, "the extra field 'token_url'"),
        method="POST",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        body=body.encode(),
    )
    return Login(
        request, _read_token, lambda token: {"Authorization": f"Bearer {token}"}, retry, settings.conn_id, on_secret
    )


def _read_token(response: Response) -> str:
    body = response.json.decode("utf-8", "replace")
    try:
        token = BackendApplicationClient("").parse_request_body_response(body, scope=None)["access_token"]
    except OAuth2Error as exc:
        raise ErpAuthError(f"visma_net token: no token in the answer with status 200 ({type(exc).__name__})") from None
    except (ValueError, TypeError, AttributeError):
        token = None
    if not isinstance(token, str) or not token:
        raise ErpAuthError("visma_net token: no token in the answer with status 200; is token_url the right address?")
    return token


VISMA_NET = Vendor(
    conn_type="visma_net",
    title="Visma.net ERP",
    default_host="https://api.finance.visma.net",
    resources={CUSTOMER.name: CUSTOMER},
    auth=_auth,
    company=lambda settings: settings.required("tenant_id", "it is the id of the company's tenant"),
    test=("customer", {"pageSize": 1}),
    # About ten quick calls have locked an integrator out for minutes (measured in public).
    window=2,
)
