"""Visma PX through its hook, against a server on the loopback interface."""

from __future__ import annotations

import base64
import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from airflow_provider_erp.exceptions import ErpConfigError, ErpInconsistentRead, ErpProtocolError

CUSTOMERS = (Path(__file__).parents[1] / "vendors/visma_px/customer.json").read_bytes()
TRANSACTIONS = (Path(__file__).parents[1] / "vendors/visma_px/project_transaction.json").read_bytes()
CUSTOMERS_XML = (Path(__file__).parents[1] / "vendors/visma_px/customer.xml").read_bytes()
EMPTY: dict[str, Any] = {"Servertime": "2026-05-09T17:16:58.0463529+02:00", "Customers": [], "Message": None}


def test_documented_customer_dump_comes_row_by_row_doubles_included(connect: Any) -> None:
    with serving([reply_json(CUSTOMERS)]) as server:
        rows = list(connect("visma_px", server.url).get_customers())
    assert [row["Customerid"] for row in rows] == ["sample string 1"] * 3
    assert server.asked[0].path == "/pxapi/Customer"
    assert server.asked[0].query == {"selection": "1", "inclNotActive": "true", "companyId": "C1"}


def test_documented_transactions_come_with_decimal_hours(connect: Any) -> None:
    with serving([reply_json(TRANSACTIONS)]) as server:
        rows = list(connect("visma_px", server.url).get_transactions(incl_not_active_projects=False))
    assert rows[0]["Hoursreported"] == Decimal("16.0")
    assert isinstance(rows[0]["Hoursreported"], Decimal)
    assert server.asked[0].path == "/pxapi/Trans"
    assert server.asked[0].query == {"inclNotActiveProjects": "false", "companyId": "C1"}


def test_changed_since_goes_out_verbatim_with_its_plus_encoded(connect: Any) -> None:
    stamp = "2026-05-09T17:16:58.0463529+02:00"
    with serving([reply_json(EMPTY)]) as server:
        assert list(connect("visma_px", server.url).get_customers(changed_since=stamp)) == []
    assert server.asked[0].query["changedSince"] == stamp
    assert "+" not in server.targets[0]


def test_page_offers_the_servertime_as_cursor_with_all_its_digits_also_when_empty(connect: Any) -> None:
    with serving([reply_json(EMPTY)]) as server:
        [page] = connect("visma_px", server.url).fetch("customer", since="2026-05-01T00:00:00+02:00")
    assert page.cursor == "2026-05-09T17:16:58.0463529+02:00"
    assert page.raw == []


def test_undocumented_selection_goes_out_with_a_warning(connect: Any, caplog: pytest.LogCaptureFixture) -> None:
    with serving([reply_json(EMPTY)]) as server:
        list(connect("visma_px", server.url).get_customers(selection=2))
    assert server.asked[0].query["selection"] == "2"
    assert "selection 2 is not documented" in caplog.text


@pytest.mark.parametrize("state", ["null", "absent"])
def test_list_that_is_null_or_absent_is_an_error(connect: Any, state: str) -> None:
    answer: dict[str, Any] = {"Servertime": "x", "Message": {"Messagetype": 3, "Messagetext": "Frau Müller darf nicht"}}
    if state == "null":
        answer["Customers"] = None
    with serving([reply_json(answer)]) as server, pytest.raises(ErpProtocolError, match=state) as caught:
        list(connect("visma_px", server.url).get_customers())
    assert "Müller" not in str(caught.value)


