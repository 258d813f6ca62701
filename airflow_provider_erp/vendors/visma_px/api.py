"""How Visma PX is asked: one dump per list, no paging, an authentication that every server chooses itself."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from airflow_provider_erp.exceptions import ErpProtocolError, UnreadableRecord
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.dump import Splitter
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.protocol.splitter import JsonSplitter
from airflow_provider_erp.records import Customer, ProjectTransaction
from airflow_provider_erp.vendors.parameters import Parameter, flag, stamp, whole
from airflow_provider_erp.vendors.reading import key_bytes, rows_of, stamps
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Resource, Vendor
from airflow_provider_erp.vendors.visma_px import records
from airflow_provider_erp.vendors.visma_px.xml import XmlSplitter, fields_of, is_xml

log = logging.getLogger(__name__)

_ACCEPT = {"json": "application/json, text/json", "xml": "application/xml, text/xml"}
_MOST_MESSAGE_CHARACTERS = 200


class _Message(msgspec.Struct):
    Messagetype: int | None = None
    Messagetext: str | None = None


class _Head(msgspec.Struct):
    """Either dump; each has one of the two lists."""

    Customers: list[msgspec.Raw] | UnsetType | None = UNSET
    Transactions: list[msgspec.Raw] | UnsetType | None = UNSET
    Servertime: str | None = None
    Message: _Message | None = None


class _Key(msgspec.Struct):
    """The key fields of either list's rows."""

    Customerid: Any = None
    Transtype: Any = None
    Transno: Any = None
    Lastaction: Any = None


_HEAD = msgspec.json.Decoder(_Head).decode
_JSON_KEYS = rows_of(_Key)


def _decoder(resource: str, name: str) -> Callable[[Settings, bytes], Rows]:
    def decode(settings: Settings, body: bytes) -> Rows:
        """The document around the rows: the list in it is empty, null or absent."""
        head = _HEAD(body)
        return Rows(raw=_rows(settings, resource, name, getattr(head, name), head.Message), cursor=head.Servertime)

    return decode


def _format(settings: Settings) -> str:
    word = settings.text("response_format", "json") or ""
    if word not in _ACCEPT:
        raise settings.error(f"response_format {word[:20]!r} is unknown; set json or xml")
    return word


def _splitter(resource: str, name: str) -> Callable[[Settings], Splitter]:
    def make(settings: Settings) -> Splitter:
        splitter = XmlSplitter if _format(settings) == "xml" else JsonSplitter
        return splitter(f"visma_px {resource}", name, most_bytes=settings.max_body_bytes)

    return make


def _keys(raw: Sequence[msgspec.Raw]) -> list[_Key]:
    if not raw or not is_xml(raw[0]):
        return _JSON_KEYS(raw)
    return [_xml_key(row) for row in raw]


def _xml_key(raw: msgspec.Raw) -> _Key:
    try:
        return msgspec.convert(fields_of(raw), _Key)
    except UnreadableRecord:
        return _Key()


def _scan_customers(raw: Sequence[msgspec.Raw]) -> Scan:
    rows = _keys(raw)
    return Scan(
        [key_bytes(line, row.Customerid) for line, row in zip(raw, rows, strict=True)],
        stamps(row.Lastaction for row in rows),
    )


def _scan_transactions(raw: Sequence[msgspec.Raw]) -> Scan:
    rows = _keys(raw)
    return Scan([key_bytes(line, row.Transtype, row.Transno) for line, row in zip(raw, rows, strict=True)])


def _rows(
    settings: Settings,
    resource: str,
    name: str,
    rows: list[msgspec.Raw] | UnsetType | None,
    message: _Message | None,
) -> list[msgspec.Raw]:
    """The list, when the dump is no error in disguise.

    ASSUMED: a list that is null or absent, or a ``Messagetype`` that the
    connection's ``error_message_types`` names, is an error inside status 200.
    Text beside a list is no error: the samples have some.
    """
    kind = message.Messagetype if message else None
    if message and message.Messagetext:
        log.info("visma_px %s: message type %s: %r", resource, kind, message.Messagetext[:_MOST_MESSAGE_CHARACTERS])
    if kind in settings.whole_numbers("error_message_types"):
        raise ErpProtocolError(
            f"visma_px {resource}: the server answers status 200 with message type {kind}, which the connection "
            "counts as an error; its text is in the log"
        )
    if rows is None or isinstance(rows, UnsetType):
        state = "null" if rows is None else "absent"
        raise ErpProtocolError(
            f"visma_px {resource}: expected a list under {name!r}, it is {state} (message type {kind}); "
            "the server's message, if any, is in the log"
        )
    return rows


