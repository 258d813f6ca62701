"""Canonical fields in the words of the systems that take them, and read back as what was written."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from airflow_provider_erp.vendors.lemonsoft.records import customer_reader as read_lemonsoft
from airflow_provider_erp.vendors.lemonsoft.words import customer_words as lemonsoft
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.visma_net.records import customer_reader as read_visma_net
from airflow_provider_erp.vendors.visma_net.words import customer_words as visma_net

SETTINGS = Settings(conn_type="x", conn_id="x", base_url="https://x", login=None, password=None, extra={})
WHOLE: dict[str, str | None] = {
    "number": "10000",
    "name": "Meri Rakennus Oy",
    "org_number": "2077474-0",
    "email": "info@meri.fi",
    "phone": "040 123",
    "street": "Rantatie 5, B 7",
    "postal_code": "00100",
    "city": "Helsinki",
    "country": "FI",
    "currency": "EUR",
    "payment_terms": "14",
}


def read_back(reader: Any, row: dict[str, Any]) -> dict[str, Any]:
    return dataclasses.asdict(reader(SETTINGS)(msgspec.Raw(msgspec.json.encode(row))))


@pytest.mark.parametrize("status", ["active", "blocked", "closed", "one_time"])
def test_what_is_written_to_visma_net_reads_as_the_same(status: str) -> None:
    wanted = WHOLE | {"vat_number": "FI20774740", "invoice_email": "laskut@meri.fi", "status": status}
    written = visma_net(wanted)
    address, terms = written.pop("mainAddress"), written.pop("creditTermsId")
    shown = {"internalId": 1, "mainAddress": address | {"country": {"id": address.pop("countryId")}}}
    read = read_back(read_visma_net, written | shown | {"creditTerms": {"id": terms}})
    assert {name: read[name] for name in wanted} == wanted


@pytest.mark.parametrize("status", ["active", "blocked", "closed"])
def test_what_is_written_to_lemonsoft_reads_as_the_same(status: str) -> None:
    wanted = WHOLE | {"status": status}
    read = read_back(read_lemonsoft, lemonsoft(wanted) | {"id": 1})
    assert {name: read[name] for name in wanted} == wanted


def test_empty_values_clear() -> None:
    assert visma_net({"email": None, "street": None, "country": None}) == {
        "mainContact": {"email": None},
        "mainAddress": {"addressLine1": None, "addressLine2": None, "addressLine3": None, "countryId": None},
    }
    assert lemonsoft({"email": "", "language": ""}) == {"email": "", "language_code": ""}


def test_country_and_language_are_written_by_their_codes() -> None:
    assert visma_net({"country": "FINLAND"}) == {"mainAddress": {"countryId": "FI"}}
    assert lemonsoft({"country": "FINLAND", "language": "sv"}) == {"country": "FINLAND", "language_code": "SWE"}


def test_one_field_of_lemonsoft_takes_both_numbers() -> None:
    assert lemonsoft({"vat_number": "FI20774740", "org_number": "2077474-0"}) == {"vat": "FI20774740"}
    assert lemonsoft({"org_number": "2077474-0", "vat_number": ""}) == {"vat": "2077474-0"}


@pytest.mark.parametrize(
    ("write", "field", "value", "message"),
    [
        (visma_net, "language", "fi", r"Visma.net has no field for 'language'; it takes number, name"),
        (lemonsoft, "invoice_email", "a@b.fi", r"Lemonsoft has no field for 'invoice_email'"),
        (visma_net, "country", "Nowhere", r"cannot take this 'country': expected a country's name or its code"),
        (visma_net, "status", "odd", r"cannot take this 'status': expected one of active, blocked, closed, one_time"),
        (lemonsoft, "number", "A-7", r"cannot take this 'number': expected at most 18 digits"),
        (lemonsoft, "language", "de", r"cannot take this 'language': expected one of fi, sv, en"),
    ],
)
def test_what_a_system_cannot_take_is_refused_without_its_value(
    write: Any, field: str, value: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        write({field: value})
    assert repr(value) not in str(refused.value)
