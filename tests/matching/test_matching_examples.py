"""What a controller would say of two rows, matching says, too."""

from __future__ import annotations

import pytest

from airflow_provider_erp.matching import Matches, Pair, deduplicate, match

Row = dict[str, object]

FIELDS = {
    "name": "name",
    "org_number": "identifier",
    "email": "email",
    "phone": "phone",
    "street": "text",
    "postal_code": "exact",
    "city": "text",
}
PEOPLE = {"given_name": "name", "surname": "name", "born": "date", "street": "text", "postal_code": "exact"}
_WORDS = (
    "Aalto",
    "Björk",
    "Caspian",
    "Dahl",
    "Ekman",
    "Forss",
    "Granit",
    "Harju",
    "Ingman",
    "Jokela",
    "Kallio",
    "Lund",
    "Mäki",
    "Norr",
    "Olsen",
    "Palm",
)
_TRADES = ("Sähkö", "Bygg", "Maskin", "Kuljetus", "Maleri", "Konsult", "Fisk", "Taxi")


def _others(side: str) -> list[Row]:
    """A table's other rows, the same in both tables: what is rare is told by many."""
    return [
        {
            "id": f"{side}-{number}",
            "name": f"{word} {trade} Oy",
            "given_name": word,
            "surname": f"{trade}nen",
            "born": f"19{number % 90 + 10}-0{number % 9 + 1}-1{number % 10}",
            "country": "FI",
            "org_number": f"{2000000 + number * 37}-{number % 10}",
            "email": f"info@{word.lower()}{number}.fi",
            "phone": f"040 {5000000 + number * 91}",
            "street": f"{word}katu {number}",
            "postal_code": f"{10000 + number * 30}",
            "city": ["Helsinki", "Turku", "Oulu"][number % 3],
        }
        for number, (word, trade) in enumerate((word, trade) for word in _WORDS for trade in _TRADES)
    ]


def _match(source: list[Row], target: list[Row], fields: dict[str, str] | None = None) -> Matches:
    source = [{"country": "FI"} | row for row in source]
    target = [{"country": "FI"} | row for row in target]
    return match([*source, *_others("s")], [*target, *_others("t")], fields or FIELDS)


