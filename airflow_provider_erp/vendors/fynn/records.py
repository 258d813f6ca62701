"""What the rows of Fynn mean.

Source: fynn-customers document, for every field's name and type.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from airflow_provider_erp.records import Customer
from airflow_provider_erp.vendors.reading import Text, first_filled, joined, key_text, row_reader, supplied
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import ReadRecord

CUSTOMER_IGNORED = frozenset(
    """businessCustomer commercialRegisterName createdAt customFields datevId defaultInvoiceAddress
    defaultPaymentMethod gender isPartner isVatIdValid timeZone totalTurnOverRank""".split()
)

STATUS = {"STATUS_ACTIVE": "active", "STATUS_ARCHIVED": "closed", "STATUS_SUSPENDED": "blocked"}
"""ASSUMED: the meaning of the vendor's three words; changed by the connection's ``status_map``."""


class Address(msgspec.Struct):
    """``defaultAddress``."""

    street: Text = UNSET
    houseNumber: Text = UNSET
    addition: Text = UNSET
    zip: Text = UNSET
    city: Text = UNSET


class Email(msgspec.Struct):
    """``defaultEmailAddress`` and ``defaultInvoiceEmailAddress``."""

    email: Text = UNSET


class CustomerRow(msgspec.Struct):
    """One customer."""

    id: Text = UNSET
    customerNumber: Text = UNSET
    companyName: Text = UNSET
    firstName: Text = UNSET
    lastName: Text = UNSET
    commercialRegisterNumber: Text = UNSET
    vatId: Text = UNSET
    defaultEmailAddress: Email | UnsetType | None = UNSET
    defaultInvoiceEmailAddress: Email | UnsetType | None = UNSET
    phone: Text = UNSET
    defaultAddress: Address | UnsetType | None = UNSET
    countryCode: Text = UNSET
    currencyCode: Text = UNSET
    language: Text = UNSET
    status: Text = UNSET


def customer_reader(settings: Settings) -> ReadRecord:
    """The translator of customers; persons, who have no company name, go by first and last name.

    ``org_number`` is the commercial register's number, which is no tax id.
    """
    words = STATUS | settings.mapping("status_map")

    def read(row: CustomerRow) -> Customer:
        address = _address(row.defaultAddress)
        status = supplied(row.status)
        person = joined(" ", row.firstName, row.lastName)
        return Customer(
            source_id=key_text(row.id, "id"),
            number=supplied(row.customerNumber),
            name=first_filled(row.companyName, UNSET if person is None else person),
            org_number=supplied(row.commercialRegisterNumber),
            vat_number=supplied(row.vatId),
            email=_email(row.defaultEmailAddress),
            invoice_email=_email(row.defaultInvoiceEmailAddress),
            phone=supplied(row.phone),
            street=_street(address),
            postal_code=supplied(address.zip),
            city=supplied(address.city),
            country=supplied(row.countryCode),
            currency=supplied(row.currencyCode),
            language=supplied(row.language),
            status=None if status is None else words.get(status, status),
        )

    return row_reader(CustomerRow, read)


def _street(address: Address) -> str | None:
    line = joined(" ", address.street, address.houseNumber)
    return joined(", ", UNSET if line is None else line, address.addition)


def _address(address: Address | UnsetType | None) -> Address:
    if isinstance(address, UnsetType):
        return Address()
    return Address(None, None, None, None, None) if address is None else address


def _email(address: Email | UnsetType | None) -> str | None:
    if isinstance(address, UnsetType):
        return None
    return "" if address is None else supplied(address.email)
