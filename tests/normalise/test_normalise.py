"""Two spellings of one value become one text, and two values stay two."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airflow_provider_erp.normalise.countries import country
from airflow_provider_erp.normalise.fields import NORMALISERS, normalise
from airflow_provider_erp.normalise.fold import compact, fold
from airflow_provider_erp.reconciliation.spec import FIELDS, KEYS


def test_every_field_and_key_has_a_normaliser() -> None:
    assert set(NORMALISERS) == set(FIELDS) | set(KEYS)


@pytest.mark.parametrize("field", sorted(NORMALISERS))
def test_not_supplied_stays_so_and_empty_stays_empty(field: str) -> None:
    assert normalise(field, None, "FI") is None
    assert [normalise(field, empty, "FI") for empty in ("", " ", "\u00a0\u200b\x00")] == ["", "", ""]


@pytest.mark.parametrize(
    ("written", "comparable"),
    [
        ("  Acme\u00a0 Oy\t\n", "acme oy"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("I\u0307STANBUL", "istanbul"),
        ("Ac\x00me\u200b\u00ad\ufeff", "acme"),
        ("ﬁrma № \uff15", "firma no 5"),
        ("A\u030angstro\u0308m", "ångström"),
        ("Kahvila ☕🇫🇮", "kahvila ☕🇫🇮"),
        ("Åbo", "åbo"),
        ("Abo", "abo"),
    ],
)
def test_text_is_folded_but_its_letters_stay(written: str, comparable: str) -> None:
    assert fold(written) == comparable


@pytest.mark.parametrize(
    ("written", "country_code", "comparable"),
    [
        ("0123456-7", "FI", "01234567"),
        ("FI01234567", "", "01234567"),
        ("fi 0123 4567", "FI", "01234567"),
        ("556012-5790", "SE", "5560125790"),
        ("SE556012579001", "SE", "5560125790"),
        ("SE 556012-5790 01", "", "5560125790"),
        ("556012579001", "SE", "5560125790"),
        ("16556012-5790", "SE", "5560125790"),
        ("165560125790", "", "5560125790"),
        ("165560125790", "DE", "165560125790"),
        ("NO 995 525 828 MVA", "NO", "995525828"),
        ("995525828MVA", "", "995525828"),
        ("995.525.828", "NO", "995525828"),
        ("DK12345678", "DK", "12345678"),
        ("HRB 123456", "DE", "HRB123456"),
        ("DE123456789", "DE", "DE123456789"),
        ("00012", "FI", "00012"),
    ],
)
def test_organisation_number_is_what_the_register_says(written: str, country_code: str, comparable: str) -> None:
    assert normalise("org_number", written, country_code) == comparable


@pytest.mark.parametrize(
    ("written", "country_code", "comparable"),
    [
        ("0123456-7", "FI", "FI01234567"),
        ("FI 0123456-7", "", "FI01234567"),
        ("0123456-7", "", "01234567"),
        ("556012-5790", "SE", "SE556012579001"),
        ("SE5560125790", "", "SE556012579001"),
        ("995525828", "NO", "NO995525828MVA"),
        ("NO995525828MVA", "", "NO995525828MVA"),
        ("12 34 56 78", "DK", "DK12345678"),
        ("123456789", "DE", "DE123456789"),
        ("de 123.456.789", "", "DE123456789"),
        ("PL1234567890", "DE", "PL1234567890"),
        ("123456789", "GR", "EL123456789"),
        ("U12345678", "AT", "ATU12345678"),
        ("12-3456789", "US", "123456789"),
        ("n/a", "SE", "NA"),
    ],
)
def test_vat_number_bears_its_country(written: str, country_code: str, comparable: str) -> None:
    assert normalise("vat_number", written, country_code) == comparable


@pytest.mark.parametrize(
    ("written", "country_code", "comparable"),
    [
        ("040-5441831 / Matti", "FI", "+358405441831"),
        ("+358 (0)40 544 1831", "", "+358405441831"),
        ("00358 40 5441831", "SE", "+358405441831"),
        ("puh. 040 544 1831, 050 1234567", "FI", "+358405441831"),
        ("0405441831", "", "0405441831"),
        ("030/123456", "DE", "+4930123456"),
        ("040-5441831", "atlantis", "0405441831"),
        ("+3580405441831", "", "+358405441831"),
        ("+2100000001", "", "+2100000001"),
        ("+80012345678", "FI", "+80012345678"),
        ("1", "FI", "1"),
        ("Ask Matti", "FI", "ask matti"),
    ],
)
def test_phone_is_one_number_as_dialled_from_abroad(written: str, country_code: str, comparable: str) -> None:
    assert normalise("phone", written, country_code) == comparable


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("fi", "FI"), ("FIN", "FI"), ("FINLAND", "FI"), (" Suomi ", "FI"), ("Finnland", "FI"),
        ("Sverige", "SE"), ("RUOTSI", "SE"), ("Schweden", "SE"), ("Norja", "NO"), ("Tanska", "DK"),
        ("Österreich", "AT"), ("ITÄVALTA", "AT"), ("UK", "GB"), ("USA", "US"), ("EL", "GR"), ("JPN", "JP"),
    ],
)  # fmt: skip
def test_country_is_known_by_codes_and_names(written: str, code: str) -> None:
    assert country(written) == code


def test_unknown_country_stays_visible() -> None:
    assert country(" Atlantis\u00a0") == "atlantis"


@pytest.mark.parametrize(
    ("field", "written", "country_code", "comparable"),
    [
        ("email", " A.B@Example.FI ", "", "a.b@example.fi"),
        ("invoice_email", "mailto:a@b.fi", "", "a@b.fi"),
        ("postal_code", "FI-00100", "FI", "00100"),
        ("postal_code", "111 22", "SE", "11122"),
        ("postal_code", "SW1A 1AA", "GB", "SW1A1AA"),
        ("postal_code", "FI-00100", "SE", "FI00100"),
        ("currency", " eur", "", "EUR"),
        ("currency", "€", "", "EUR"),
        ("currency", "kr", "", "KR"),
        ("status", "Active", "", "active"),
        ("number", " 0042 ", "", "0042"),
    ],
)
def test_other_fields_have_one_spelling(field: str, written: str, country_code: str, comparable: str) -> None:
    assert normalise(field, written, country_code) == comparable


SOME_COUNTRY = st.sampled_from(["", "FI", "SE", "NO", "DK", "DE", "GR", "GB", "atlantis"])
LIKE_A_VALUE = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="0123456789 -+./()x\u0131İßMVASEFINODK", max_size=20),
    st.from_regex(r"(FI|SE|NO|DK|16)?[0-9]{8,12}(01|MVA)?", fullmatch=True),
)


@pytest.mark.parametrize("field", sorted(NORMALISERS))
@given(value=LIKE_A_VALUE, country_code=SOME_COUNTRY)
def test_normalising_twice_changes_nothing_more(field: str, value: str, country_code: str) -> None:
    once = normalise(field, value, country_code)
    assert normalise(field, once, country_code) == once


@given(st.text())
@example("ŉ ǰ ΐ")
@example("i\u0307\u0307")
def test_folded_and_compact_text_are_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert compact(compact(text)) == compact(text)
