"""What the rows of Visma.net ERP mean.

Source: Visma.net ERP customer endpoint (swagger of api.finance.visma.net) for the names that are read.
A read gives bare scalars mostly, and sometimes ``{"value": ...}``: both are taken.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.records import Customer
from airflow_provider_erp.vendors.reading import Text, joined, key_text, moment, row_reader, supplied
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import ReadRecord

CUSTOMER_IGNORED = frozenset(
    """accountReference attributes createdDateTime creditLimit creditRating creditVerification customerClass
    deliveryAddress deliveryContact directDebitLines extras glAccounts invoiceAddress metadata parentRecord
    vatZone""".split()
)

STATUS = {"Active": "active", "OnHold": "blocked", "CreditHold": "blocked", "Inactive": "closed", "OneTime": "one_time"}
"""ASSUMED: the meaning of the vendor's five words; changed by the connection's ``status_map``."""


class Wrapped(msgspec.Struct, forbid_unknown_fields=True):
    """A scalar in the shape that writes use."""

    value: str | int | None


Scalar = str | int | Wrapped | UnsetType | None


class Coded(msgspec.Struct):
    """A reference such as ``country`` or ``creditTerms``."""

    id: Scalar = UNSET
    value: Coded | UnsetType | None = UNSET


class Address(msgspec.Struct):
    """``mainAddress``."""

    addressLine1: Scalar = UNSET
    addressLine2: Scalar = UNSET
    addressLine3: Scalar = UNSET
    postalCode: Scalar = UNSET
    city: Scalar = UNSET
    country: Coded | UnsetType | None = UNSET
    value: Address | UnsetType | None = UNSET


class Contact(msgspec.Struct):
    """``mainContact`` and ``invoiceContact``."""

    email: Scalar = UNSET
    phone1: Scalar = UNSET
    value: Contact | UnsetType | None = UNSET


class CustomerRow(msgspec.Struct):
    """One customer of a list, or the answer to a single one."""

    internalId: Scalar = UNSET
    number: Scalar = UNSET
    name: Scalar = UNSET
    corporateId: Scalar = UNSET
    vatRegistrationId: Scalar = UNSET
    mainAddress: Address | UnsetType | None = UNSET
    mainContact: Contact | UnsetType | None = UNSET
    invoiceContact: Contact | UnsetType | None = UNSET
    currencyId: Scalar = UNSET
    creditTerms: Coded | UnsetType | None = UNSET
    status: Scalar = UNSET
    lastModifiedDateTime: Scalar = UNSET
    timeStamp: Scalar = UNSET
    errorInfo: Any = UNSET


P = TypeVar("P", Address, Contact, Coded)


def bare(value: Scalar) -> Text:
    """The scalar without its wrapping, as text."""
    inner = value.value if isinstance(value, Wrapped) else value
    return str(inner) if isinstance(inner, int) else inner


def customer_reader(settings: Settings) -> ReadRecord:
    """The translator of customer rows; a part that is null supplies its fields as empty.

    Raises (the translator):
        UnreadableRecord: no ``internalId``, or the server's own ``errorInfo`` on the row.
    """
    zone = settings.timezone()
    words = STATUS | settings.mapping("status_map")

    def read(row: CustomerRow) -> Customer:
        if row.errorInfo is not UNSET and row.errorInfo:
            raise UnreadableRecord("the server put an errorInfo on this row")
        address = _part(row.mainAddress, Address)
        contact = _part(row.mainContact, Contact)
        status = supplied(bare(row.status))
        return Customer(
            source_id=key_text(bare(row.internalId), "internalId"),
            number=supplied(bare(row.number)),
            name=supplied(bare(row.name)),
            org_number=supplied(bare(row.corporateId)),
            vat_number=supplied(bare(row.vatRegistrationId)),
            email=supplied(bare(contact.email)),
            invoice_email=supplied(bare(_part(row.invoiceContact, Contact).email)),
            phone=supplied(bare(contact.phone1)),
            street=joined(", ", *map(bare, (address.addressLine1, address.addressLine2, address.addressLine3))),
            postal_code=supplied(bare(address.postalCode)),
            city=supplied(bare(address.city)),
            country=supplied(bare(_part(address.country, Coded).id)),
            currency=supplied(bare(row.currencyId)),
            payment_terms=supplied(bare(_part(row.creditTerms, Coded).id)),
            status=None if status is None else words.get(status, status),
            modified_at=moment(bare(row.lastModifiedDateTime), zone, "lastModifiedDateTime"),
            version=supplied(bare(row.timeStamp)),
        )

    return row_reader(CustomerRow, read)


def _part(part: P | UnsetType | None, shape: type[P]) -> P:
    """The part of a row without its wrapping; absent, its fields are absent, and null, they are null."""
    if isinstance(part, UnsetType):
        return shape()
    if part is None:
        return shape(**dict.fromkeys(shape.__struct_fields__))
    inner: P | UnsetType | None = part.value
    return part if isinstance(inner, UnsetType) else _part(inner, shape)