def _ids(pairs: tuple[Pair, ...]) -> set[tuple[str, str]]:
    return {(pair.source_id, pair.target_id) for pair in pairs}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param(
            {"name": "Meri Rakennus Oy", "street": "Rantatie 5", "postal_code": "00100"},
            {"name": "OY MERI RAKENNUS AB", "street": "Rantatie 5", "postal_code": "FI-00100"},
            id="the legal form in front",
        ),
        pytest.param(
            {"name": "Meri Rakennus Oy", "org_number": "1234567-1", "postal_code": "00100"},
            {"name": "Meri Rakennus", "org_number": "FI12345681", "postal_code": "00100"},
            id="a typing error in the number",
        ),
        pytest.param(
            {"name": "Vesterinen Osakeyhtiö", "street": "Rantatie 5", "city": "Vaasa"},
            {"name": "Vesterinen Oy", "street": "Rantatie 5", "city": "VAASA"},
            id="an abbreviated legal form",
        ),
        pytest.param(
            {"name": "Wåxnäs Måleri AB", "email": "INFO@waxnas.se", "city": "Karlstad"},
            {"name": "Waxnas Maleri", "email": "info@waxnas.se", "city": "Karlstad"},
            id="letters without their marks",
        ),
        pytest.param(
            {"name": "Vesterinen Asennus Oy", "phone": "040 123 4567", "street": "Rantatie 5"},
            {"name": "Vesterinen Asenus Oy", "phone": "+358 40 1234567", "street": "Rantatie 5"},
            id="a misspelled name and another spelling of the phone",
        ),
        pytest.param(
            {"name": "Merirakennus Vesterinen", "street": "Rantatie 5", "city": "Vaasa"},
            {"name": "Meri Rakennus Vesterinen", "street": "Rantatie 5", "city": "Vaasa"},
            id="a blank elsewhere",
        ),
        pytest.param(
            {"name": "Vanha Nimi Oy", "org_number": "1234567-1"},
            {"name": "Vanha Nimi Palvelut Oy", "org_number": "1234567-1"},
            id="a longer name with the same number",
        ),
    ],
)
def test_the_same_customer_is_applied(source: Row, target: Row) -> None:
    assert ("a", "b") in _ids(_match([source | {"id": "a"}], [target | {"id": "b"}]).applied)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param(
            {"name": "Vesterinen Rakennus Oy", "phone": "040 1234567", "street": "Rantatie 5", "city": "Vaasa"},
            {"name": "Vesterinen Kuljetus Oy", "phone": "040 1234567", "street": "Rantatie 5", "city": "Vaasa"},
            id="another trade at the same address",
        ),
        pytest.param(
            {"name": "Vesterinen Oy", "org_number": "1234567-1", "street": "Rantatie 5", "city": "Vaasa"},
            {"name": "Vesterinen Oy", "org_number": "7654321-9", "street": "Skolgatan 17", "city": "Vaasa"},
            id="the same name with another number in another street",
        ),
        pytest.param(
            {"name": "Vesterinen 1 Oy", "email": "info@vesterinen.fi", "street": "Rantatie 5", "city": "Vaasa"},
            {"name": "Vesterinen 2 Oy", "email": "info@vesterinen.fi", "street": "Rantatie 5", "city": "Vaasa"},
            id="another number in the name",
        ),
        pytest.param(
            {"name": "Asunto Oy Rantatie 5", "city": "Vaasa"},
            {"name": "Asunto Oy Rantatie 7", "city": "Vaasa"},
            id="the house next door",
        ),
    ],
)
def test_sister_companies_are_not_applied(source: Row, target: Row) -> None:
    assert ("a", "b") not in _ids(_match([source | {"id": "a"}], [target | {"id": "b"}]).applied)


@pytest.mark.parametrize(
    ("name", "sister"),
    [
        ("Meri Invest I Oy", "Meri Invest II Oy"),
        ("Meri Fund IV Ky", "Meri Fund V Ky"),
        ("Meri Fund XII Ky", "Meri Fund XIII Ky"),
        ("Meri A Oy", "Meri B Oy"),
        ("Asunto Oy Kaari A", "Asunto Oy Kaari B"),
        ("Meri Invest 1 Oy", "Meri Invest 2 Oy"),
        ("Meri Oy", "Meri II Oy"),
        ("Meri Invest Oy", "Meri Invest 2 Oy"),
        ("Meri Oy", "Meri Ky"),
        ("Meri Oy", "Tmi Meri"),
    ],
)
def test_sisters_of_another_number_or_legal_form_share_all_else_and_are_suggested(name: str, sister: str) -> None:
    shared: Row = {"phone": "040 1234567", "street": "Rantatie 5", "postal_code": "65100", "city": "Vaasa"}
    few = [row | {"org_number": None, "email": None} for row in _others("s")[:80:8]]
    one, other = shared | {"id": "a", "name": name}, shared | {"id": "b", "name": sister}
    found = match([one, *few], [other, *few], FIELDS)
    assert ("a", "b") not in _ids(found.applied)
    assert ("a", "b") in _ids(found.suggested)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("M Rakennus Vesterinen Oy", "Meri Rakennus Vesterinen Oy"),
        ("V I P Rakennus Oy", "VIP Rakennus Oy"),
        ("Rakennus A Oy", "Rakennus A"),
    ],
)
def test_initials_and_letters_with_blanks_between_them_are_no_numbers(name: str, other: str) -> None:
    shared: Row = {"phone": "040 1234567", "street": "Rantatie 5", "city": "Vaasa"}
    found = _match([shared | {"id": "a", "name": name}], [shared | {"id": "b", "name": other}])
    assert ("a", "b") in _ids(found.applied)