def test_text_beside_a_list_is_no_error_but_logged(connect: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer = {**EMPTY, "Message": {"Messagetype": 1, "Messagetext": "good day"}}
    with serving([reply_json(answer)]) as server:
        assert list(connect("visma_px", server.url).get_customers()) == []
    assert "good day" in caplog.text


def test_message_type_that_the_connection_names_is_an_error(connect: Any) -> None:
    answer = {**EMPTY, "Message": {"Messagetype": 3, "Messagetext": "no"}}
    with serving([reply_json(answer)]) as server, pytest.raises(ErpProtocolError, match="message type 3"):
        list(connect("visma_px", server.url, error_message_types=[3]).get_customers())


def test_json_of_either_documented_content_type_is_read(connect: Any) -> None:
    with serving([Reply(200, CUSTOMERS, {"Content-Type": "text/json; charset=utf-8"})]) as server:
        assert len(list(connect("visma_px", server.url).get_customers())) == 3
    assert server.asked[0].headers["accept"] == "application/json, text/json"


def test_xml_is_asked_for_where_the_connection_says_so_and_comes_as_the_same_fields(connect: Any) -> None:
    document = CUSTOMERS_XML.replace(b"<Servertime>2026", b"<Servertime>2027")
    with serving([Reply(200, document, {"Content-Type": "application/xml"})]) as server:
        hook = connect("visma_px", server.url, response_format="xml")
        rows = list(hook.get_customers())
        [*_, last] = hook.fetch("customer")
    assert [row["Customerid"] for row in rows] == ["sample string 1"] * 3
    assert rows[0].keys() == json.loads(CUSTOMERS)["Customers"][0].keys()
    assert server.asked[0].headers["accept"] == "application/xml, text/xml"
    assert str(last.cursor).startswith("2027")


def test_unknown_response_format_is_refused_and_nothing_is_sent(connect: Any) -> None:
    with serving([reply_json(EMPTY)]) as server, pytest.raises(ErpConfigError, match="set json or xml"):
        list(connect("visma_px", server.url, response_format="csv").get_customers())
    assert server.asked == []


def test_xml_with_a_document_type_is_refused_twice(connect: Any) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><CustomerHead><Customers>&b;</Customers></CustomerHead>'
    with serving([Reply(200, bomb, {"Content-Type": "application/xml"})]) as server:
        with pytest.raises(ErpInconsistentRead, match="document type declaration"):
            list(connect("visma_px", server.url, response_format="xml").get_customers())


def test_absent_auth_scheme_is_an_error_that_says_so_and_sends_nothing(connect: Any) -> None:
    with serving([reply_json(EMPTY)]) as server, pytest.raises(ErpConfigError, match="'auth_scheme' is not set"):
        list(connect("visma_px", server.url, auth_scheme=None).get_customers())
    assert server.asked == []


def _seen(connect: Any, **extra: Any) -> Asked:
    with serving([reply_json(EMPTY)]) as server:
        list(connect("visma_px", server.url, **extra).get_customers())
    return server.asked[0]


def test_each_auth_scheme_puts_the_secret_where_it_belongs(connect: Any) -> None:
    pair = base64.b64encode(b"the-login:the-password").decode()
    assert _seen(connect, auth_scheme="basic").headers["authorization"] == f"Basic {pair}"
    assert _seen(connect, auth_scheme="bearer").headers["authorization"] == "Bearer the-password"
    assert _seen(connect, auth_scheme="header", auth_name="X-Px").headers["x-px"] == "the-password"
    assert _seen(connect, auth_scheme="query", auth_name="key").query["key"] == "the-password"
    assert "authorization" not in _seen(connect, auth_scheme="none").headers


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"auth_scheme": "kerberos"}, "'kerberos' is unknown"),
        ({"auth_scheme": "header"}, "'auth_name' is not set"),
        ({"company_id": None}, "'company_id' is not set"),
    ],
)
def test_incomplete_connection_says_which_field_to_mend(connect: Any, extra: dict[str, Any], told: str) -> None:
    with pytest.raises(ErpConfigError, match=told):
        list(connect("visma_px", "http://127.0.0.1:9", **extra).get_customers())


@pytest.mark.parametrize("fault", [Reply(503, b"x" * 9_000_000), Reply(200, b'{"Customers":[NaN,' + b"1," * 5_000_000)])
def test_answers_that_were_not_read_hold_no_connection_that_the_next_try_needs(connect: Any, fault: Reply) -> None:
    with serving([fault, reply_json(CUSTOMERS)]) as server:
        hook = connect("visma_px", server.url, window=1, timeout_seconds=2)
        hook._asleep = no_pause
        assert sum(len(page.raw) for page in hook.pages("customer")) == 3


async def no_pause(_seconds: float) -> None:
    """Goes on at once."""
