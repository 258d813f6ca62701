"""What of a customer's row is compared, and what of it may match it to another."""

from __future__ import annotations

from typing import Any

import pytest
from sides_on_disk import a_customer

from airflow_provider_erp.reconciliation import CUSTOMERS, ReconciliationSpec
from airflow_provider_erp.reconciliation.customers.row import RowReader, columns_made, columns_read
from airflow_provider_erp.reconciliation.rules import Field

NOTHING = ["n/a", "N/A", "#N/A", "none", "NULL", "ei ole", "Puuttuu", "saknas", "ukjent", "ukendt", "k. A."]


def normalised(spec: ReconciliationSpec, **values: str | None) -> dict[str, Any]:
    customer = a_customer("a", **values)
    (row,) = RowReader(spec).read([[*(customer[name] for name in columns_read(spec)), None]])
    return dict(zip(columns_made(spec), row, strict=True))


def read_row(*rules: Field | str, **values: str | None) -> dict[str, Any]:
    return normalised(ReconciliationSpec(name="x", keys=("number",), fields=rules or ("city",)), **values)


def key_of(key: str, written: str | None, country: str | None = None) -> str | int | None:
    key_text: str | int | None = normalised(CUSTOMERS, country=country, **{key: written})[f"key_{key}"]
    return key_text


@pytest.mark.parametrize("country", [None, "FI", "SE", "NO", "DE", "Greece"])
@pytest.mark.parametrize("key", ["org_number", "vat_number"])
@pytest.mark.parametrize(
    "written", [None, "", "-", "n/a", "none", "0", "000000000", "0000000-0", "000000-0000", "99999999", "FI00000000"]
)
def test_placeholder_is_no_identifier_in_any_country(written: str | None, key: str, country: str | None) -> None:
    assert key_of(key, written, country) is None


@pytest.mark.parametrize("written", ["SE000000000001", "16000000-0000", "SE 000000-0000 01"])
def test_placeholder_shows_through_the_marks_of_a_swedish_number(written: str) -> None:
    assert key_of("org_number", written, "SE") is key_of("vat_number", written, "SE") is None


@pytest.mark.parametrize("written", ["0000000-1", "10", "HRB 12", "ATU00000010"])
def test_identifier_with_two_different_digits_is_one(written: str) -> None:
    assert key_of("org_number", written)
    assert key_of("vat_number", written)


@pytest.mark.parametrize("number", [None, "", " ", "0", "0000", "-", "0-0", "\u200b", *NOTHING])
def test_number_that_says_nothing_is_no_key(number: str | None) -> None:
    assert key_of("number", number) is None


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("1", "1"),
        ("0010", "0010"),
        (" C-1", "c-1"),
        ("1111", "1111"),
        ("NA-0", "na-0"),
        ("none10", "none10"),
        ("Nullarbor", "nullarbor"),
    ],
)
def test_any_other_number_is_a_key_with_its_leading_zeros(number: str, key: str) -> None:
    assert key_of("number", number) == key


def test_organisation_number_counts_within_its_country() -> None:
    assert key_of("org_number", "0123456-7", "Suomi") == "FI|01234567"
    assert key_of("org_number", "0123456-7") == "|01234567"


@pytest.mark.parametrize(
    ("written", "country", "key"),
    [
        ("FI20125660", None, "FI|20125660"),
        ("2012566-0", "FI", "FI|20125660"),
        ("2012566-0", "AX", "FI|20125660"),
        ("FI20125660", "SE", "FI|20125660"),
        ("NO995525828MVA", "", "NO|995525828"),
        ("995525828", "NO", "NO|995525828"),
        ("HRB 123456", "DE", "DE|HRB123456"),
        ("HRB 123456", "AT", "AT|HRB123456"),
    ],
)
def test_organisation_number_counts_within_the_register_that_it_names(
    written: str, country: str | None, key: str
) -> None:
    assert key_of("org_number", written, country) == key


