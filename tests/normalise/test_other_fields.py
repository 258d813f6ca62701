"""Streets, languages, currencies and e-mail domains, in the ways that people and systems write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_erp.normalise.currencies import currency
from airflow_provider_erp.normalise.emails import email_domain
from airflow_provider_erp.normalise.fields import BY_NAME
from airflow_provider_erp.normalise.languages import language
from airflow_provider_erp.normalise.streets import street


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Möllertie 79", "Möllert. 79"),
        ("Mannerheimintie 5 A 12", "MANNERHEIMINT. 5A 12"),
        ("Kotikatu 5 A 3", "Kotikatu 5 A3"),
        ("Kotikatu 5 A 3", "Kotikatu 5A3"),
        ("Kauppakatu 3", "Kauppak. 3"),
        ("Kauppakatu 3", "Kauppak.3"),
        ("Pihakuja 1", "Pihakj. 1"),
        ("Metsäpolku", "Metsäp."),
        ("Storgatan 12", "Storg. 12"),
        ("Storgatan 12 B", "storgatan 12b"),
        ("Björkvägen 3", "Björkv. 3"),
        ("St. Eriksgatan 5", "St. Eriksg. 5"),
        ("Storgata 2", "Storgt. 2"),
        ("Karl Johans gate 2", "Karl Johans gt. 2"),
        ("Fjordveien 8", "Fjordvn. 8"),
        ("Fjordveien 8", "Fjordvei 8"),
        ("Nørregade 4", "Nørreg. 4"),
        ("Strandvejen 10", "Strandvej 10"),
        ("Rådhuspladsen 1", "Rådhusplads 1"),
        ("Hauptstraße 37", "Hauptstr. 37"),
        ("Hauptstrasse 37", "HAUPTSTR 37"),
        ("Hauptstraße 37", "Hauptstr.37"),
        ("Lange Straße 9", "Lange Str. 9"),
        ("Hafenstr. 5, Hinterhaus", "Hafenstraße 5 Hinterhaus"),
    ],
)
def test_street_is_the_same_short_and_long(one: str, other: str) -> None:
    assert street(one) == street(other)


@pytest.mark.parametrize(
    ("written", "comparable"),
    [
        ("Möllert. 79", "möllertie 79"),
        ("PL. 45", "pl. 45"),
        ("Box 12", "box 12"),
        ("Birkenweg 5", "birkenweg 5"),
        ("Havn 5", "havn 5"),
        ("c/o Ek, Storg. 5", "c/o ek storgatan 5"),
        ("Satamakatu 2. krs", "satamakatu 2. krs"),
        ("Straße des 17. Juni 135", "strasse des 17. juni 135"),
    ],
)
def test_street_keeps_what_is_no_abbreviation(written: str, comparable: str) -> None:
    assert street(written) == comparable


def test_country_tells_what_a_short_street_is() -> None:
    assert [street("Bergt. 5", country) for country in ("FI", "NO")] == ["bergtie 5", "bergatan 5"]
    assert [street("Ekg. 5", country) for country in ("FI", "SE")] == ["ekgatan 5", "ekgatan 5"]


STREET = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[A-ZÅa-zö. ,0-9]{0,6}(gata|g|str|T|vn|gt|\u00df| a)?[.,]? {0,2}[0-9]{0,2}", fullmatch=True),
)


@settings(max_examples=1_000)
@given(name=STREET, house=st.from_regex(r"[0-9]{1,4}", fullmatch=True), country=st.sampled_from(["", "FI", "NO"]))
@example(name="Storg.", house="11", country="NO")
@example(name="Storgt.5 a", house="1", country="NO")
def test_house_in_a_remembered_street_is_read_as_in_a_new_one(name: str, house: str, country: str) -> None:
    never_remembered = f"{name} {house}\t"
    assert street(f"{name} {house}", country) == street(never_remembered, country)


def test_streets_that_differ_stay_so() -> None:
    streets = ("Rantatie 5", "Rantakatu 5", "Rantatie 6", "Rantatie 5 b", "Rantakuja 5", "Rantapolku 5", "Ranta 5")
    assert len({street(each) for each in streets}) == len(streets)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("FIN", "fi"), ("fi-FI", "fi"), ("fi_FI", "fi"), ("suomi", "fi"), ("Finska", "fi"), ("SWE", "sv"), ("SE", "sv"),
        ("sv_SE", "sv"), ("svenska", "sv"), ("ruotsi", "sv"), ("ENG", "en"), ("en-GB", "en"), ("GER", "de"),
        ("Deutsch", "de"), ("saksa", "de"), ("no", "nb"), ("nb-NO", "nb"), ("Norsk", "nb"), ("nn", "nn"), ("DK", "da"),
        ("Klingon", "klingon"), ("x-klingon", "x-klingon"), ("", ""),
    ],
)  # fmt: skip
def test_language_is_two_letters(written: str, code: str) -> None:
    assert language(written) == code


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("kr", "SE", "SEK"), ("kr.", "DK", "DKK"), ("Kroner", "NO", "NOK"), ("kronor", "SE", "SEK"), ("kr", "FI", "KR"),
        ("kr", "", "KR"), ("€", "SE", "EUR"), ("Euroa", "FI", "EUR"), ("eur", "", "EUR"), ("£", "", "GBP"),
        ("Svenska kronor", "FI", "SEK"), ("USD", "SE", "USD"), ("$", "", "USD"), ("", "SE", ""),
    ],
)  # fmt: skip
def test_currency_is_a_code_and_the_country_tells_whose_crowns_are_meant(written: str, country: str, code: str) -> None:
    assert currency(written, country) == code


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("info@Acme.FI", "acme.fi"),
        ("Matti Meikäläinen <matti@acme.fi>", "acme.fi"),
        ("mailto:info@acme.fi", "acme.fi"),
        ("a@acme.fi; b@other.fi", "acme.fi"),
        ("info@mail.acme.fi.", "mail.acme.fi"),
        ("info@live.acme.com", "live.acme.com"),
        ("matti@gmail.com", ""),
        ("matti@hotmail.fi", ""),
        ("matti@yahoo.co.uk", ""),
        ("matti@t-online.de", ""),
        ("matti@luukku.com", ""),
        ("x7299@netvisor.fi", ""),
        ("acme.fi", "acme.fi"),
        ("matti@localhost", ""),
        ("ask Matti", ""),
        ("", ""),
    ],
)
def test_domain_is_a_companys_own_or_none(written: str, domain: str) -> None:
    assert email_domain(written) == domain


PIECES = [
    *("gata", "väg", "str", "g", "v", "vn", "gt", "t", "k", "allé", ".", ",", " ", "5", "a", "abc"),
    *("kr", "€", "SpA", "oy", "& co", "kg", "mailto:", "@", "<", ">", "acme.fi", "gmail.com"),
    *("-", "_", "fi", "SE", "+358", "(0)", "0", "00", "İ", "ß"),
]


@pytest.mark.parametrize("name", sorted(BY_NAME))
@given(
    value=st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)),
    country=st.sampled_from(["", "FI", "SE", "NO", "DK", "DE", "BE", "atlantis"]),
)
def test_every_normaliser_is_stable_on_any_text(name: str, value: str, country: str) -> None:
    once = BY_NAME[name](value, country)
    assert BY_NAME[name](once, country) == once
