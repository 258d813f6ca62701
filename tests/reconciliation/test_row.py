"""What of a customer's row may match it to another."""

from __future__ import annotations

import pytest
from sides_on_disk import a_customer

from airflow_provider_erp.reconciliation.row import columns_read, columns_written, normalised
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec


def key_of(key: str, written: str | None, country: str | None = None) -> str | None:
    return normalised(CUSTOMERS, a_customer("a", country=country, **{key: written}))[f"key_{key}"]


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


@pytest.mark.parametrize("number", [None, "", " ", "0", "0000", "-", "0-0", "\u200b"])
def test_number_that_says_nothing_is_no_key(number: str | None) -> None:
    assert key_of("number", number) is None


@pytest.mark.parametrize(("number", "key"), [("1", "1"), ("0010", "0010"), (" C-1", "c-1"), ("1111", "1111")])
def test_any_other_number_is_a_key_with_its_leading_zeros(number: str, key: str) -> None:
    assert key_of("number", number) == key


def test_organisation_number_counts_within_its_country() -> None:
    assert key_of("org_number", "0123456-7", "Suomi") == "FI|01234567"
    assert key_of("org_number", "0123456-7") == "|01234567"


def test_row_has_the_columns_that_the_spec_asks_for_and_those_that_group() -> None:
    spec = ReconciliationSpec(name="x", keys=("email",), fields=("city",))
    assert columns_read(spec) == ("source_id", "number", "name", "country", "org_number", "vat_number", "email", "city")
    assert tuple(normalised(spec, a_customer("a"))) == columns_written(spec)