@pytest.mark.parametrize("written", [None, "", "-", "n/a", "ei ole", "example.fi"])
def test_text_without_an_at_sign_is_no_key_for_an_address(written: str | None) -> None:
    assert key_of("email", written) is None


def test_address_is_a_key_in_its_one_spelling() -> None:
    assert key_of("email", " A.B@Example.FI ") == "a.b@example.fi"


def test_row_has_the_columns_that_the_spec_asks_for_and_those_that_group() -> None:
    spec = ReconciliationSpec(name="x", keys=("email",), fields=("city",))
    needed = ("source_id", "number", "name", "country", "modified_at", "org_number", "vat_number", "email", "city")
    assert columns_read(spec) == needed
    assert normalised(spec).keys() == columns_made(spec).keys()


def test_what_is_written_is_kept_only_where_it_is_another_text() -> None:
    row = read_row("city", "email", city="Oslo", email="a@b.fi")
    assert (row["compared_city"], row["written_city"]) == ("oslo", "Oslo")
    assert (row["compared_email"], row["written_email"]) == ("a@b.fi", None)


@pytest.mark.parametrize(
    ("absent", "written", "compared"),
    [
        ("skip_absent", None, None),
        ("skip_absent", "", ""),
        ("skip_empty", None, None),
        ("skip_empty", "", None),
        ("skip_empty", " ", None),
        ("compare", None, ""),
        ("compare", "", ""),
    ],
)
def test_value_that_is_not_there_is_worth_what_the_field_says(
    absent: Any, written: str | None, compared: str | None
) -> None:
    assert read_row(Field(name="city", absent=absent), city=written)["compared_city"] == compared


def test_values_that_count_as_the_same_are_one_text_however_they_are_written() -> None:
    rule = Field(name="city", equals=(("Turku", "Åbo"), ("Vaasa", "Vasa")))
    read = [read_row(rule, city=city)["compared_city"] for city in ("ÅBO", "turku ", "Vasa", "Oslo", "")]
    assert read == ["turku", "turku", "vaasa", "oslo", ""]


def test_equals_are_read_by_the_customers_country() -> None:
    rule = Field(name="phone", equals=(("040 5441831", "040 1234567"),))
    row = read_row(rule, phone="+358401234567", country="FI")
    assert row["compared_phone"] == "+358405441831"


def test_spec_names_another_normaliser() -> None:
    rule = Field(name="name", normaliser="name_core")
    names = ("Salo Oy", "SALO Osakeyhtiö", "Oy Salo")
    assert {read_row(rule, name=name)["compared_name"] for name in names} == {"salo"}


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (None, None),
        ("", None),
        ("2026-11-20T06:00:00", None),
        ("1970-01-02T00:00:00Z", 86_400),
        ("1970-01-02T02:00:00.9+02:00", 86_400),
    ],
)
def test_moment_counts_only_with_its_zone(moment: str | None, seconds: int | None) -> None:
    assert read_row(modified_at=moment)["modified"] == seconds


def test_identifier_that_cannot_be_one_is_kept_as_it_is_written() -> None:
    row = read_row(org_number="0123456-1", vat_number="FI01234561", country="Suomi")
    assert (row["invalid_org_number"], row["invalid_vat_number"]) == ("0123456-1", "FI01234561")
    assert row["key_org_number"] == "FI|01234561"


@pytest.mark.parametrize("written", ["2077474-0", "0", "", None])
def test_identifier_that_can_be_one_and_placeholders_are_not_invalid(written: str | None) -> None:
    assert read_row(org_number=written, country="FI")["invalid_org_number"] is None


def test_identifiers_are_not_judged_where_the_spec_says_so() -> None:
    spec = ReconciliationSpec(name="x", keys=("number",), fields=("city",), check_identifiers=False)
    assert normalised(spec, org_number="0123456-1", country="FI")["invalid_org_number"] is None
