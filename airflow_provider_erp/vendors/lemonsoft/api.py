"""How Lemonsoft is asked: a login gives a session, lists come in numbered pages without a total.

Source: lemonsoft-customers-invoices document, for paths and filters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from airflow_provider_erp.exceptions import ErpAuthError, ErpInconsistentRead, ErpProtocolError
from airflow_provider_erp.protocol.auth import Login
from airflow_provider_erp.protocol.messages import Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.protocol.urls import with_query
from airflow_provider_erp.records import Customer, Invoice
from airflow_provider_erp.vendors.lemonsoft import records
from airflow_provider_erp.vendors.parameters import (
    Parameter,
    Write,
    flag,
    many,
    refused,
    stamp,
    text,
    whole,
    whole_between,
)
from airflow_provider_erp.vendors.reading import key_bytes, rows_of, stamps
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Deletions, Resource, Vendor

CUSTOMERS = "/api/customers"


class _Envelope(msgspec.Struct):
    """Source: recorded on products: an error may come with status 200; ``result_count`` is this page's."""

    results: list[msgspec.Raw] | None = None
    result_count: int | None = None
    has_next_page: bool | None = None
    has_errors: bool | None = None
    errors: list[Any] | None = None


class _Row(msgspec.Struct):
    id: Any = None
    modified: Any = None
    modified_date: Any = None


_BARE = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ENVELOPE = msgspec.json.Decoder(_Envelope).decode
_ROWS = rows_of(_Row)


def _decoder(resource: str) -> Callable[[Settings, bytes], Rows]:
    def decode(_: Settings, body: bytes) -> Rows:
        """The swagger gives the answer as ``{}``: an envelope and a bare array are both read."""
        raw, more = (_BARE(body), None) if body.lstrip()[:1] == b"[" else _opened(resource, body)
        return Rows(raw=raw, more=more)

    return decode


def _scanner(modified: str) -> Callable[[Sequence[msgspec.Raw]], Scan]:
    def scan(raw: Sequence[msgspec.Raw]) -> Scan:
        rows = _ROWS(raw)
        return Scan(
            [key_bytes(line, row.id) for line, row in zip(raw, rows, strict=True)],
            stamps(getattr(row, modified) for row in rows),
        )

    return scan


def _opened(resource: str, body: bytes) -> tuple[list[msgspec.Raw], bool | None]:
    envelope = _ENVELOPE(body)
    if envelope.has_errors or envelope.errors:
        raise ErpProtocolError(
            f"lemonsoft {resource}: the server answers status 200 with has_errors {envelope.has_errors} and "
            f"{len(envelope.errors or ())} errors; check the filters and the rights of the user"
        )
    if envelope.results is None:
        keys = [key for key in msgspec.json.decode(body, type=dict[str, msgspec.Raw]) if key.isidentifier()][:10]
        raise ErpProtocolError(f"lemonsoft {resource}: expected a list under 'results', got an object with keys {keys}")
    if envelope.result_count not in (None, len(envelope.results)):
        raise ErpInconsistentRead(
            f"lemonsoft {resource}: a page announces {envelope.result_count} rows and has {len(envelope.results)}"
        )
    return envelope.results, envelope.has_next_page


def _local_stamp(value: Any, settings: Settings | None = None) -> list[str]:
    """A moment; one with a zone is turned into the connection's local time, which the server's stamps are in.

    ASSUMED: naive filter values mean the server's local time.
    """
    if isinstance(value, dt.datetime) and value.tzinfo is not None and settings is not None:
        value = value.astimezone(settings.timezone(records.ZONE)).replace(tzinfo=None)
    return stamp(value)


def _filters(**writers: Write) -> dict[str, Parameter]:
    """The documented filters, with the paging that both lists share.

    The greatest page size is not documented; a server that cuts it is noticed, a short page is not the end.
    """
    known = {name: Parameter(f"filter.{name}", write) for name, write in writers.items()}
    return known | {
        "page_size": Parameter("filter.page_size", whole_between(1), default=100, selects=False),
        "page": Parameter("", refused("the hook turns the pages itself"), selects=False),
    }


def _deletions(log_type: str) -> Deletions:
    """Source: Lemonsoft's REST description: ``startDate`` defaults to one year back, so it is always sent."""

    def path(since: str) -> str:
        return with_query("/api/log/deleted", [("logType", log_type), ("startDate", since)])

    def decode(settings: Settings, body: bytes) -> list[str]:
        """ASSUMED: a row names the deleted record by ``id``, or by what ``deleted_id_field`` says."""
        raw, more = (_BARE(body), None) if body.lstrip()[:1] == b"[" else _opened("deleted", body)
        if more:
            raise ErpProtocolError(
                f"lemonsoft deleted {log_type}: the answer says that more follows, and no document says how to ask "
                "for it; fetch a full batch, which shows deletions, too"
            )
        name = settings.text("deleted_id_field") or "id"
        return [_deleted_id(log_type, row, name) for row in raw]

    return Deletions(path=path, decode=decode)


