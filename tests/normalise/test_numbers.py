"""A customer's organisation and VAT number are read together exactly as each is alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.dk import cvr
from stdnum.fi import ytunnus
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr

from airflow_provider_erp.normalise.identifiers import is_placeholder, org_number, registered, vat_number
from airflow_provider_erp.normalise.numbers import Number, read_numbers
from airflow_provider_erp.normalise.validity import validity

COUNTRY = st.sampled_from(["", "atlantis", "AX", "BE", "BG", "DE", "DK", "EE", "FI", "GR", "IT", "NO", "PL", "SE"])
REGISTERS = {"FI": ytunnus.is_valid, "SE": se_orgnr.is_valid, "NO": no_orgnr.is_valid, "DK": cvr.is_valid}
LENGTH = {"FI": 8, "SE": 10, "NO": 9, "DK": 8}
WRITTEN = st.one_of(
    st.sampled_from([None, "", "-", "n/a", "2077474-0", "5560125790", "000000-0000"]),
    st.from_regex(r"(FI|SE|NO|DK|BE|DE|EL)?[0-9]{7,10}(01|MVA)?", fullmatch=True),
    st.text(max_size=8),
)


def the_only_register(number: str) -> str:
    if not re.fullmatch("[0-9]{8,10}", number):
        return ""
    valid = [nation for nation, checker in REGISTERS.items() if len(number) == LENGTH[nation] and checker(number)]
    return valid[0] if len(valid) == 1 else ""


def alone(field: str, value: str | None, country: str) -> Number:
    if not value:
        return value, None, None
    org = org_number(value, country)
    text, key = org, f"{registered(value, country)[0] or country or the_only_register(org)}|{org}"
    if field == "vat_number":
        text = key = vat_number(value, country)
    wrong = value if validity(field, value, country) == "invalid" else None
    return text, None if is_placeholder(value, country) else key, wrong


@pytest.mark.parametrize(
    ("number", "country"),
    [("0737546-2", "FI"), ("07375462", "FI"), ("556012-5790", "SE"), ("974760673", "NO"), ("25052943", "DK")],
)
def test_number_without_a_country_matches_in_the_only_register_in_which_it_is_right(number: str, country: str) -> None:
    assert read_numbers(number, None, "")[0][1] == read_numbers(number, None, country)[0][1]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert read_numbers(wrong, None, "")[0][1] != read_numbers(wrong, None, country)[0][1]


@settings(max_examples=500)
@given(org=WRITTEN, vat=WRITTEN, country=COUNTRY)
@example(org="2077474-0", vat="FI20774741", country="FI")
@example(org="DE136695976", vat="DE136695976", country="DE")
def test_two_numbers_are_read_as_each_is_alone(org: str | None, vat: str | None, country: str) -> None:
    expected = alone("org_number", org, country), alone("vat_number", vat, country)
    assert read_numbers(org, vat, country) == expected


@settings(max_examples=500)
@given(org=WRITTEN.filter(bool), country=COUNTRY)
@example(org="16000000-0001", country="SE")
@example(org="FI1234567", country="AX")
def test_vat_number_made_of_the_organisation_number_is_read_as_if_it_stood_alone(org: str, country: str) -> None:
    vat = vat_number(org, country)
    assert read_numbers(org, vat, country)[1] == alone("vat_number", vat, country)