@pytest.mark.parametrize(
    ("name", "other"), [("Meri Oy", "Meri Ab"), ("Meri Oy", "Meri"), ("Meri GmbH", "Meri GmbH & Co. KG")]
)
def test_a_legal_form_that_is_translated_unsaid_or_cut_is_no_other_one(name: str, other: str) -> None:
    shared: Row = {"phone": "040 1234567", "street": "Rantatie 5", "city": "Vaasa"}
    found = _match([shared | {"id": "a", "name": name}], [shared | {"id": "b", "name": other}])
    assert ("a", "b") in _ids(found.applied)


def test_an_identifier_overrules_another_legal_form() -> None:
    shared: Row = {"phone": "040 1234567", "street": "Rantatie 5", "org_number": "1234567-1"}
    found = _match([shared | {"id": "a", "name": "Meri Oy"}], [shared | {"id": "b", "name": "Meri Ky"}])
    assert ("a", "b") in _ids(found.applied)


def test_given_name_and_surname_may_be_swapped() -> None:
    one: Row = {"id": "a", "given_name": "Aino", "surname": "Vesterinen", "born": "1971-02-03"}
    other: Row = {"id": "b", "given_name": "Vesterinen", "surname": "Aino", "born": "1971-02-03"}
    assert ("a", "b") in _ids(_match([one], [other], PEOPLE).applied)


def test_day_and_month_may_be_swapped() -> None:
    one: Row = {"id": "a", "given_name": "Aino", "surname": "Vesterinen", "born": "1971-02-03", "street": "Rantatie 5"}
    found = _match([one], [one | {"id": "b", "born": "03/02/1971"}], PEOPLE)
    swapped = _match([one], [one | {"id": "b", "born": "02/03/1971"}], PEOPLE)
    assert _reasons(found, "born: the same")
    assert _reasons(swapped, "born: nearly the same")


def _reasons(found: Matches, reason: str) -> bool:
    return any(reason in pair.reasons for pair in found.applied if (pair.source_id, pair.target_id) == ("a", "b"))


def test_twins_at_one_address_are_not_applied() -> None:
    one: Row = {"id": "a", "given_name": "Aino", "surname": "Vesterinen", "born": "1971-02-03", "street": "Rantatie 5"}
    other = one | {"id": "b", "given_name": "Matti", "org_number": "030271-123A"}
    found = _match([one | {"org_number": "030271-654B"}], [other], PEOPLE | {"org_number": "identifier"})
    assert ("a", "b") not in _ids(found.applied)


def test_duplicates_of_the_target_match_as_one() -> None:
    one: Row = {"id": "a", "name": "Vesterinen Oy", "org_number": "1234567-1", "phone": "040 1234567"}
    found = _match([one], [one | {"id": "b"}, one | {"id": "c", "name": "Vesterinen Ab"}])
    assert {("a", "b"), ("a", "c")} <= _ids(found.applied)
    assert found.target_duplicates == (("b", "c"),)
    assert found.source_duplicates == ()
    assert found.ambiguous == ()


@pytest.mark.parametrize("others", range(6))
def test_who_is_held_twice_matches_as_one_also_where_hardly_anybody_is_left(others: int) -> None:
    known: Row = {"name": "Vesterinen Kuljetus Oy", "phone": "040 1234567", "street": "Rantakatu 5", "city": "Turku"}
    one = {**dict.fromkeys(FIELDS), "id": "a", "country": "FI", **known}
    twice = [one | {"email": "vesterinen@post.fi"}, one | {"id": "b", "email": "kuljetus@vesterinen.fi"}]
    found = match([*twice, *_others("s")[:others]], [one | {"id": "c"}, *_others("t")[50 : 50 + others]], FIELDS)
    assert _ids(found.applied) == {("a", "c"), ("b", "c")}
    assert found.source_duplicates == (("a", "b"),)


