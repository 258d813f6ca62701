"""What the rows of Visma PX mean.

Source: visma-px-customer and visma-px-trans documents, for every field's name and type.
ASSUMED: any text may be null or missing; which numbers may be null is not documented beyond the types.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.records import Customer, ProjectTransaction
from airflow_provider_erp.vendors.reading import (
    Text,
    absent_to_none,
    amount,
    day,
    first_filled,
    key_text,
    moment,
    supplied,
)
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import ReadRecord
from airflow_provider_erp.vendors.visma_px.xml import reader_of_either

Key = str | int | UnsetType | None
Code = int | UnsetType | None
Amount = Decimal | UnsetType | None
Flag = bool | UnsetType | None

CUSTOMER_IGNORED = frozenset(
    {"Globaltype", "Companycode", "Www", "Contactname", "Contacttitle", "Contactphone1", "Contactphone2"}
)
TRANSACTION_IGNORED = frozenset[str]()


class CustomerRow(msgspec.Struct):
    """One element of ``Customers``."""

    Customerid: Key = UNSET
    Name: Text = UNSET
    Organizationcode: Text = UNSET
    Countrycode: Text = UNSET
    Languagecode: Text = UNSET
    Currency: Text = UNSET
    Address: Text = UNSET
    Phone1: Text = UNSET
    Phone2: Text = UNSET
    Phone3: Text = UNSET
    Email: Text = UNSET
    Contactemail: Text = UNSET
    Lastaction: Text = UNSET
    Blocked: Flag = UNSET
    Closed: Flag = UNSET


def customer_reader(settings: Settings) -> ReadRecord:
    """The translator of ``Customers`` rows.

    ``street`` is the whole free text of ``Address``: postal code and city are
    in it and are not split out. A ``Lastaction`` without an offset is read in
    the connection's ``timezone``, and without one the row is unreadable.
    """
    zone = settings.timezone()
    words = settings.mapping("status_map")

    def read(row: CustomerRow) -> Customer:
        number = key_text(row.Customerid, "Customerid")
        return Customer(
            source_id=number,
            number=number,
            name=supplied(row.Name),
            org_number=supplied(row.Organizationcode),
            email=first_filled(row.Email, row.Contactemail),
            phone=first_filled(row.Phone1, row.Phone2, row.Phone3),
            street=supplied(row.Address),
            country=supplied(row.Countrycode),
            currency=supplied(row.Currency),
            language=supplied(row.Languagecode),
            status=_status(row, words),
            modified_at=_last_action(row, settings, zone),
        )

    return reader_of_either(CustomerRow, read)


def _last_action(row: CustomerRow, settings: Settings, zone: ZoneInfo | None) -> dt.datetime | None:
    stamp = moment(row.Lastaction, zone, "Lastaction")
    if stamp is None and supplied(row.Lastaction):
        raise UnreadableRecord(
            f"field 'Lastaction' has no offset; set 'timezone' in connection {settings.conn_id!r} to read local stamps"
        )
    return stamp


def _status(row: CustomerRow, words: dict[str, str]) -> str | None:
    """Closed over blocked over active. ASSUMED, can be changed by the connection's ``status_map``."""
    if row.Closed is UNSET and row.Blocked is UNSET:
        return None
    if row.Closed is True:
        return words.get("Closed", "closed")
    return words.get("Blocked", "blocked") if row.Blocked is True else "active"


