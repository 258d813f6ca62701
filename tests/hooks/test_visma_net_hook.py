"""Visma.net ERP through its hook, against a server on the loopback interface."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from airflow_provider_erp.exceptions import ErpAuthError, ErpInconsistentRead, ErpProtocolError


def row(key: int, total: int, **more: Any) -> dict[str, Any]:
    return {"internalId": key, "number": f"C{key}", "metadata": {"totalCount": total, "maxPageSize": 2}, **more}


class Server:
    """Serves customers two a page whatever is asked, as Visma.net cuts page sizes in silence."""

    def __init__(self, rows: list[dict[str, Any]], greatest: int = 2) -> None:
        self.rows = rows
        self.greatest = greatest
        self.tokens = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            self.tokens += 1
            return reply_json({"access_token": f"token-{self.tokens}", "expires_in": 3600, "token_type": "Bearer"})
        size = min(int(asked.query["pageSize"]), self.greatest)
        first = (int(asked.query["pageNumber"]) - 1) * size
        return reply_json(self.rows[first : first + size])


def test_list_is_complete_although_the_page_size_is_cut_in_silence(connect: Any) -> None:
    with serving(Server([row(n, 5) for n in range(5)])) as server:
        rows = list(connect("visma_net", server.url).get_customers())
    assert [customer["internalId"] for customer in rows] == [0, 1, 2, 3, 4]
    assert [asked.query["pageNumber"] for asked in server.asked[1:]] == ["1", "2", "3"]


def test_token_is_asked_for_with_tenant_and_scope_and_used_on_every_page(connect: Any) -> None:
    with serving(Server([row(n, 3) for n in range(3)])) as server:
        list(connect("visma_net", server.url, scope="a:read b:read").get_customers())
    token_request, *pages = server.asked
    assert dict(pair.split("=") for pair in token_request.body.decode().split("&")) == {
        "grant_type": "client_credentials",
        "client_id": "the-login",
        "client_secret": "the-password",
        "scope": "a%3Aread+b%3Aread",
        "tenant_id": "T1",
    }
    assert token_request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert {asked.headers["authorization"] for asked in pages} == {"Bearer token-1"}


def test_condition_and_stamp_arrive_percent_encoded_with_a_space_for_the_t(connect: Any) -> None:
    with serving(Server([])) as server:
        list(connect("visma_net", server.url).get_customers(last_modified="2026-03-20T06:35:22.153"))
    assert "lastModifiedDateTime=2026-03-20%2006%3A35%3A22.153&" in server.targets[1]
    assert "lastModifiedDateTimeCondition=%3E%3D" in server.targets[1]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2025-01-14", "2025-01-14"),
        (dt.date(2025, 1, 14), "2025-01-14"),
        (dt.datetime(2025, 1, 14, 13, 13, 13, 133999), "2025-01-14 13:13:13.133"),  # noqa: DTZ001 - the server's own
        ("2025-01-14 13:13:13", "2025-01-14 13:13:13"),
        ("2025-01-14T13:13:13.1339999", "2025-01-14 13:13:13.133"),
    ],
)
def test_moment_goes_out_in_a_documented_form(connect: Any, given: object, sent: str) -> None:
    with serving(Server([])) as server:
        list(connect("visma_net", server.url).get_customers(last_modified=given, condition="<"))
    assert server.asked[1].query["lastModifiedDateTime"] == sent
    assert server.asked[1].query["lastModifiedDateTimeCondition"] == "<"


@pytest.mark.parametrize(
    "given",
    [
        "2025-01-14T13:13:13Z",
        "2025-01-14 13:13:13+02:00",
        dt.datetime(2025, 1, 14, tzinfo=dt.UTC),
        "yesterday",
        "2026-13-45",
    ],
)
def test_moment_with_a_zone_is_refused_with_the_reason_before_anything_is_sent(connect: Any, given: object) -> None:
    with pytest.raises(ValueError, match="zone of its stamps"):
        connect("visma_net", "http://127.0.0.1:9").get_customers(last_modified=given)


def test_condition_is_one_of_the_four(connect: Any) -> None:
    with pytest.raises(ValueError, match="> < >= <="):
        connect("visma_net", "http://127.0.0.1:9").get_customers(last_modified="2025-01-14", condition="=")


def test_condition_without_a_moment_is_not_sent(connect: Any) -> None:
    with serving(Server([])) as server:
        list(connect("visma_net", server.url).get_customers(status="Active"))
    assert server.asked[1].query == {"status": "Active", "pageSize": "1000", "pageNumber": "1"}


def test_unknown_filter_is_refused_with_the_known_ones_listed(connect: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown filter 'skip'.*corporateId"):
        connect("visma_net", "http://127.0.0.1:9").get_customers(skip=100)


def test_page_that_repeats_for_ever_is_an_error_and_no_loop(connect: Any) -> None:
    def same_page(asked: Asked) -> Reply:
        return (
            Server([row(1, 9), row(2, 9)])(Asked("GET", "/x?pageNumber=1&pageSize=2", {}, b""))
            if (asked.path != "/connect/token")
            else reply_json({"access_token": "t", "token_type": "Bearer"})
        )

    with serving(same_page) as server, pytest.raises(ErpInconsistentRead, match="page 2: it only repeats"):
        list(connect("visma_net", server.url).get_customers())
    assert len(server.asked) == 1 + 3 + 3  # a token, and two looks


def test_empty_page_before_the_total_is_an_error_and_an_empty_first_page_an_empty_list(connect: Any) -> None:
    with serving(Server([row(n, 5) for n in range(4)])) as server, pytest.raises(ErpInconsistentRead, match="5 were"):
        list(connect("visma_net", server.url).get_customers())
    with serving(Server([])) as server:
        assert list(connect("visma_net", server.url).get_customers()) == []


def test_rows_beyond_the_announced_total_are_an_error(connect: Any) -> None:
    rows = [row(n, 3) for n in range(4)]
    with serving(Server(rows)) as server, pytest.raises(ErpInconsistentRead, match="4 distinct rows"):
        list(connect("visma_net", server.url).get_customers())


def test_total_that_changes_on_the_way_is_an_error(connect: Any) -> None:
    rows = [row(1, 4), row(2, 4), row(3, 5), row(4, 5)]
    with serving(Server(rows)) as server, pytest.raises(ErpInconsistentRead, match="from 4 to 5"):
        list(connect("visma_net", server.url).get_customers())


def test_row_is_known_by_its_internal_id_because_numbers_can_change(connect: Any) -> None:
    rows = [row(1, 2, number="SAME"), row(2, 2, number="SAME")]
    with serving(Server(rows)) as server:
        assert len(list(connect("visma_net", server.url).get_customers())) == 2


def test_pages_in_an_envelope_are_read_too(connect: Any) -> None:
    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        page = int(asked.query["pageNumber"])
        rows = [{"internalId": page}]
        return reply_json([{"pageNumber": page, "pageSize": 1, "totalCount": 2, "records": rows}])

    with serving(script) as server:
        rows = list(connect("visma_net", server.url).get_customers())
    assert rows == [{"internalId": 1}, {"internalId": 2}]


def test_single_row_with_a_field_called_records_is_no_envelope(connect: Any) -> None:
    with serving(Server([row(1, 1, records="three of them")])) as server:
        [customer] = connect("visma_net", server.url).get_customers()
    assert customer["internalId"] == 1


def test_page_offers_the_greatest_server_stamp_verbatim(connect: Any) -> None:
    stamps = ["2026-03-20T06:35:22.153", "2026-03-20T06:35:22", "2026-01-01T00:00:00"]
    rows = [row(n, 3, lastModifiedDateTime=stamp) for n, stamp in enumerate(stamps)]
    with serving(Server(rows, greatest=10)) as server:
        [page] = connect("visma_net", server.url).fetch("customer")
    assert page.cursor == "2026-03-20T06:35:22.153"
    assert page.total == 3


@pytest.mark.parametrize(
    ("number", "path"),
    [("10000", "/v1/customer/10000"), ("A/B 1", "/v1/customer/b64(QS9CIDE=)"), ("ÅÄ", "/v1/customer/b64(w4XDhA==)")],
)
def test_single_customer_is_asked_by_number_reserved_characters_in_base64url(
    connect: Any, number: str, path: str
) -> None:
    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        return reply_json({"number": number, "creditLimit": 1.50})

    with serving(script) as server:
        assert connect("visma_net", server.url).get_customer(number)["number"] == number
    assert server.asked[1].target == path


@pytest.mark.parametrize(("number", "path"), [("..", "b64(Li4=)"), (".", "b64(Lg==)"), (10, "10")])
def test_number_never_leads_to_another_path(connect: Any, number: Any, path: str) -> None:
    with serving(lambda _: reply_json({"access_token": "t", "token_type": "Bearer"})) as server:
        connect("visma_net", server.url).get_customer(number)
    assert server.asked[1].target == f"/v1/customer/{path}"


@pytest.mark.parametrize("number", ["", " ", None])
def test_empty_number_is_refused_before_anything_is_sent(connect: Any, number: Any) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        connect("visma_net", "http://127.0.0.1:9").get_customer(number)


def test_single_customer_that_is_not_there_is_an_error_with_its_status(connect: Any) -> None:
    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        return reply_json({"message": "Kundin Erika Muster"}, 404)

    with serving(script) as server, pytest.raises(ErpProtocolError, match=r"visma_net customer 77: .*404") as caught:
        connect("visma_net", server.url).get_customer("77")
    assert caught.value.status == 404
    assert "Erika" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        reply_json({"error": "invalid_client", "error_description": "secret the-password is wrong"}, 400),
        reply_json({"error": "invalid_client"}, 401),
        reply_json({"expires_in": 3600}),
        reply_json(b"<html>"),
        reply_json(b'["token"]'),
        reply_json({"access_token": "", "token_type": "Bearer"}),
        reply_json({"access_token": "t", "token_type": "Bearer", "scope": 5}),
    ],
)
def test_refused_or_missing_token_fails_at_once_without_its_body(connect: Any, answer: Reply) -> None:
    with serving([answer]) as server, pytest.raises(ErpAuthError, match="visma_net token") as caught:
        list(connect("visma_net", server.url).get_customers())
    assert len(server.asked) == 1
    assert "the-password" not in str(caught.value)


def test_tenant_is_required(connect: Any) -> None:
    with pytest.raises(ValueError, match="'tenant_id' is not set"):
        list(connect("visma_net", "http://127.0.0.1:9", tenant_id="").get_customers())