def test_candidates_that_are_no_duplicates_of_each_other_are_ambiguous() -> None:
    one: Row = {"id": "a", "name": "Vesterinen Oy", "email": "info@vesterinen.fi"}
    first = one | {"id": "b", "street": "Rantatie 5", "city": "Vaasa", "org_number": "1234567-1"}
    second = one | {"id": "c", "street": "Skolgatan 17", "city": "Turku", "org_number": "7654321-9"}
    found = _match([one], [first, second])
    assert [(each.source_ids, each.target_ids) for each in found.ambiguous] == [(("a",), ("b", "c"))]
    assert not {("a", "b"), ("a", "c")} & _ids(found.applied)


def test_every_row_of_two_equal_tables_finds_itself() -> None:
    found = _match([], [])
    assert _ids(found.applied) == {(f"s-{number}", f"t-{number}") for number in range(len(_others("s")))}
    assert found.suggested == ()
    assert found.ambiguous == ()


def test_reasons_say_how_each_field_agrees_and_name_no_value() -> None:
    one: Row = {"id": "a", "name": "Vesterinen Asennus Oy", "org_number": "1234567-1", "email": "aino@vesterinen.fi"}
    other = one | {"id": "b", "name": "Vesterinen Asenus Oy", "email": "info@vesterinen.fi", "city": "Vaasa"}
    pair = next(each for each in _match([one], [other]).applied if each.source_id == "a")
    assert pair.reasons == (
        "name: nearly the same",
        "legal form: the same",
        "org number: the same",
        "email: another mailbox of the same domain",
    )
    assert 0.8 <= pair.score <= 1


def test_a_weaker_pair_is_suggested() -> None:
    one: Row = {"id": "a", "name": "Vesterinen Kiinteistöpalvelut Oy", "street": "Rantatie 5"}
    other: Row = {"id": "b", "name": "Vesterinen Kiint.palv.", "street": "Rantatie 5 A 2"}
    found = _match([one], [other], {"name": "name", "street": "text"})
    assert ("a", "b") in _ids(found.suggested)
    assert ("a", "b") not in _ids(found.applied)


def test_a_paper_is_found_by_title_and_authors() -> None:
    kinds = {"title": "name", "authors": "text", "year": "date"}
    papers: list[Row] = [
        {"id": f"{word}{trade}", "title": f"{trade} in {word}", "authors": f"{trade} {word}", "year": 1990 + place}
        for place, (word, trade) in enumerate(zip(_WORDS, _TRADES * 2, strict=True))
    ]
    one: Row = {"id": "a", "title": "On the Matching of Ledgers", "authors": "Aino Vesterinen, Ebba Wik", "year": 1999}
    other: Row = {"id": "b", "title": "On the matching of ledgers.", "authors": "A. Vesterinen, E. Wik", "year": "1999"}
    assert ("a", "b") in _ids(match([one, *papers], [other, *papers], kinds).applied)


def test_deduplicate_groups_what_is_the_same_and_suggests_what_may_be() -> None:
    one: Row = {"id": "a", "name": "Vesterinen Oy", "org_number": "1234567-1", "phone": "040 1234567"}
    again = one | {"id": "b", "name": "Oy Vesterinen Ab"}
    once_more = one | {"id": "c", "phone": "+358 40 123 4567"}
    found = deduplicate([again, *_others("r"), once_more, one], FIELDS)
    assert found.groups == (("a", "b", "c"),)
    assert _ids(found.applied) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert found.suggested == ()


def test_deduplicate_suggests_what_is_less_sure() -> None:
    one: Row = {"id": "a", "name": "Vesterinen Oy", "street": "Rantatie 5"}
    other: Row = {"id": "b", "name": "Vesterinen Kuljetus Oy", "street": "Rantatie 5"}
    found = deduplicate([one, other, *_others("r")], FIELDS, apply_at=0.999999, suggest_at=0.001)
    assert _ids(found.suggested) == {("a", "b")}
    assert found.groups == ()
