"""The common shapes of phone numbers are read without the library exactly as the library reads them."""

from __future__ import annotations

import itertools
import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.normalise.phones import phone

COUNTRIES = ("FI", "SE", "NO", "DK", "DE")
CODES = ("358", "46", "47", "45", "49")
CODE = {"DK": "+45", "NO": "+47"}


HABIT = re.compile(r"(\+4[57])0([2-9][0-9]{7,8})|0([2-9][0-9]{7,8})")


def as_the_library_reads_it(dialled: str, country: str) -> str:
    """But for the zero that people put in front of Danish and Norwegian numbers."""
    habit = HABIT.fullmatch(dialled)
    if habit and (habit[1] or country in ("DK", "NO")):
        return f"{habit[1] or CODE[country]}{habit[2] or habit[3]}"
    try:
        number = phonenumbers.parse(dialled, country)
    except phonenumbers.NumberParseException:
        return dialled
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@settings(max_examples=500)
@given(dialled=st.from_regex(r"0?[1-9][0-9]{4,11}", fullmatch=True), country=st.sampled_from(COUNTRIES))
def test_number_dialled_at_home_is_what_the_library_reads(dialled: str, country: str) -> None:
    assert phone(dialled, country) == phone(as_the_library_reads_it(dialled, country), country)


@settings(max_examples=500)
@given(
    code=st.sampled_from(CODES),
    national=st.from_regex(r"0?[1-9][0-9]{4,11}", fullmatch=True),
    country=st.sampled_from(COUNTRIES),
)
def test_number_dialled_from_abroad_is_what_the_library_reads(code: str, national: str, country: str) -> None:
    dialled = f"+{code}{national}"
    assert phone(dialled, country) == phone(as_the_library_reads_it(f"+{code}{national}", country), country)


@settings(max_examples=500)
@given(
    dialled=st.from_regex(r"\+(358|46|49)[1-9][0-9]{5,9}|\+4[57][2-9][0-9]{7}", fullmatch=True),
    marks=st.lists(st.sampled_from(["", " ", "-", " - ", ".", "/", ")", " ("]), min_size=14, max_size=14),
    country=st.sampled_from(COUNTRIES),
)
def test_blanks_and_marks_do_not_change_a_common_number(dialled: str, marks: list[str], country: str) -> None:
    written = "".join(digit + mark for digit, mark in zip(dialled, marks, strict=False))
    assert phone(written, country) == dialled


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("first_digits", ["{}{}{}", "+{}{}{}", "+{}{}0{}"])
def test_no_first_digits_and_no_length_are_read_otherwise_than_by_the_library(country: str, first_digits: str) -> None:
    for first, second, third in itertools.product("0123456789", repeat=3):
        for length in range(3, 11):
            dialled = first_digits.format(first, second, third) + "5" * length
            if not dialled.startswith("00"):  # dialled from abroad: the library is given a "+"
                expected = as_the_library_reads_it(dialled, country)
                assert phone(dialled, country) in {expected, as_the_library_reads_it(expected, country)}


@pytest.mark.parametrize(
    ("written", "country", "comparable"),
    [
        ("040-1234567 / 050-7654321", "FI", "+358401234567"),
        ("040 1234567 050 7654321", "FI", "+358401234567"),
        ("+358 40 1234567 +358 50 7654321", "", "+358401234567"),
        ("1. 040 1234567, 2. 050 7654321", "FI", "+358401234567"),
        ("08-123 45 67/070-123 45 67", "SE", "+4681234567"),
        ("+46 8 123 45 67 (0900-1700)", "", "+4681234567"),
        ("22123456/22123457", "NO", "+4722123456"),
        ("33 12 34 56 / 33 12 34 57", "DK", "+4533123456"),
        ("09 123456 (24h)", "FI", "+3589123456"),
        ("09 123456 24h", "FI", "+3589123456"),
        ("040 1234567 24/7", "FI", "+358401234567"),
        ("040-1234567 2. krs", "FI", "+358401234567"),
        ("tel 1: 040-1234567", "FI", "+358401234567"),
        ("2. krs, 040-1234567", "FI", "+358401234567"),
    ],
)
def test_what_follows_the_first_number_is_cut(written: str, country: str, comparable: str) -> None:
    assert phone(written, country) == comparable


@pytest.mark.parametrize(
    ("written", "country", "comparable"),
    [
        ("040/1234567", "FI", "+358401234567"),
        ("040 / 1234567", "FI", "+358401234567"),
        ("(0)40 1234567", "FI", "+358401234567"),
        ("+358 (0)40 1234567", "SE", "+358401234567"),
        ("+46 (8) 123 456 78 Anna", "", "+46812345678"),
        ("00358 040 1234567", "SE", "+358401234567"),
        ("05141 / 1234567 Herr X", "DE", "+4951411234567"),
        ("+49 33203 / 12345", "EE", "+493320312345"),
        ("08-123 456 78. Anna", "SE", "+46812345678"),
        ("+1 (650) 253-0000 ext 4", "FI", "+16502530000"),
    ],
)
def test_area_code_before_a_slash_a_bracket_or_a_zero_is_of_the_number(
    written: str, country: str, comparable: str
) -> None:
    assert phone(written, country) == comparable


@pytest.mark.parametrize(
    ("written", "country", "comparable"),
    [
        ("(09) 123 4567", "FI", "+35891234567"),
        ("(+46) 8-123 456 78", "", "+46812345678"),
        ("08-123 456 78 vx", "SE", "+46812345678"),
        ("22 12 34 56", "NO", "+4722123456"),
        ("+47 (0)22 12 34 56", "FI", "+4722123456"),
        ("022-12 34 56", "NO", "+4722123456"),
        ("+49 (0) 30 / 123 45 67", "", "+49301234567"),
        ("0045 33 12 34 56", "FI", "+4533123456"),
        ("+1 650-253-0000", "FI", "+16502530000"),
    ],
)
def test_phone_is_read_whatever_stands_between_its_digits(written: str, country: str, comparable: str) -> None:
    assert phone(written, country) == comparable
