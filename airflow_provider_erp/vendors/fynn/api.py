"""How Fynn is asked: an API key, numbered pages with a total, no change filter.

Source: fynn-customers document, for paths, paging and filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.records import Customer
from airflow_provider_erp.vendors.fynn import records
from airflow_provider_erp.vendors.parameters import Parameter, flag, refused, text, whole_between
from airflow_provider_erp.vendors.reading import key_bytes, rows_of
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Resource, Vendor


class _Pagination(msgspec.Struct):
    totalItems: int


class _Meta(msgspec.Struct):
    pagination: _Pagination


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]
    meta: _Meta


class _Row(msgspec.Struct):
    id: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope).decode
_ROWS = rows_of(_Row)


def _decode(_: Settings, body: bytes) -> Rows:
    """A page of rows with the whole list's total."""
    envelope = _ENVELOPE(body)
    return Rows(raw=envelope.data, total=envelope.meta.pagination.totalItems)


def _scan(rows: Sequence[msgspec.Raw]) -> Scan:
    return Scan([key_bytes(line, row.id) for line, row in zip(rows, _ROWS(rows), strict=True)])


def _text_or_flag(value: Any, settings: Settings | None = None) -> list[str]:
    """What ``partner`` takes is not documented: a truth value and a text both go out."""
    return flag("true", "false")(value, settings) if isinstance(value, bool) else text(value, settings)


CUSTOMER = Resource(
    name="customer",
    record=Customer,
    key=("id",),
    row=records.CustomerRow,
    ignored=records.CUSTOMER_IGNORED,
    path=lambda _: "/customers",
    parameters={
        **{
            name: Parameter(name, text)
            for name in (
                "customerNumber",
                "companyName",
                "firstName",
                "lastName",
                "vatId",
                "datevId",
                "emailAddresses.email",
                "customerGroup.name",
                "search",
            )
        },
        "isVatIdValid": Parameter("isVatIdValid", flag("true", "false")),
        "partner": Parameter("partner", _text_or_flag),
        "limit": Parameter("limit", whole_between(1, 100), default=100, selects=False),
        "page": Parameter("", refused("the hook turns the pages itself"), selects=False),
        "itemsPerPage": Parameter("", refused("the page size is asked for by 'limit'"), selects=False),
    },
    since=None,
    decode=_decode,
    scan=_scan,
    reader=records.customer_reader,
    page_parameter="page",
)


def _auth(settings: Settings, _retry: Retry, _on_secret: Callable[[str], None]) -> Fixed:
    if not settings.password:
        raise settings.error("the API key belongs into the password field")
    return Fixed({"Authorization": f"Bearer {settings.password}"})


FYNN = Vendor(
    conn_type="fynn",
    title="Fynn",
    default_host="https://coreapi.io",
    resources={CUSTOMER.name: CUSTOMER},
    auth=_auth,
    company=lambda settings: settings.conn_id,
    test=("customer", {"limit": 1}),
)