class TransactionRow(msgspec.Struct):
    """One element of ``Transactions``."""

    Transno: Key = UNSET
    Transtype: Code = UNSET
    Transexists: Code = UNSET
    Projectclasstype: Code = UNSET
    Project: Text = UNSET
    Activity: Text = UNSET
    Task: Text = UNSET
    Employeeid: Text = UNSET
    Employmenttype: Code = UNSET
    Timeaccperiod: Text = UNSET
    Intenddate: Text = UNSET
    Timecode: Text = UNSET
    Role: Text = UNSET
    Expensecode: Text = UNSET
    Articlecode: Text = UNSET
    Profitlossid: Text = UNSET
    Hoursreported: Amount = UNSET
    Textreported: Text = UNSET
    Namereported: Text = UNSET
    Cost: Amount = UNSET
    Numbertoinvoice: Amount = UNSET
    Invoiceunit: Text = UNSET
    Pricelocalcurrency: Amount = UNSET
    Projectcurrency: Text = UNSET
    Exchangerate: Amount = UNSET
    Price: Amount = UNSET
    Priceeach: Amount = UNSET
    Pricesetmanually: Code = UNSET
    Nodeb: Code = UNSET
    Internalprice: Amount = UNSET
    Costcenterproject: Text = UNSET
    Companycodeproject: Text = UNSET
    Object2project: Text = UNSET
    Object6project: Text = UNSET
    Object7project: Text = UNSET
    Object8project: Text = UNSET
    Costcenteremployee: Text = UNSET
    Companycodeemployee: Text = UNSET
    Object2employee: Text = UNSET
    Object6employee: Text = UNSET
    Object7employee: Text = UNSET
    Object8employee: Text = UNSET
    Invoiced: Code = UNSET
    Postedinaccounting: Code = UNSET


_TEXTS = {
    "project": "Project",
    "activity": "Activity",
    "task": "Task",
    "employee_id": "Employeeid",
    "accounting_period": "Timeaccperiod",
    "time_code": "Timecode",
    "role": "Role",
    "profit_loss_id": "Profitlossid",
    "reported_by": "Namereported",
    "expense_code": "Expensecode",
    "article": "Articlecode",
    "text": "Textreported",
    "unit": "Invoiceunit",
    "currency": "Projectcurrency",
    "project_cost_center": "Costcenterproject",
    "project_company": "Companycodeproject",
    "project_object_2": "Object2project",
    "project_object_6": "Object6project",
    "project_object_7": "Object7project",
    "project_object_8": "Object8project",
    "employee_cost_center": "Costcenteremployee",
    "employee_company": "Companycodeemployee",
    "employee_object_2": "Object2employee",
    "employee_object_6": "Object6employee",
    "employee_object_7": "Object7employee",
    "employee_object_8": "Object8employee",
}
"""Canonical texts of a transaction, and the fields that they come from."""

_CODES = {
    "exists_code": "Transexists",
    "project_class_type": "Projectclasstype",
    "employment_type": "Employmenttype",
    "price_set_manually": "Pricesetmanually",
    "nodeb": "Nodeb",
    "invoiced_code": "Invoiced",
    "posted_code": "Postedinaccounting",
}
"""Whole numbers whose meaning is not public."""

_AMOUNTS = {
    "hours": "Hoursreported",
    "cost": "Cost",
    "invoice_quantity": "Numbertoinvoice",
    "price": "Price",
    "price_local": "Pricelocalcurrency",
    "price_each": "Priceeach",
    "exchange_rate": "Exchangerate",
    "internal_price": "Internalprice",
}
"""Money and hours."""


def transaction_reader(_: Settings) -> ReadRecord:
    """The translator of ``Transactions`` rows."""
    return reader_of_either(TransactionRow, read_transaction)


def read_transaction(row: TransactionRow) -> ProjectTransaction:
    """Translate one row of ``Transactions`` into a canonical transaction.

    Hours are decimal hours; ``Price`` is the line total in ``Projectcurrency``.
    ``Intenddate`` keeps only its date: PX writes local midnight with an offset.

    Raises:
        UnreadableRecord: the key is absent, or ``Intenddate`` is no date.

    ASSUMED: within one company a row is unique by ``Transtype`` and ``Transno``.
    """
    transaction_id = key_text(row.Transno, "Transno")
    type_code = row.Transtype
    if not isinstance(type_code, int):
        raise UnreadableRecord("key field 'Transtype' is absent or empty")
    fields: dict[str, Any] = {
        **{name: supplied(getattr(row, field)) for name, field in _TEXTS.items()},
        **{name: absent_to_none(getattr(row, field)) for name, field in _CODES.items()},
        **{name: amount(getattr(row, field), field) for name, field in _AMOUNTS.items()},
    }
    return ProjectTransaction(
        source_id=f"{type_code}/{transaction_id}",
        transaction_id=transaction_id,
        type_code=type_code,
        date=day(row.Intenddate, "Intenddate"),
        **fields,
    )
