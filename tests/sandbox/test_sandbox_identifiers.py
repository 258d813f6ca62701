"""Invented identifiers carry valid check digits."""

from __future__ import annotations

from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.sandbox.world.calendar import plant
from airflow_provider_erp.sandbox.world.identifiers import (
    Identifiers,
    finnish_check_digit,
    german_check_digit,
    norwegian_check_digit,
    swedish_check_digit,
    vat_from_organisation,
)
from airflow_provider_erp.sandbox.world.phones import national, spaced, with_zeros


def test_check_digits_are_those_of_numbers_in_the_public_registers() -> None:
    assert finnish_check_digit("0112038") == 9
    assert swedish_check_digit("556012579") == 0
    assert norwegian_check_digit("92360901") == 6
    assert german_check_digit("13669597") == 6


def test_stems_that_no_check_digit_fits_are_refused() -> None:
    assert any(finnish_check_digit(f"{stem:07d}") is None for stem in range(30))
    assert any(norwegian_check_digit(str(stem)) is None for stem in range(81_000_000, 81_000_030))


@pytest.mark.parametrize(
    ("country", "org_number", "vat_number"),
    [
        ("FI", "0112038-9", "FI01120389"),
        ("SE", "556012-5790", "SE556012579001"),
        ("NO", "923609016", "NO923609016MVA"),
        ("DE", "HRB 123456", ""),
        ("FI", "", ""),
    ],
)
def test_vat_number_derives_from_the_organisation_number(country: str, org_number: str, vat_number: str) -> None:
    assert vat_from_organisation(country, org_number) == vat_number


def test_population_has_valid_numbers_in_its_own_form_but_for_typing_errors() -> None:
    for entry in plant(7, 400).entries["visma_net"]:
        digits = "".join(filter(str.isdigit, entry.customer.org_number))
        checks = {"FI": finnish_check_digit, "SE": swedish_check_digit, "NO": norwegian_check_digit}
        if digits and entry.customer.country in checks:
            is_valid = checks[entry.customer.country](digits[:-1]) == int(digits[-1])
            assert is_valid is not entry.customer.mistyped
        elif entry.customer.vat_number:
            assert german_check_digit(entry.customer.vat_number[2:-1]) == int(entry.customer.vat_number[-1])


@given(seed=st.integers(), country=st.sampled_from(["FI", "SE", "NO", "DE"]))
def test_phones_are_possible_numbers_and_every_form_is_the_same_number(seed: int, country: str) -> None:
    phone = Identifiers(Random(seed)).phone(country)
    assert phonenumbers.is_valid_number(phonenumbers.parse(phone))
    for form in (spaced(phone), national(phone, country), with_zeros(phone)):
        read = phonenumbers.parse(form, country)
        assert phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164) == phone


def test_phone_of_another_country_is_never_written_in_national_form() -> None:
    assert national("+358401234567", "FI") == "040-1234567"
    assert national("+358401234567", "SE") == "+358 40 123 4567"


@pytest.mark.parametrize("write", [spaced, with_zeros, lambda phone: national(phone, "FI")])
def test_empty_phone_stays_empty(write: object) -> None:
    assert callable(write)
    assert write("") == ""


def test_nothing_is_drawn_twice() -> None:
    identifiers = Identifiers(Random(7))
    drawn = [identifiers.organisation("DE") for _ in range(3000)]
    assert len(set(drawn)) == len(drawn)
