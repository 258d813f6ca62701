"""What the rows of Lemonsoft mean.

Source: lemonsoft-customers-invoices document, customer payload, for every customer field's name and type.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from airflow_provider_erp.records import Customer, Invoice
from airflow_provider_erp.vendors.reading import (
    Text,
    absent_to_none,
    amount,
    day,
    joined,
    key_text,
    moment,
    row_reader,
    supplied,
)
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import ReadRecord

ZONE = "Europe/Helsinki"
"""ASSUMED: the zone of the server's naive stamps; changed by the connection's ``timezone``."""

CUSTOMER_IGNORED = frozenset(
    """accountspayable_account accounts agreements attributes circulations contacts costcenter created creditlimit
    customer_edi customer_group_id default_reference delivery_code delivery_method_number delivery_term
    dimension due_invoice_sum fax finvoice_address group interest invoice_code invoice_method_id invoicedates
    invoiceperiod invoicing_address invoicing_city invoicing_customer_number invoicing_name invoicing_name2
    invoicing_postal_code invoicing_postaladdress is_customer is_prospect is_supplier open_invoice_sum
    orderer_customer_number partial_delivery_disabled person_responsible_number purchase_account
    receivables_account reference reseller sales_account searchname seller_number texts type www""".split()
)
INVOICE_IGNORED = frozenset({"delivery_customer_number", "payments", "rows"})

Number = int | str | UnsetType | None
Flag = bool | int | UnsetType | None

_VAT_IS_ORG_NUMBER = ("FI", "SE", "NO", "DK")


class CustomerRow(msgspec.Struct):
    """One customer."""

    id: Number = UNSET
    number: Number = UNSET
    name: Text = UNSET
    name2: Text = UNSET
    vat: Text = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    street: Text = UNSET
    street2: Text = UNSET
    postal_code: Text = UNSET
    city: Text = UNSET
    country: Text = UNSET
    currency_code: Text = UNSET
    language_code: Text = UNSET
    payment_term_number: Number = UNSET
    is_nonactive: Flag = UNSET
    deny_credit: Flag = UNSET
    prevent_delivery: Flag = UNSET
    modified: Text = UNSET


def customer_reader(settings: Settings) -> ReadRecord:
    """The translator of customers, full or base; what the base list leaves out is not supplied."""
    zone = settings.timezone(ZONE)
    words = settings.mapping("status_map")

    def read(row: CustomerRow) -> Customer:
        org_number, vat_number = split_vat(supplied(row.vat))
        return Customer(
            source_id=key_text(row.id, "id"),
            number=_text(row.number),
            name=joined(" ", row.name, row.name2),
            org_number=org_number,
            vat_number=vat_number,
            email=supplied(row.email),
            phone=supplied(row.phone),
            street=joined(", ", row.street, row.street2),
            postal_code=supplied(row.postal_code),
            city=supplied(row.city),
            country=supplied(row.country),
            currency=supplied(row.currency_code),
            language=supplied(row.language_code),
            payment_terms=_text(row.payment_term_number),
            status=_status(row, words),
            modified_at=moment(row.modified, zone, "modified"),
        )

    return row_reader(CustomerRow, read)


def split_vat(vat: str | None) -> tuple[str | None, str | None]:
    """Organisation number and VAT number in a field that holds either; the other is not supplied.

    A VAT number of a country that makes it from the organisation number is both.
    """
    if not vat:
        return vat, vat
    if not vat[:2].isalpha():
        return vat, None
    return (vat if vat[:2].upper() in _VAT_IS_ORG_NUMBER else None), vat


def _status(row: CustomerRow, words: dict[str, str]) -> str | None:
    """ASSUMED: non-active is closed, no credit or no delivery is blocked; changed by ``status_map``."""
    flags = (row.is_nonactive, row.deny_credit, row.prevent_delivery)
    if all(flag is UNSET for flag in flags):
        return None
    names = ("is_nonactive", "deny_credit", "prevent_delivery")
    meanings = ("closed", "blocked", "blocked")
    for flag, name, meaning in zip(flags, names, meanings, strict=True):
        if flag is not UNSET and flag:
            return words.get(name, meaning)
    return "active"


def _text(value: Number) -> str | None:
    return supplied(str(value) if isinstance(value, int) else value)


class InvoiceRow(msgspec.Struct):
    """One invoice's head.

    Source: Lemonsoft swagger, invoices. The codes of type and state are not documented.
    """

    id: Number = UNSET
    number: Number = UNSET
    date: Text = UNSET
    due_date: Text = UNSET
    customer_number: Number = UNSET
    customer_name: Text = UNSET
    total_sum: Decimal | UnsetType | None = UNSET
    currency_code: Text = UNSET
    state: int | UnsetType | None = UNSET
    type: int | UnsetType | None = UNSET
    project_number: Number = UNSET
    modified_date: Text = UNSET


def invoice_reader(settings: Settings) -> ReadRecord:
    """The translator of invoices."""
    zone = settings.timezone(ZONE)

    def read(row: InvoiceRow) -> Invoice:
        return Invoice(
            source_id=key_text(row.id, "id"),
            number=_text(row.number),
            date=day(row.date, "date"),
            due_date=day(row.due_date, "due_date"),
            customer_number=_text(row.customer_number),
            customer_name=supplied(row.customer_name),
            total=amount(row.total_sum, "total_sum"),
            currency=supplied(row.currency_code),
            state_code=absent_to_none(row.state),
            type_code=absent_to_none(row.type),
            project_number=_text(row.project_number),
            modified_at=moment(row.modified_date, zone, "modified_date"),
        )

    return row_reader(InvoiceRow, read)
