"""How Lemonsoft is asked: a login gives a session, lists come in numbered pages without a total.

Source: lemonsoft-customers-invoices document, for paths and filters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.records import Customer, Invoice
from airflow_provider_erp.vendors.lemonsoft import records
from airflow_provider_erp.vendors.lemonsoft.auth import session_auth
from airflow_provider_erp.vendors.lemonsoft.deletions import deletions
from airflow_provider_erp.vendors.lemonsoft.envelope import rows_in
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
from airflow_provider_erp.vendors.vendor import Resource, Vendor

CUSTOMERS = "/api/customers"


class _Row(msgspec.Struct):
    id: Any = None
    modified: Any = None
    modified_date: Any = None


_ROWS = rows_of(_Row)


def _decoder(resource: str) -> Callable[[Settings, bytes], Rows]:
    def decode(_: Settings, body: bytes) -> Rows:
        raw, more = rows_in(resource, body)
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
    deletions=deletions("Customer"),
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
    deletions=deletions("Invoice"),
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


def _company(settings: Settings) -> str:
    host = settings.base_url.partition("://")[2]
    return f"{host} {settings.required('database', 'it names the Lemonsoft database')}"


LEMONSOFT = Vendor(
    conn_type="lemonsoft",
    title="Lemonsoft",
    default_host=None,
    resources={resource.name: resource for resource in (CUSTOMER, INVOICE)},
    auth=session_auth,
    company=_company,
    test=("customer", {"base": True, "page_size": 1}),
)
