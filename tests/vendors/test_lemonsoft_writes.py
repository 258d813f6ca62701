"""What goes out to Lemonsoft, and what its answers mean: the server is played by a list of answers."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from document_fields import document, paths
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpProtocolError, OutcomeUnknown
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import Answer, Conversation, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.writing import RecordChanged, WriteRejected
from airflow_provider_erp.vendors.lemonsoft import writes
from airflow_provider_erp.vendors.settings import Settings

HOST = "https://erp.example.com/LemonRest"
EXCHANGE = Exchange(Fixed({"Session-Id": "s3ss10n"}), Retry(max_attempts=1), "c")
SETTINGS = Settings(conn_type="lemonsoft", conn_id="c", base_url=HOST, extra={"api_key": "l3mon", "database": "D"})


def response(status: int, body: Any = b"") -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {}, content, dt.datetime(2026, 11, 20, tzinfo=dt.UTC))


class Played:
    """Holds a conversation with the answers in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def send(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def hold(self, conversation: Conversation[Any]) -> Any:
        return complete(run(conversation, self.send, lambda _: None))


def updated(stored: bytes, changes: Any, customer_id: int | str = 7) -> bytes:
    """The body that is written back."""
    played = Played(response(200, stored), response(200, {}))
    played.hold(writes.update_customer(EXCHANGE, SETTINGS, customer_id, changes))
    read, written = played.asked
    assert (read.method, read.url, read.repeatable) == ("GET", f"{HOST}/api/customers/7", True)
    assert (written.method, written.url, written.repeatable) == ("PUT", f"{HOST}/api/customers/7", False)
    return written.body or b""


def test_create_sends_the_whole_payload_of_the_document_and_tells_the_answer() -> None:
    payload = document("lemonsoft/create_customer.json")
    played = Played(response(200, {"id": 12, "number": 3, "creditlimit": 1}))
    assert played.hold(writes.create_customer(EXCHANGE, SETTINGS, payload)) == {"id": 12, "number": 3, "creditlimit": 1}
    (asked,) = played.asked
    assert json.loads(asked.body or b"") == payload
    assert (asked.method, asked.url, asked.repeatable) == ("POST", f"{HOST}/api/customers", False)


def test_account_has_the_thirteen_fields_of_the_document() -> None:
    payload = document("lemonsoft/add_account.json")
    played = Played(response(200, {"account_id": 5}))
    assert played.hold(writes.add_account(EXCHANGE, SETTINGS, "7", payload)) == {"account_id": 5}
    assert json.loads(played.asked[0].body or b"") == payload
    assert len(payload) == len(writes.ACCOUNT) == 13
    assert played.asked[0].url == f"{HOST}/api/customers/7/accounts"


def test_known_fields_are_those_of_the_document() -> None:
    assert set(paths(writes.CUSTOMER)) == set(paths(document("lemonsoft/create_customer.json")))


def test_update_writes_back_the_payload_of_the_document_with_the_changes() -> None:
    payload = document("lemonsoft/update_customer.json") | {"id": 7}
    body = updated(json.dumps(payload).encode(), {"name": "B", "dimension": {"Area_code": 4}})
    assert json.loads(body) == payload | {"name": "B", "dimension": payload["dimension"] | {"Area_code": 4}}


def test_what_is_not_changed_goes_back_digit_for_digit_with_unknown_and_misspelt_keys() -> None:
    stored = (
        b'\xef\xbb\xbf{"id":7,"creditlimit":1.10,"intrest":-0.0,"big":12345678901234567890123,"e":1E+2, '
        b'"name":"A","odd":{"x": [1.500,null]},"dimension":{"Area_code":1,"Turnover":2.50}}'
    )
    body = updated(stored, {"name": "B", "interest": Decimal("7.250"), "dimension": {"Area_code": None}})
    assert body == (
        b'{"id":7,"creditlimit":1.10,"intrest":-0.0,"big":12345678901234567890123,"e":1E+2,"name":"B",'
        b'"odd":{"x": [1.500,null]},"dimension":{"Area_code":null,"Turnover":2.50},"interest":7.250}'
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcdefg_", min_size=1), json_values, max_size=6))
def test_nothing_but_the_change_differs_in_the_text(fields: dict[str, Any]) -> None:
    stored = {"name": "A", **fields, "id": "7", "has_errors": False, "errors": []}
    before, after = (
        json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() for row in (stored, stored | {"name": "B"})
    )
    assert updated(before, {"name": "B"}) == after


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_number_goes_out_with_the_digits_that_were_given(number: Decimal) -> None:
    assert updated(b'{"id":7}', {"creditlimit": number}) == f'{{"id":7,"creditlimit":{number}}}'.encode()


def test_list_is_replaced_and_an_object_that_was_null_is_set() -> None:
    stored = b'{"id":7,"contacts":[{"id":1}],"dimension":null}'
    body = updated(stored, {"contacts": [{"name": "C", "attributes": []}], "dimension": {"Area_code": 1}})
    assert body == b'{"id":7,"contacts":[{"name":"C","attributes":[]}],"dimension":{"Area_code":1}}'


@pytest.mark.parametrize(
    "stored",
    [
        {"id": 8, "name": "A"},
        {"number": 7},
        {"results": [{"id": 7}]},
        {"id": 7, "has_errors": True},
        {"id": 7, "errors": ["gone"]},
    ],
)
def test_what_is_not_the_customer_is_never_written_back(stored: Any) -> None:
    played = Played(response(200, stored))
    with pytest.raises(ErpProtocolError, match=r"lemonsoft customer 7: expected the customer .* nothing was written"):
        played.hold(writes.update_customer(EXCHANGE, SETTINGS, 7, {"name": "B"}))
    assert len(played.asked) == 1


def test_customer_that_is_no_longer_as_it_was_looked_at_is_not_written_back() -> None:
    played = Played(response(200, {"id": 7, "name": "By a person"}))
    with pytest.raises(RecordChanged):
        played.hold(
            writes.update_customer(EXCHANGE, SETTINGS, 7, {"name": "B"}, lambda row: b"person" not in bytes(row))
        )
    assert len(played.asked) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nmae": "A"}, "unknown field 'nmae'"),
        (
            {"contacts": [{"id": 1}, {"attributes": [{"nam": "x"}]}]},
            r"'contacts', entry 2.attributes, entry 1: unknown",
        ),
        ({"dimension": {"area_code": 1}}, "unknown field 'area_code'"),
        ({"contacts": {"id": 1}}, "'contacts': expected a list"),
        ({"creditlimit": 1.1}, "'creditlimit': a float is not exact; pass a Decimal"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_asked(changes: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        writes.update_customer(EXCHANGE, SETTINGS, 7, changes)
    with pytest.raises(ValueError, match=reason):
        writes.create_customer(EXCHANGE, SETTINGS, changes)


def test_account_with_an_unknown_field_and_a_customer_without_a_number_are_refused() -> None:
    with pytest.raises(ValueError, match="lemonsoft account: unknown field 'ibna'"):
        writes.add_account(EXCHANGE, SETTINGS, 7, {"ibna": "FI"})
    with pytest.raises(ValueError, match="whole number"):
        writes.add_account(EXCHANGE, SETTINGS, "7/8", {"iban": "FI"})


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"Message": "The request is invalid."}, "The request is invalid."),
        (400, {"Message": "Bad", "errors": ["one", {"Message": "two"}]}, "Bad; one; two"),
        (200, {"has_errors": True, "errors": ["Session s3ss10n, key l3mon"]}, "Session ***, key ***"),
        (200, {"errors": [{"message": "no name"}]}, "no name"),
        (200, {"has_errors": True, "errors": None}, None),
        (404, b"", None),
    ],
)
def test_refusal_is_one_by_its_status_or_inside_status_200(status: int, body: Any, said: str | None) -> None:
    with pytest.raises(WriteRejected, match=f"create customer: the record was refused with status {status}") as caught:
        Played(response(status, body)).hold(writes.create_customer(EXCHANGE, SETTINGS, {"name": "A"}))
    assert (caught.value.status, caught.value.said) == (status, said)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"null", b'{"id":'])
def test_answer_to_a_create_that_cannot_be_read_leaves_it_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown, match="with a body that is no JSON object"):
        Played(response(200, body)).hold(writes.create_customer(EXCHANGE, SETTINGS, {"name": "A"}))


def test_account_that_is_answered_with_nothing_is_done() -> None:
    assert Played(response(200)).hold(writes.add_account(EXCHANGE, SETTINGS, 7, {"iban": "FI"})) == {}
    with pytest.raises(OutcomeUnknown):
        Played(response(200, b"<html>")).hold(writes.add_account(EXCHANGE, SETTINGS, 7, {"iban": "FI"}))
