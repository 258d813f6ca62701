"""What the rows of Visma PX mean.

Source: visma-px-customer and visma-px-trans documents, for every field's name and type.
ASSUMED: any text may be null or missing; which numbers may be null is not documented beyond the types.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
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
    row_reader,
    supplied,
)
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import ReadRecord

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

    return row_reader(CustomerRow, read)


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


def transaction_reader(_: Settings) -> ReadRecord:
    """The translator of ``Transactions`` rows."""
    return row_reader(TransactionRow, read_transaction)


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
    return ProjectTransaction(
        source_id=f"{type_code}/{transaction_id}",
        transaction_id=transaction_id,
        type_code=type_code,
        exists_code=absent_to_none(row.Transexists),
        project=supplied(row.Project),
        activity=supplied(row.Activity),
        task=supplied(row.Task),
        employee_id=supplied(row.Employeeid),
        date=day(row.Intenddate, "Intenddate"),
        accounting_period=supplied(row.Timeaccperiod),
        time_code=supplied(row.Timecode),
        role=supplied(row.Role),
        project_class_type=absent_to_none(row.Projectclasstype),
        employment_type=absent_to_none(row.Employmenttype),
        profit_loss_id=supplied(row.Profitlossid),
        reported_by=supplied(row.Namereported),
        price_set_manually=absent_to_none(row.Pricesetmanually),
        nodeb=absent_to_none(row.Nodeb),
        expense_code=supplied(row.Expensecode),
        article=supplied(row.Articlecode),
        hours=amount(row.Hoursreported, "Hoursreported"),
        text=supplied(row.Textreported),
        cost=amount(row.Cost, "Cost"),
        invoice_quantity=amount(row.Numbertoinvoice, "Numbertoinvoice"),
        unit=supplied(row.Invoiceunit),
        price=amount(row.Price, "Price"),
        price_local=amount(row.Pricelocalcurrency, "Pricelocalcurrency"),
        price_each=amount(row.Priceeach, "Priceeach"),
        currency=supplied(row.Projectcurrency),
        exchange_rate=amount(row.Exchangerate, "Exchangerate"),
        internal_price=amount(row.Internalprice, "Internalprice"),
        project_cost_center=supplied(row.Costcenterproject),
        project_company=supplied(row.Companycodeproject),
        project_object_2=supplied(row.Object2project),
        project_object_6=supplied(row.Object6project),
        project_object_7=supplied(row.Object7project),
        project_object_8=supplied(row.Object8project),
        employee_cost_center=supplied(row.Costcenteremployee),
        employee_company=supplied(row.Companycodeemployee),
        employee_object_2=supplied(row.Object2employee),
        employee_object_6=supplied(row.Object6employee),
        employee_object_7=supplied(row.Object7employee),
        employee_object_8=supplied(row.Object8employee),
        invoiced_code=absent_to_none(row.Invoiced),
        posted_code=absent_to_none(row.Postedinaccounting),
    )
