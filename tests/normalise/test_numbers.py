"""A customer's organisation and VAT number are read together exactly as each is alone."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_erp.normalise.identifiers import is_placeholder, org_number, registered, vat_number
from airflow_provider_erp.normalise.numbers import Number, read_numbers
from airflow_provider_erp.normalise.validity import validity

COUNTRY = st.sampled_from(["", "atlantis", "AX", "BE", "BG", "DE", "DK", "EE", "FI", "GR", "IT", "NO", "PL", "SE"])
WRITTEN = st.one_of(
    st.sampled_from([None, "", "-", "n/a", "2077474-0", "5560125790", "000000-0000"]),
    st.from_regex(r"(FI|SE|NO|DK|BE|DE|EL)?[0-9]{7,10}(01|MVA)?", fullmatch=True),
    st.text(max_size=8),
)


def alone(field: str, value: str | None, country: str) -> Number:
    if not value:
        return value, None, None
    org = org_number(value, country)
    text, key = org, f"{registered(value, country)[0] or country}|{org}"
    if field == "vat_number":
        text = key = vat_number(value, country)
    wrong = value if validity(field, value, country) == "invalid" else None
    return text, None if is_placeholder(value, country) else key, wrong


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
