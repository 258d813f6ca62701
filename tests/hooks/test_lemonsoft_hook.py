"""Lemonsoft through its hook, against a server on the loopback interface."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from loopback import Asked, Reply, reply_json, serving

from airflow_provider_erp.exceptions import ErpAuthError, ErpInconsistentRead, ErpProtocolError, ErpUnavailable


class Server:
    """Logs in, and serves ``pages`` of rows in envelopes; sessions may end after some requests."""

    def __init__(self, pages: list[list[dict[str, Any]]], *, session_requests: int = 999) -> None:
        self.pages = pages
        self.logins = 0
        self.session_requests = session_requests
        self.left = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/api/auth/login":
            self.logins += 1
            self.left = self.session_requests
            return reply_json({"session_id": f"session-{self.logins}"})
        if asked.headers.get("session-id") != f"session-{self.logins}" or not self.left:
            return reply_json({"message": "no session"}, 401)
        self.left -= 1
        return self.list(int(asked.query.get("filter.page", 1)))

    def list(self, number: int) -> Reply:
        rows = self.pages[number - 1] if number <= len(self.pages) else []
        more = number < len(self.pages)
        return reply_json(
            {"results": rows, "result_count": len(rows), "has_next_page": more, "has_errors": False, "errors": []}
        )


THREE_PAGES = [[{"id": 1}, {"id": 2}], [{"id": 3}], [{"id": 4}, {"id": 5}]]


def logged_in(script: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    return lambda asked: reply_json({"session_id": "s"}) if asked.path == "/api/auth/login" else script(asked)


def test_all_pages_are_read_a_short_one_is_not_the_end(connect: Any) -> None:
    with serving(Server(THREE_PAGES)) as server:
        rows = list(connect("lemonsoft", server.url).get_customers())
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5]
    assert {asked.path for asked in server.asked[1:]} == {"/api/customers"}


def test_login_sends_the_four_documented_fields_and_the_session_rides_in_its_header(connect: Any) -> None:
    with serving(Server(THREE_PAGES)) as server:
        list(connect("lemonsoft", server.url).get_customers())
    login, *pages = server.asked
    assert json.loads(login.body) == {
        "UserName": "the-login",
        "Password": "the-password",
        "Database": "DB1",
        "ApiKey": "lemon-api-key",
    }
    assert {asked.headers["session-id"] for asked in pages} == {"session-1"}


def test_session_that_ends_is_renewed_and_the_same_page_asked_again(connect: Any) -> None:
    server_script = Server(THREE_PAGES, session_requests=1)
    with serving(server_script) as server:
        rows = list(connect("lemonsoft", server.url).get_customers())
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5]
    assert server_script.logins == 3
    assert [asked.query["filter.page"] for asked in server.asked if asked.method == "GET"] == ["1", "2", "2", "3", "3"]


def test_session_that_never_works_is_renewed_once_and_then_reported(connect: Any) -> None:
    script = Server(THREE_PAGES, session_requests=0)
    with serving(script) as server, pytest.raises(ErpAuthError, match="401"):
        list(connect("lemonsoft", server.url).get_customers())
    assert script.logins == 2


def test_login_refused_with_status_200_is_an_auth_error(connect: Any) -> None:
    with serving([reply_json({"message": "the-password is wrong"})]) as server:
        with pytest.raises(ErpAuthError, match="without a session") as caught:
            list(connect("lemonsoft", server.url).get_customers())
        assert "the-password" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"session_id": 7}', b'{"session_id": "\xff"}', b""])
def test_login_that_answers_anything_else_is_an_auth_error(connect: Any, body: bytes) -> None:
    with serving([Reply(200, body)]) as server, pytest.raises(ErpAuthError, match="without a session"):
        list(connect("lemonsoft", server.url).get_customers())


def test_error_inside_status_200_is_an_error_and_no_empty_list(connect: Any) -> None:
    answer = {"results": [], "has_next_page": False, "has_errors": True, "errors": ["Erika Muster"]}
    with serving(logged_in(lambda _: reply_json(answer))) as server:
        with pytest.raises(ErpProtocolError, match="has_errors") as caught:
            list(connect("lemonsoft", server.url).get_customers())
        assert "Erika" not in str(caught.value)


def test_errors_or_a_shorter_page_than_it_announces_are_never_an_empty_list(connect: Any) -> None:
    errors = {"results": [], "has_errors": False, "errors": ["no rights"]}
    with serving(logged_in(lambda _: reply_json(errors))) as server:
        with pytest.raises(ErpProtocolError, match="1 errors"):
            list(connect("lemonsoft", server.url).get_customers())
    short = {"results": [{"id": 1}], "result_count": 10, "has_next_page": False, "has_errors": None}
    with serving(logged_in(lambda _: reply_json(short))) as server:
        with pytest.raises(ErpInconsistentRead, match="announces 10 rows and has 1"):
            list(connect("lemonsoft", server.url).get_customers())


def test_rows_without_a_key_stand_for_themselves(connect: Any) -> None:
    with serving(Server([[{"name": "a"}, {"name": "b"}], [{"name": "c"}]])) as server:
        assert len(list(connect("lemonsoft", server.url).get_customers())) == 3


def test_base_may_be_written_as_a_text(connect: Any) -> None:
    with serving(Server([[]])) as server:
        list(connect("lemonsoft", server.url).get_customers(base="false"))
    assert server.asked[1].path == "/api/customers"


def test_byte_order_mark_before_a_session_is_no_obstacle(connect: Any) -> None:
    def script(asked: Asked) -> Reply:
        return Reply(200, b'\xef\xbb\xbf{"session_id": "s"}') if asked.method == "POST" else Server([[]]).list(1)

    with serving(script) as server:
        assert list(connect("lemonsoft", server.url).get_customers()) == []


def test_failed_page_is_never_the_end_of_the_list(connect: Any) -> None:
    script = Server(THREE_PAGES)

    def breaks_at_page_two(asked: Asked) -> Reply:
        return reply_json({}, 500) if asked.query.get("filter.page") == "2" else script(asked)

    with serving(breaks_at_page_two) as server, pytest.raises(ErpUnavailable, match="page 2: status 500 after 5"):
        list(connect("lemonsoft", server.url).get_customers())


def test_bare_array_is_read_until_an_empty_page(connect: Any) -> None:
    pages = [[{"id": 1}], [{"id": 2}]]

    def bare(asked: Asked) -> Reply:
        number = int(asked.query["filter.page"])
        return reply_json(pages[number - 1] if number <= len(pages) else [])

    with serving(logged_in(bare)) as server:
        rows = list(connect("lemonsoft", server.url).get_customers())
    assert rows == [{"id": 1}, {"id": 2}]


def test_empty_page_that_announces_another_is_an_error(connect: Any) -> None:
    answer = {"results": [], "has_next_page": True, "has_errors": False}
    with serving(logged_in(lambda _: reply_json(answer))) as server:
        with pytest.raises(ErpInconsistentRead, match="more was announced"):
            list(connect("lemonsoft", server.url).get_customers())


def test_page_that_repeats_for_ever_is_an_error_and_no_loop(connect: Any) -> None:
    answer = {"results": [{"id": 1}], "has_next_page": True, "has_errors": False}
    with serving(logged_in(lambda _: reply_json(answer))) as server:
        with pytest.raises(ErpInconsistentRead, match="only repeats"):
            list(connect("lemonsoft", server.url).get_customers())
        assert len(server.asked) == 1 + 3 + 3  # a login, and two looks


def test_answer_without_a_list_says_what_came(connect: Any) -> None:
    with serving(logged_in(lambda _: reply_json({"message": "x", "status": 1}))) as server:
        with pytest.raises(ErpProtocolError, match=r"a list under 'results'.*\['message', 'status'\]"):
            list(connect("lemonsoft", server.url).get_customers())


def test_filters_keep_their_prefix_lists_repeat_the_key_and_truth_is_a_number(connect: Any) -> None:
    with serving(Server([[]])) as server:
        list(
            connect("lemonsoft", server.url).get_customers(
                customer_number=[7, 8], has_email=True, is_supplier=False, name="Öljy & Co", page_size=50
            )
        )
    pairs = parse_qsl(urlsplit(server.targets[1]).query)
    assert pairs == [
        ("filter.name", "Öljy & Co"),
        ("filter.has_email", "1"),
        ("filter.is_supplier", "0"),
        ("filter.customer_number", "7"),
        ("filter.customer_number", "8"),
        ("filter.page_size", "50"),
        ("filter.page", "1"),
    ]


def test_moment_with_a_zone_becomes_the_servers_local_time_and_a_text_stays(connect: Any) -> None:
    with serving(Server([[]])) as server:
        list(
            connect("lemonsoft", server.url).get_customers(
                modified_after=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC), created_before="2024-05-17T11:36:35.457"
            )
        )
    assert server.asked[1].query["filter.modified_after"] == "2026-01-01T14:00:00"
    assert server.asked[1].query["filter.created_before"] == "2024-05-17T11:36:35.457"


DOCUMENTED_CUSTOMER_FILTERS = {
    "name": "a",
    "search_name": "a",
    "email": "a@example.com",
    "contact_email": "a@example.com",
    "phone": "1",
    "vat": "1",
    "modified_before": "2026-01-01",
    "modified_after": "2026-01-01",
    "has_email": 1,
    "is_customer": True,
    "is_supplier": 0,
    "customer_number": [1],
    "group": 1,
    "type": 1,
    "created_before": "2026-01-01",
    "created_after": "2026-01-01",
    "updated_before": "2026-01-01",
    "updated_after": "2026-01-01",
    "attribute_ids": [1, 2],
    "object_ids": (3,),
    "page_size": 10,
    "search": "a",
}
DOCUMENTED_INVOICE_FILTERS = {
    "numbers": [1, 2],
    "customer_number": 1,
    "delivery_customer_number": 1,
    "type": 1,
    "invoice_date_before": "2026-01-01",
    "invoice_date_after": "2026-01-01",
    "updated_before": "2026-01-01",
    "updated_after": "2026-01-01",
    "object_ids": [1],
    "page_size": 10,
    "search": "a",
}


@pytest.mark.parametrize("name", DOCUMENTED_CUSTOMER_FILTERS)
def test_every_documented_customer_filter_is_taken(connect: Any, name: str) -> None:
    with serving(Server([[]])) as server:
        list(connect("lemonsoft", server.url).get_customers(**{name: DOCUMENTED_CUSTOMER_FILTERS[name]}))
    assert f"filter.{name}" in server.asked[1].query


@pytest.mark.parametrize("name", DOCUMENTED_INVOICE_FILTERS)
def test_every_documented_invoice_filter_is_taken(connect: Any, name: str) -> None:
    with serving(Server([[]])) as server:
        list(connect("lemonsoft", server.url).get_invoices(**{name: DOCUMENTED_INVOICE_FILTERS[name]}))
    assert server.asked[1].path == "/api/invoices"
    assert f"filter.{name}" in server.asked[1].query


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"modified_afer": "2026-01-01"}, "did you mean 'modified_after'"),
        ({"page": 2}, "the hook turns the pages itself"),
        ({"page_size": 0}, "at least 1"),
        ({"group": "many"}, "whole number"),
        ({"customer_number": []}, "empty list"),
        ({"has_email": "perhaps"}, "true or false"),
        ({"name": 1.5}, "expected a text"),
        ({"modified_after": 5}, "expected a date"),
        ({"modified_after": "None"}, "expected a date"),
    ],
)
def test_wrong_filter_is_refused_before_anything_is_sent(connect: Any, filters: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        connect("lemonsoft", "http://127.0.0.1:9").get_customers(**filters)


def test_basic_list_has_its_own_path_also_as_an_operators_filter(connect: Any) -> None:
    with serving(Server([[{"id": 1}]])) as server:
        hook = connect("lemonsoft", server.url)
        list(hook.get_customers(base=True))
        list(hook.fetch("customer", filters={"base": True}))
    assert [asked.path for asked in server.asked[1:]] == ["/api/customers/base"] * 2


def test_single_customer_is_asked_by_its_internal_id(connect: Any) -> None:
    with serving(logged_in(lambda _: reply_json(b'{"id": 12, "number": 900, "creditlimit": 10.50}'))) as server:
        customer = connect("lemonsoft", server.url).get_customer(12)
    assert customer["number"] == 900
    assert str(customer["creditlimit"]) == "10.50"
    assert server.asked[1].path == "/api/customers/12"


def test_single_customer_with_an_error_inside_status_200_is_an_error(connect: Any) -> None:
    with serving(logged_in(lambda _: reply_json({"has_errors": True, "errors": ["x"]}))) as server:
        with pytest.raises(ErpProtocolError, match="has_errors"):
            connect("lemonsoft", server.url).get_customer(12)


def test_customer_id_that_is_no_number_is_refused_before_anything_is_sent(connect: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        connect("lemonsoft", "http://127.0.0.1:9").get_customer("../invoices")


def test_since_takes_the_filter_that_fits_the_resource(connect: Any) -> None:
    with serving(Server([[]])) as server:
        hook = connect("lemonsoft", server.url)
        list(hook.fetch("customer", since="2026-01-01T00:00:00"))
        list(hook.fetch("invoice", since="2026-01-01T00:00:00"))
        list(connect("lemonsoft", server.url, overlap_minutes=0).fetch("invoice", since="2026-01-01T00:00:00"))
    asked = [each.query for each in server.asked if each.method == "GET"]
    assert asked[0]["filter.modified_after"] == "2025-12-31T22:00:00"
    assert asked[2]["filter.updated_after"] == "2025-12-31T22:00:00"
    assert asked[4]["filter.updated_after"] == "2026-01-01T00:00:00"
