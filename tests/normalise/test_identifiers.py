"""Organisation and VAT numbers: one spelling for the ways they are written, and which of them can be right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import get_cc_module

from airflow_provider_erp.normalise.identifiers import is_placeholder, org_number, registered, vat_number
from airflow_provider_erp.normalise.validity import validity


@pytest.mark.parametrize(
    ("written", "country", "register", "vat"),
    [
        ("201256-6", "FI", "02012566", "FI02012566"),
        ("FI2012566", "", "02012566", "FI02012566"),
        ("Y-tunnus: 0201256-6", "FI", "02012566", "FI02012566"),
        ("LY 0201256-6", "FI", "02012566", "FI02012566"),
        ("ALV-nro FI02012566", "", "02012566", "FI02012566"),
        ("Org.nr. 556012-5790", "SE", "5560125790", "SE556012579001"),
        ("SE165560125790", "", "5560125790", "SE556012579001"),
        ("SE 556012-5790 01", "FI", "5560125790", "SE556012579001"),
        ("202100-4466", "SE", "2021004466", "SE202100446601"),
        ("2021004466 01", "SE", "2021004466", "SE202100446601"),
        ("19811218-9876", "SE", "8112189876", "SE811218987601"),
        ("Org. nr. NO 995 525 828 MVA", "NO", "995525828", "NO995525828MVA"),
        ("NO.995.525.828", "NO", "995525828", "NO995525828MVA"),
        ("CVR-nr. 13 58 56 28", "DK", "13585628", "DK13585628"),
        ("USt-IdNr.: DE 136 695 976", "DE", "DE136695976", "DE136695976"),
        ("BE 0403.199.702", "", "0403199702", "BE0403199702"),
        ("0403.199.702", "BE", "0403199702", "BE0403199702"),
        ("PL 856-734-62-15", "PL", "8567346215", "PL8567346215"),
        ("CZ25123891", "", "25123891", "CZ25123891"),
        ("UID: ATU13585627", "AT", "ATU13585627", "ATU13585627"),
        ("HRB 123456 B", "DE", "HRB123456B", "HRB123456B"),
        ("2012566-0", "AX", "20125660", "FI20125660"),
        ("FI20125660", "AX", "20125660", "FI20125660"),
        ("12345", "AX", "12345", "FI12345"),
        ("428.759.497", "BE", "0428759497", "BE0428759497"),
        ("0428.759.497", "BE", "0428759497", "BE0428759497"),
        ("BE 428.759.497", "", "0428759497", "BE0428759497"),
        ("GR094259216", "GR", "EL094259216", "EL094259216"),
        ("VAT no: GR 094259216", "", "EL094259216", "EL094259216"),
        ("094259216", "GR", "094259216", "EL094259216"),
    ],
)
def test_number_has_one_spelling_as_organisation_number_and_as_vat_number(
    written: str, country: str, register: str, vat: str
) -> None:
    assert (org_number(written, country), vat_number(written, country)) == (register, vat)


VALID_ORGANISATIONS = {
    "FI": "2077474-0", "SE": "556012-5790", "NO": "988 077 917", "DK": "13585628", "DE": "136695976",
    "EE": "12345678", "LV": "40003521600", "BE": "0403019261", "HR": "33392005961", "PT": "501964843",
    "ES": "A13585625", "IT": "00743110157", "CZ": "25123891", "RO": "18547290", "FR": "552008443",
    "PL": "8567346215", "BG": "175074752",
}  # fmt: skip
"""Source: the examples of python-stdnum's documentation."""

VALID_VAT = (
    "ATU13585627", "BE0403019261", "BG175074752", "CHE-107.787.577 MWST", "CY10259033P", "CZ25123891", "DE136695976",
    "DK13585628", "EE100931558", "EL094259216", "ESB58378431", "FI20774740", "FR40303265045", "GB980780684",
    "HR33392005961", "HU12892312", "IE6433435F", "IT00743110157", "LT119511515", "LU15027442", "LV40003521600",
    "MT11679112", "NL004495445B01", "NO995525828MVA", "PL8567346215", "PT501964843", "RO18547290", "SE123456789701",
    "SI50223054", "SK2022749619",
)  # fmt: skip


@pytest.mark.parametrize("country", VALID_ORGANISATIONS)
def test_organisation_number_with_another_check_digit_is_invalid(country: str) -> None:
    number = VALID_ORGANISATIONS[country]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert [validity("org_number", each, country) for each in (number, wrong)] == ["valid", "invalid"]


