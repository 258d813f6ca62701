"""What the vendors' rows mean: the traps of each, one by one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from airflow_provider_erp.exceptions import ErpConfigError, UnreadableRecord
from airflow_provider_erp.records import Customer, ProjectTransaction
from airflow_provider_erp.vendors import VENDORS
from airflow_provider_erp.vendors.settings import Settings


def read(conn_type: str, row: Any, name: str = "customer", **extra: Any) -> Any:
    settings = Settings(conn_type=conn_type, conn_id="c", base_url="https://x", extra=extra)
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    return VENDORS[conn_type].resources[name].reader(settings)(msgspec.Raw(raw))


def px(**fields: Any) -> Any:
    return read("visma_px", {"Customerid": "1", **fields})


def visma_net(**fields: Any) -> Any:
    return read("visma_net", {"internalId": 1, **fields})


def lemonsoft(**fields: Any) -> Any:
    return read("lemonsoft", {"id": 1, **fields})


def fynn(**fields: Any) -> Any:
    return read("fynn", {"id": "1", **fields})


def test_px_status_is_closed_over_blocked_over_active() -> None:
    assert px(Closed=True, Blocked=True).status == "closed"
    assert px(Closed=False, Blocked=True).status == "blocked"
    assert px(Closed=False, Blocked=False).status == "active"
    assert px(Closed=None).status == "active"
    assert px().status is None


def test_px_falls_back_to_the_contacts_mail_and_the_next_phone() -> None:
    assert px(Email=" ", Contactemail="a@example.com").email == "a@example.com"
    assert px(Email=None, Contactemail=None).email == ""
    assert px(Phone1="", Phone2=None, Phone3="3").phone == "3"


def test_px_moment_keeps_its_offset_and_is_never_rounded_up() -> None:
    moment = px(Lastaction="2026-05-09T17:16:58.9999999+02:00").modified_at
    assert moment == dt.datetime(2026, 5, 9, 15, 16, 58, 999999, tzinfo=dt.UTC)


def test_px_naive_moment_is_rejected_with_the_setting_that_reads_it() -> None:
    row = {"Customerid": "1", "Lastaction": "2026-05-09T17:16:58"}
    with pytest.raises(UnreadableRecord, match="'Lastaction' has no offset; set 'timezone'"):
        read("visma_px", row)
    assert read("visma_px", row, timezone="Europe/Oslo").modified_at == dt.datetime(
        2026, 5, 9, 15, 16, 58, tzinfo=dt.UTC
    )


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00:00Z", "0"])
def test_stamp_that_is_none_makes_the_record_unreadable(text: str) -> None:
    with pytest.raises(UnreadableRecord, match="'Lastaction' is no ISO time stamp"):
        px(Lastaction=text)


def transaction(**fields: Any) -> Any:
    return read("visma_px", {"Transno": 7, "Transtype": 2, **fields}, "project_transaction")


def test_px_transaction_is_known_by_type_and_number_within_its_company() -> None:
    assert transaction().source_id == "2/7"
    with pytest.raises(UnreadableRecord, match="Transtype"):
        read("visma_px", {"Transno": 7}, "project_transaction")


def test_px_date_is_the_written_one_whatever_its_offset() -> None:
    assert transaction(Intenddate="2026-05-09T00:00:00+02:00").date == dt.date(2026, 5, 9)
    assert transaction(Intenddate="2026-05-09T00:00:00Z").date == dt.date(2026, 5, 9)
    with pytest.raises(UnreadableRecord, match="'Intenddate' does not start with an ISO date"):
        transaction(Intenddate="09.05.2026")


def test_px_hours_and_money_are_exact_decimals() -> None:
    row = b'{"Transno": 7, "Transtype": 2, "Hoursreported": 0.1, "Price": 12345678901234567890.12345, "Cost": 16}'
    record = read("visma_px", row, "project_transaction")
    assert (record.hours, record.price, record.cost) == (
        Decimal("0.1"),
        Decimal("12345678901234567890.12345"),
        Decimal(16),
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-sNaN"])
def test_px_amount_that_is_not_finite_makes_the_record_unreadable(number: str) -> None:
    with pytest.raises(UnreadableRecord, match="'Price' is no finite number"):
        transaction(Price=number)


def test_px_nullable_numbers_may_be_null() -> None:
    nullable = ("Employmenttype", "Pricelocalcurrency", "Exchangerate", "Price", "Invoiced", "Postedinaccounting")
    record = transaction(**dict.fromkeys(nullable))
    assert (record.price, record.exchange_rate, record.invoiced_code, record.posted_code) == (None, None, None, None)


def test_visma_net_scalars_are_read_bare_and_wrapped() -> None:
    bare = visma_net(
        number="C1", mainAddress={"addressLine1": "A 1", "country": {"id": "NO"}}, creditTerms={"id": "30"}
    )
    wrapped = read(
        "visma_net",
        {
            "internalId": {"value": 1},
            "number": {"value": "C1"},
            "mainAddress": {"value": {"addressLine1": {"value": "A 1"}, "country": {"value": {"id": {"value": "NO"}}}}},
            "creditTerms": {"value": {"id": {"value": "30"}}},
        },
    )
    assert bare == wrapped
    assert (bare.number, bare.street, bare.country, bare.payment_terms) == ("C1", "A 1", "NO", "30")


def test_visma_net_key_is_the_internal_id() -> None:
    assert visma_net(number="10").source_id == "1"
    with pytest.raises(UnreadableRecord, match="internalId"):
        read("visma_net", {"number": "10"})


def test_visma_net_stamp_without_a_known_zone_is_no_moment() -> None:
    row = {"internalId": 1, "lastModifiedDateTime": "2026-03-20T06:35:22.153"}
    assert read("visma_net", row).modified_at is None
    moment = read("visma_net", row, timezone="Europe/Oslo").modified_at
    assert moment == dt.datetime(2026, 3, 20, 5, 35, 22, 153000, tzinfo=dt.UTC)
    with pytest.raises(ErpConfigError, match="IANA zone"):
        read("visma_net", row, timezone="Mars/Olympus")


def test_visma_net_row_with_an_error_of_the_server_is_unreadable() -> None:
    assert visma_net(errorInfo="").source_id == "1"
    for error in ("row failed", {"message": "row failed"}, ["row failed"]):
        with pytest.raises(UnreadableRecord, match="errorInfo"):
            visma_net(errorInfo=error)


def test_visma_net_object_that_wraps_no_value_is_unreadable() -> None:
    for wrong in ({"foo": "Acme"}, {}, {"value": "a", "more": "b"}):
        with pytest.raises(UnreadableRecord, match=r"\$\.name"):
            visma_net(name=wrong)


def test_visma_net_address_lines_are_joined_and_a_null_address_is_empty() -> None:
    assert visma_net(mainAddress={"addressLine1": "A 1", "addressLine2": " ", "addressLine3": "B"}).street == "A 1, B"
    assert visma_net(mainAddress=None).street == ""
    assert visma_net().street is None


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Active", "active"),
        ("OnHold", "blocked"),
        ("CreditHold", "blocked"),
        ("Inactive", "closed"),
        ("OneTime", "one_time"),
        ("Paused", "Paused"),
    ],
)
def test_visma_net_status_is_mapped_and_an_unknown_word_stays(word: str, status: str) -> None:
    assert visma_net(status=word).status == status


def test_status_map_of_the_connection_goes_first() -> None:
    assert (
        read("visma_net", {"internalId": 1, "status": "OneTime"}, status_map={"OneTime": "active"}).status == "active"
    )
    assert read("fynn", {"id": "1", "status": "X"}, status_map={"X": "blocked"}).status == "blocked"
    assert read("visma_px", {"Customerid": "1", "Blocked": True}, status_map={"Blocked": "active"}).status == "active"
    assert read("lemonsoft", {"id": 1, "deny_credit": True}, status_map={"deny_credit": "active"}).status == "active"
    for wrong in (["x"], {"x": 1}, "{no json"):
        with pytest.raises(ErpConfigError, match="'status_map' must be an object of texts"):
            read("fynn", {"id": "1"}, status_map=wrong)


@pytest.mark.parametrize(
    ("vat", "org_number", "vat_number"),
    [
        ("1234567-8", "1234567-8", None),
        ("FI12345678", "FI12345678", "FI12345678"),
        ("SE556012579001", "SE556012579001", "SE556012579001"),
        ("DE123456789", None, "DE123456789"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_lemonsoft_vat_field_holds_either_number(
    vat: str | None, org_number: str | None, vat_number: str | None
) -> None:
    customer = lemonsoft(vat=vat)
    assert (customer.org_number, customer.vat_number) == (org_number, vat_number)


def test_lemonsoft_name_and_street_come_in_two_parts() -> None:
    customer = lemonsoft(name="Oy ", name2="Ab", street="A 1", street2=None)
    assert (customer.name, customer.street) == ("Oy Ab", "A 1")


def test_lemonsoft_flags_decide_the_status() -> None:
    assert lemonsoft(is_nonactive=True, deny_credit=True).status == "closed"
    assert lemonsoft(prevent_delivery=1).status == "blocked"
    assert lemonsoft(is_nonactive=False).status == "active"
    assert lemonsoft().status is None


def test_lemonsoft_naive_stamps_are_helsinki_time_unless_told_otherwise() -> None:
    row = {"id": 1, "modified": "2024-05-17T11:36:35.457"}
    assert read("lemonsoft", row).modified_at == dt.datetime(2024, 5, 17, 8, 36, 35, 457000, tzinfo=dt.UTC)
    assert read("lemonsoft", row, timezone="UTC").modified_at == dt.datetime(
        2024, 5, 17, 11, 36, 35, 457000, tzinfo=dt.UTC
    )


def test_lemonsoft_invoice_is_read_exactly() -> None:
    row = (
        b'{"id": 9, "number": 77, "date": "2026-01-31T00:00:00", "total_sum": 0.10, "state": 3, "project_number": "P1"}'
    )
    invoice = read("lemonsoft", row, "invoice")
    assert (invoice.source_id, invoice.number, invoice.date) == ("9", "77", dt.date(2026, 1, 31))
    assert (invoice.total, invoice.state_code, invoice.project_number) == (Decimal("0.10"), 3, "P1")


def test_fynn_person_without_a_company_goes_by_its_own_name() -> None:
    assert fynn(companyName=None, firstName="Max", lastName="M").name == "Max M"
    assert fynn(companyName="Acme", firstName="Max", lastName="M").name == "Acme"


def test_fynn_street_has_its_house_number_and_the_addition() -> None:
    address = {"street": "Weg", "houseNumber": "1a", "addition": "c/o X"}
    assert fynn(defaultAddress=address).street == "Weg 1a, c/o X"
    assert fynn(defaultAddress=None).street == ""
    assert fynn(defaultInvoiceEmailAddress=None).invoice_email == ""


def test_fynn_payment_method_may_be_an_empty_object_and_true_a_text() -> None:
    assert fynn(defaultPaymentMethod={}, defaultAddress={"default": "true"}).source_id == "1"


def test_unknown_country_stays_as_it_was_written() -> None:
    assert lemonsoft(country="ATLANTIS").country == "ATLANTIS"


NOT_SUPPLIED = {
    "visma_px": {"vat_number", "invoice_email", "postal_code", "city", "payment_terms", "version"},
    "visma_net": {"language"},
    "lemonsoft": {"invoice_email", "version"},
    "fynn": {"payment_terms", "version"},
}


@pytest.mark.parametrize("conn_type", VENDORS)
def test_absent_field_is_not_supplied_and_a_null_one_is_empty_unless_the_system_never_supplies_it(
    conn_type: str,
) -> None:
    described = VENDORS[conn_type].resources["customer"]
    key = dict.fromkeys(described.key, "1")
    absent = dataclasses.asdict(read(conn_type, key))
    nulls = dataclasses.asdict(read(conn_type, dict.fromkeys(described.row.__struct_fields__) | key))
    texts = {field.name for field in dataclasses.fields(Customer)} - {"source_id", "modified_at", "status"}
    of_the_key = {name for name in texts if absent[name] is not None}
    assert of_the_key <= {"number"}
    assert {name for name in texts if nulls[name] is None} == NOT_SUPPLIED[conn_type]
    assert {nulls[name] for name in texts - of_the_key - NOT_SUPPLIED[conn_type]} == {""}


def test_px_transaction_maps_every_field_of_the_document_to_its_own_canonical_field() -> None:
    row = {
        "Transno": 1, "Transtype": 2, "Transexists": 3, "Projectclasstype": 4, "Project": "5", "Activity": "6",
        "Task": "7", "Employeeid": "8", "Employmenttype": 9, "Timeaccperiod": "10", "Intenddate": "2026-05-11",
        "Timecode": "12", "Role": "13", "Expensecode": "14", "Articlecode": "15", "Profitlossid": "16",
        "Hoursreported": 17.5, "Textreported": "18", "Namereported": "19", "Cost": 20.5, "Numbertoinvoice": 21.5,
        "Invoiceunit": "22", "Pricelocalcurrency": 23.5, "Projectcurrency": "24", "Exchangerate": 25.5, "Price": 26.5,
        "Priceeach": 27.5, "Pricesetmanually": 28, "Nodeb": 29, "Internalprice": 30.5, "Costcenterproject": "31",
        "Companycodeproject": "32", "Object2project": "33", "Object6project": "34", "Object7project": "35",
        "Object8project": "36", "Costcenteremployee": "37", "Companycodeemployee": "38", "Object2employee": "39",
        "Object6employee": "40", "Object7employee": "41", "Object8employee": "42", "Invoiced": 43,
        "Postedinaccounting": 44,
    }  # fmt: skip
    assert read("visma_px", row, "project_transaction") == ProjectTransaction(
        source_id="2/1", transaction_id="1", type_code=2, exists_code=3, project_class_type=4, project="5",
        activity="6", task="7", employee_id="8", employment_type=9, accounting_period="10",
        date=dt.date(2026, 5, 11), time_code="12", role="13", expense_code="14", article="15", profit_loss_id="16",
        hours=Decimal("17.5"), text="18", reported_by="19", cost=Decimal("20.5"), invoice_quantity=Decimal("21.5"),
        unit="22", price_local=Decimal("23.5"), currency="24", exchange_rate=Decimal("25.5"), price=Decimal("26.5"),
        price_each=Decimal("27.5"), price_set_manually=28, nodeb=29, internal_price=Decimal("30.5"),
        project_cost_center="31", project_company="32", project_object_2="33", project_object_6="34",
        project_object_7="35", project_object_8="36", employee_cost_center="37", employee_company="38",
        employee_object_2="39", employee_object_6="40", employee_object_7="41", employee_object_8="42",
        invoiced_code=43, posted_code=44,
    )  # fmt: skip