def _deleted_id(log_type: str, row: msgspec.Raw, name: str) -> str:
    found = msgspec.json.decode(row)
    value = found.get(name) if isinstance(found, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        keys = sorted(found)[:10] if isinstance(found, dict) else type(found).__name__
        raise ErpProtocolError(
            f"lemonsoft deleted {log_type}: expected an id under {name!r}, got {keys}; name the field in the "
            "connection's deleted_id_field"
        )
    return str(value)


CUSTOMER = Resource(
    name="customer",
    record=Customer,
    key=("id",),
    row=records.CustomerRow,
    ignored=records.CUSTOMER_IGNORED,
    path=lambda written: f"{CUSTOMERS}/base" if written["base"] == ["1"] else CUSTOMERS,
    parameters={
        "base": Parameter("", flag("1", "0"), default=False),
        **_filters(
            name=text,
            search_name=text,
            email=text,
            contact_email=text,
            phone=text,
            vat=text,
            modified_before=_local_stamp,
            modified_after=_local_stamp,
            has_email=flag("1", "0"),
            is_customer=flag("1", "0"),
            is_supplier=flag("1", "0"),
            customer_number=many(whole),
            group=whole,
            type=whole,
            created_before=_local_stamp,
            created_after=_local_stamp,
            updated_before=_local_stamp,
            updated_after=_local_stamp,
            attribute_ids=many(whole),
            object_ids=many(whole),
            search=text,
        ),
    },
    since="modified_after",
    decode=_decoder("customer"),
    deletions=_deletions("Customer"),
    scan=_scanner("modified"),
    overlap_minutes=120,
    stamped=True,
    reader=records.customer_reader,
    page_parameter="filter.page",
)

INVOICE = Resource(
    name="invoice",
    record=Invoice,
    key=("id",),
    row=records.InvoiceRow,
    ignored=records.INVOICE_IGNORED,
    path=lambda _: "/api/invoices",
    parameters=_filters(
        numbers=many(whole),
        customer_number=whole,
        delivery_customer_number=whole,
        type=whole,
        invoice_date_before=_local_stamp,
        invoice_date_after=_local_stamp,
        updated_before=_local_stamp,
        updated_after=_local_stamp,
        object_ids=many(whole),
        search=text,
    ),
    since="updated_after",
    decode=_decoder("invoice"),
    deletions=_deletions("Invoice"),
    scan=_scanner("modified_date"),
    overlap_minutes=120,
    reader=records.invoice_reader,
    page_parameter="filter.page",
)


def customer_path(customer_id: int | str) -> str:
    """The path of one customer. ASSUMED: by its internal ``id``, not its ``number``.

    Raises:
        ValueError: the id is no whole number.
    """
    return f"{CUSTOMERS}/{whole(customer_id)[0]}"


def _auth(settings: Settings, retry: Retry, on_secret: Callable[[str], None]) -> Login:
    """A session by user, password, database and API key; its life is not documented, so a 401 renews it."""
    if not settings.login or not settings.password:
        raise settings.error("the user belongs into the login field and its password into password")
    body = {
        "UserName": settings.login,
        "Password": settings.password,
        "Database": settings.required("database", "it names the Lemonsoft database to log in to"),
        "ApiKey": settings.required("api_key", "Lemonsoft issues it for an integration"),
    }
    request = Request(
        "lemonsoft login",
        f"{settings.base_url}/api/auth/login",
        method="POST",
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=msgspec.json.encode(body),
    )
    return Login(request, _read_session, lambda session: {"Session-Id": session}, retry, settings.conn_id, on_secret)


def _read_session(response: Response) -> str:
    """The session; a refused login may come with status 200 and without one."""
    try:
        answer = msgspec.json.decode(response.json)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = None
    session = answer.get("session_id") if isinstance(answer, dict) else None
    if not isinstance(session, str) or not session:
        raise ErpAuthError(
            "lemonsoft login: the server answers status 200 without a session; check login, password, database and "
            "api_key in the connection"
        )
    return session


def _company(settings: Settings) -> str:
    host = settings.base_url.partition("://")[2]
    return f"{host} {settings.required('database', 'it names the Lemonsoft database')}"


LEMONSOFT = Vendor(
    conn_type="lemonsoft",
    title="Lemonsoft",
    default_host=None,
    resources={resource.name: resource for resource in (CUSTOMER, INVOICE)},
    auth=_auth,
    company=_company,
    test=("customer", {"base": True, "page_size": 1}),
)