@pytest.mark.parametrize("number", VALID_VAT)
def test_vat_number_is_valid_by_its_own_prefix_whatever_the_country(number: str) -> None:
    assert {validity("vat_number", number, country) for country in ("", number[:2], "US")} == {"valid"}


@pytest.mark.parametrize(
    ("field", "value", "country", "expected"),
    [
        ("org_number", "201256-6", "FI", "valid"),
        ("org_number", "SE556012579001", "FI", "valid"),
        ("org_number", "DE136695976", "DE", "valid"),
        ("org_number", "DE136695975", "DE", "invalid"),
        ("org_number", "HRB 123456", "DE", "unknown"),
        ("org_number", "12/345/67890", "DE", "unknown"),
        ("org_number", "0000123456", "PL", "unknown"),
        ("org_number", "12-3456789", "US", "unknown"),
        ("org_number", "2077474-0", "", "unknown"),
        ("org_number", "12345", "FI", "invalid"),
        ("org_number", "12345", "EE", "invalid"),
        ("org_number", "EE100931558", "EE", "valid"),
        ("org_number", "EE100931558", "FI", "valid"),
        ("org_number", "EE100931559", "FI", "invalid"),
        ("org_number", "100931558", "EE", "unknown"),
        ("org_number", "2012566-0", "AX", "valid"),
        ("org_number", "2012566-4", "AX", "invalid"),
        ("org_number", "HRB 123456", "FI", "invalid"),
        ("org_number", "", "FI", ""),
        ("org_number", "ei ole", "FI", ""),
        ("org_number", "0000000-0", "FI", ""),
        ("vat_number", "2077474-0", "FI", "valid"),
        ("vat_number", "FI20774741", "FI", "invalid"),
        ("vat_number", "FI2077474012", "FI", "invalid"),
        ("vat_number", "094259216", "GR", "valid"),
        ("vat_number", "12/345/67890", "DE", "invalid"),
        ("vat_number", "2077474-0", "", "unknown"),
        ("vat_number", "12-3456789", "US", "unknown"),
        ("vat_number", "NO000000000MVA", "NO", ""),
        ("vat_number", "-", "DE", ""),
    ],
)
def test_number_is_judged_where_it_can_be(field: str, value: str, country: str, expected: str) -> None:
    assert validity(field, value, country) == expected


@pytest.mark.parametrize(("country", "register"), [("DK", "cvr"), ("FI", "ytunnus"), ("NO", "orgnr"), ("SE", "orgnr")])
@given(number=st.from_regex(r"[0-9]{7,10}", fullmatch=True))
@example(number="01234567")
@settings(max_examples=1_000)
def test_checksum_judges_numbers_as_the_whole_checker_does(country: str, register: str, number: str) -> None:
    checker: Any = get_cc_module(country, register)
    expected = "valid" if checker.is_valid(org_number(number, country)) else "invalid"
    assert validity("org_number", number, country) in ("", expected)


def test_number_with_a_wrong_check_digit_keeps_its_canonical_text() -> None:
    assert org_number("FI2077474-1", "FI") == "20774741"


COUNTRY = st.sampled_from(["", "atlantis", "DK", *VALID_ORGANISATIONS])
NUMBERISH = st.one_of(
    st.text(max_size=16),
    st.from_regex(r"(VAT ?|ORGNR|LY|UID)*(FI|SE|NO|BE|EL|AT|CHE)?[0-9]{7,13}(01|MVA)?", fullmatch=True),
)


@pytest.mark.parametrize("field", ["org_number", "vat_number"])
@given(value=NUMBERISH, country=COUNTRY)
def test_any_text_is_judged_and_a_placeholder_is_never_valid(field: str, value: str, country: str) -> None:
    judged = validity(field, value, country)
    assert judged in {"valid", "invalid", "unknown", ""}
    assert not (is_placeholder(value, country) and judged)


@given(value=NUMBERISH, country=COUNTRY)
@example(value="SE1600000000", country="")
@example(value="RO1234567", country="FI")
@example(value="NO123456789", country="BE")
def test_numbers_are_stable_in_the_country_of_their_register(value: str, country: str) -> None:
    nation = registered(value, country)[0] or country
    for normaliser in (org_number, vat_number):
        once = normaliser(value, country)
        assert normaliser(once, nation) == once