def _company(settings: Settings) -> list[tuple[str, str]]:
    return [("companyId", settings.required("company_id", "your PX administrator issues it"))]


def _caution(asked: Mapping[str, Any]) -> str | None:
    """Source: visma-px-customer document, which lists selection 1 only."""
    selection = asked.get("selection")
    if selection is None or str(selection) == "1":
        return None
    return f"selection {selection} is not documented, only 1 is; check what came"


CUSTOMER = Resource(
    name="customer",
    record=Customer,
    key=("Customerid",),
    row=records.CustomerRow,
    ignored=records.CUSTOMER_IGNORED,
    path=lambda _: "/pxapi/Customer",
    parameters={
        "changed_since": Parameter("changedSince", stamp),
        "selection": Parameter("selection", whole, default=1),
        "incl_not_active": Parameter("inclNotActive", flag("true", "false"), default=True),
    },
    since="changed_since",
    fixed=_company,
    accept=lambda settings: _ACCEPT[_format(settings)],
    decode=_decoder("customer", "Customers"),
    scan=_scan_customers,
    splitter=_splitter("customer", "Customers"),
    overlap_minutes=5,
    stamped=True,
    reader=records.customer_reader,
    caution=_caution,
)

PROJECT_TRANSACTION = Resource(
    name="project_transaction",
    record=ProjectTransaction,
    key=("Transtype", "Transno"),
    row=records.TransactionRow,
    ignored=records.TRANSACTION_IGNORED,
    path=lambda _: "/pxapi/Trans",
    parameters={
        "changed_since": Parameter("changedSince", stamp),
        "incl_not_active_projects": Parameter("inclNotActiveProjects", flag("true", "false"), default=True),
    },
    since="changed_since",
    fixed=_company,
    accept=lambda settings: _ACCEPT[_format(settings)],
    decode=_decoder("project_transaction", "Transactions"),
    scan=_scan_transactions,
    splitter=_splitter("project_transaction", "Transactions"),
    overlap_minutes=5,
    reader=records.transaction_reader,
)


def _auth(settings: Settings, _retry: Retry, _on_secret: Callable[[str], None]) -> Fixed:
    """The credential by the connection's ``auth_scheme``. ASSUMED: one of these five; PX publishes none."""
    scheme = settings.required(
        "auth_scheme",
        "PX publishes no authentication: ask your PX administrator and set none, basic, bearer, header or query",
    )
    if scheme == "none":
        return Fixed({})
    if scheme not in ("basic", "bearer", "header", "query"):
        raise settings.error(f"auth_scheme {scheme!r} is unknown; set none, basic, bearer, header or query")
    secret = settings.password
    if not secret:
        raise settings.error(f"auth_scheme {scheme} needs the secret in the password field")
    if scheme == "basic":
        pair = f"{settings.login or ''}:{secret}".encode()
        return Fixed({"Authorization": f"Basic {b64encode(pair).decode()}"})
    if scheme == "bearer":
        return Fixed({"Authorization": f"Bearer {secret}"})
    name = settings.required("auth_name", f"it names the {'header' if scheme == 'header' else 'query parameter'}")
    return Fixed({name: secret}) if scheme == "header" else Fixed({}, query=((name, secret),))


VISMA_PX = Vendor(
    conn_type="visma_px",
    title="Visma PX",
    default_host=None,
    resources={resource.name: resource for resource in (CUSTOMER, PROJECT_TRANSACTION)},
    auth=_auth,
    company=lambda settings: _company(settings)[0][1],
    # ASSUMED: PX takes a date far ahead, and answers with no rows.
    test=("customer", {"changed_since": "2999-01-01T00:00:00", "incl_not_active": False}),
)
