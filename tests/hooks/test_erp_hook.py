"""What all hooks share: the connection's fields, retries, renewal, redirects, and that nothing secret gets out."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from loopback import Asked, LoopbackServer, Reply, reply_json, serving

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpError,
    ErpInconsistentRead,
    ErpProtocolError,
    ErpUnavailable,
    UnreadableRecord,
)
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.hooks.fynn import FynnHook
from airflow_provider_erp.hooks.visma_net import VismaNetHook
from airflow_provider_erp.hooks.visma_px import VismaPxHook


def fynn_page(*rows: Any, total: int | None = None) -> Reply:
    count = len(rows) if total is None else total
    return reply_json({"data": list(rows), "meta": {"pagination": {"totalItems": count}}})


ONE = fynn_page({"id": "1"})


def read(connect: Any, server: LoopbackServer, **options: Any) -> list[dict[str, Any]]:
    return list(connect("fynn", server.url, **options).get_customers())


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=503),
        Reply(status=429, headers={"Retry-After": "3"}),
        Reply(reset=True),
        Reply(body=ONE.body, headers=ONE.headers, cut=True),
        Reply(body=b"<html>busy</html>", headers={"Content-Type": "text/html"}),
        Reply(body=ONE.body[:-5], headers=ONE.headers),
    ],
    ids=["500", "503", "429", "reset", "cut off", "html with status 200", "json cut short with status 200"],
)
def test_one_passing_fault_is_survived(connect: Any, fault: Reply) -> None:
    with serving([fault, ONE]) as server:
        assert read(connect, server) == [{"id": "1"}]
    assert len(server.asked) == 2


def test_silence_beyond_the_time_out_is_survived_once(connect: Any) -> None:
    held = threading.Event()
    with serving([Reply(hold=held), ONE]) as server:
        assert read(connect, server, timeout_seconds=0.2) == [{"id": "1"}]
        held.set()


@pytest.mark.parametrize(("field", "tries"), [(None, 5), (2, 2), ("3", 3)])
def test_attempts_are_bounded_by_the_connection(connect: Any, field: Any, tries: int) -> None:
    with serving([Reply(status=500)]) as server, pytest.raises(ErpUnavailable, match=f"after {tries} attempts"):
        read(connect, server, max_attempts=field)
    assert len(server.asked) == tries


def test_retry_after_that_does_not_fit_the_budget_gives_up_at_once_and_tells_how_long(connect: Any) -> None:
    with serving([Reply(status=429, headers={"Retry-After": "600"})]) as server:
        with pytest.raises(ErpUnavailable, match="asks to wait 600 s") as caught:
            read(connect, server)
    assert caught.value.retry_after == 600
    assert caught.value.status == 429
    assert len(server.asked) == 1


def test_retry_after_is_obeyed_in_seconds_and_as_a_date(connect: Any) -> None:
    later = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=6), usegmt=True)
    pauses: list[float] = []
    with serving([Reply(429, headers={"Retry-After": "4"}), Reply(503, headers={"Retry-After": later}), ONE]) as server:
        connect("fynn", server.url)
        hook = FynnHook(sleep=pauses.append)
        assert list(hook.get_customers()) == [{"id": "1"}]
    assert pauses[0] == 4
    assert any(4 <= pause <= 6 for pause in pauses[2:])  # after the rest of the first, for time stands still here


def test_html_instead_of_json_twice_is_an_inconsistent_read_that_names_what_came(connect: Any) -> None:
    page = Reply(body=b"<html>Erika Muster</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    with (
        serving([page]) as server,
        pytest.raises(ErpInconsistentRead, match=r"got text/html with status 200 \(25 bytes, twice"),
    ):
        read(connect, server)
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 404, 422, 204, 201])
def test_any_other_status_of_a_read_fails_at_once(connect: Any, status: int) -> None:
    with serving([Reply(status, headers={"X-Request-Id": "r-1"})]) as server:
        with pytest.raises(ErpProtocolError, match=f"expected status 200, got {status}") as caught:
            read(connect, server)
    assert (caught.value.status, caught.value.request_id) == (status, "r-1")
    assert len(server.asked) == 1


def test_byte_order_mark_is_no_obstacle(connect: Any) -> None:
    with serving([Reply(body=b"\xef\xbb\xbf" + ONE.body)]) as server:
        assert read(connect, server) == [{"id": "1"}]


NO_JSON = (
    b"503 Service Unavailable",
    b"12:00 maintenance",
    b"null and void",
    b'{"Message": "An err',
)


@pytest.mark.parametrize("body", NO_JSON)
@pytest.mark.parametrize("conn_type", ["visma_px", "visma_net", "lemonsoft", "fynn"])
def test_text_of_a_gateway_with_status_200_gets_a_second_look_and_is_worth_a_retry(
    connect: Any, conn_type: str, body: bytes
) -> None:
    def script(asked: Asked) -> Reply:
        if asked.method == "POST":
            return reply_json({"access_token": "t", "token_type": "Bearer", "session_id": "s"})
        return Reply(200, body, {"Content-Type": "application/json"})

    with serving(script) as server:
        hook = connect(conn_type, server.url)
        with pytest.raises(ErpInconsistentRead, match="expected a whole document") as caught:
            list(hook.get_customers())
        assert hook.test_connection()[0] is False
    assert caught.value.__cause__ is None


def test_answer_in_another_charset_is_no_json_and_its_text_stays_hidden(connect: Any) -> None:
    with serving([Reply(200, b'{"error": "J\xf6rgensholm"}')]) as server:
        with pytest.raises(ErpInconsistentRead, match="expected a whole document") as caught:
            read(connect, server)
    assert "rgensholm" not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)


@pytest.mark.parametrize("body", [b'{"data": [NaN], "meta": {"pagination": {"totalItems": 1}}}', b""])
def test_body_that_is_no_json_is_never_an_empty_list(connect: Any, body: bytes) -> None:
    with serving([Reply(body=body)]) as server, pytest.raises(ErpInconsistentRead):
        read(connect, server)


def test_row_that_is_no_utf8_text_is_an_error_that_says_which(connect: Any) -> None:
    body = ONE.body.replace(b'"1"', b'"1", "name": "M\xfcller"')
    with serving([Reply(body=body)]) as server, pytest.raises(UnreadableRecord, match="page 1, row 1"):
        read(connect, server)


def test_lone_surrogate_costs_its_own_record_and_no_other(connect: Any) -> None:
    body = fynn_page({"id": "1"}, {"id": "2", "companyName": "a\ud800"}, {"id": "3"})
    with serving([body]) as server:
        hook = connect("fynn", server.url)
        [page] = hook.fetch("customer")
    readable = []
    for row in page.raw:
        with suppress(UnreadableRecord):
            readable.append(hook.traits("customer").read(row).source_id)
    assert readable == ["1", "3"]
    assert b"\\ud800" in bytes(page.raw[1])


@pytest.mark.parametrize(
    ("body", "outline"),
    [(b"[1]", "the answer is a list"), (b"[" * 9000 + b"]" * 9000, "the answer is nested too deeply")],
)
def test_answer_of_another_shape_is_outlined(connect: Any, body: bytes, outline: str) -> None:
    with serving([Reply(200, body)]) as server, pytest.raises(ErpProtocolError, match=outline):
        read(connect, server)


def test_row_that_is_no_object_is_a_record_that_cannot_be_read(connect: Any) -> None:
    with serving([fynn_page(1, 2)]) as server, pytest.raises(UnreadableRecord, match="page 1, row 1: no JSON object"):
        read(connect, server)


def test_redirect_to_another_host_is_refused_and_gets_no_credentials(connect: Any) -> None:
    with serving([ONE]) as other, serving([Reply(302, headers={"Location": f"{other.url}/customers"})]) as server:
        with pytest.raises(ErpProtocolError, match="redirects to another address"):
            read(connect, server)
        assert other.asked == []


@pytest.mark.parametrize("target", ["http://[::1", "http://127.0.0.1:abc/", "//u:p@{host}/m", "https://{host}/m"])
def test_redirect_to_nowhere_or_with_a_user_in_it_is_refused(connect: Any, target: str) -> None:
    with serving([ONE]) as server:
        host = server.url.partition("://")[2]
        server.script = lambda _: Reply(302, headers={"Location": target.format(host=host)})
        with pytest.raises(ErpProtocolError, match="redirects to another address"):
            read(connect, server)
    assert len(server.asked) == 1


def test_redirect_within_the_host_is_followed_with_credentials(connect: Any) -> None:
    with serving([Reply(307, headers={"Location": "/customers/?page=1&limit=100"}), ONE]) as server:
        assert read(connect, server) == [{"id": "1"}]
    assert server.asked[1].headers["authorization"] == "Bearer the-password"


def test_redirect_in_circles_is_an_error(connect: Any) -> None:
    with serving([Reply(301, headers={"Location": "/customers"})]) as server:
        with pytest.raises(ErpProtocolError, match="got 301"):
            read(connect, server)
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "px.example.com"}, "https://px.example.com"),
        ({"host": "https://px.example.com/a/b/"}, "https://px.example.com/a/b"),
        ({"host": "https://px.example.com/a", "port": 8443}, "https://px.example.com:8443/a"),
        ({"host": "https://px.example.com:444/a", "port": 8443}, "https://px.example.com:444/a"),
        ({"host": "[::1]", "port": 8080, "schema": "http"}, "http://[::1]:8080"),
        ({"host": "http://localhost:1/px"}, "http://localhost:1/px"),
        ({"host": "http://127.9.9.9"}, "http://127.9.9.9"),
        ({"host": "erp.example.com", "schema": "LemonRest"}, "https://erp.example.com/LemonRest"),
        ({"host": "https://erp.example.com/a/", "schema": "b", "port": 444}, "https://erp.example.com:444/a/b"),
        ({"host": None}, "https://coreapi.io"),
        ({"host": "http://erp.example.com", "extra": {"allow_http": True}}, "http://erp.example.com"),
    ],
)
def test_base_url_keeps_the_path_and_takes_the_port_when_the_host_has_none(
    connect: Any, fields: dict[str, Any], url: str
) -> None:
    assert connect("fynn", "", fields=fields).settings.base_url == url


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"host": "http://erp.example.com"}, "is http"),
        ({"host": "http://localhost.example.com"}, "is http"),
        ({"host": "http://127.0.0.1.example.com"}, "is http"),
        ({"host": "http://10.0.0.1", "extra": {"allow_http": False}}, "is http"),
        ({"host": "ftp://erp.example.com"}, "no address"),
        ({"host": "https://"}, "no address"),
        ({"host": "http://[::1"}, "no address"),
        ({"host": "https://u:the-password@exa\u2100mple.com"}, "no address"),
        ({"host": "https://erp.example.com:99999"}, "no address"),
        ({"host": "https://user:word@erp.example.com"}, "neither a user nor a query"),
        ({"host": "https://erp.example.com/?a=b"}, "neither a user nor a query"),
    ],
)
def test_host_that_must_not_get_credentials_is_refused(connect: Any, fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ErpConfigError, match=told) as caught:
        list(connect("fynn", "", fields=fields).get_customers())
    assert "fynn_default" in str(caught.value)
    assert "the-password" not in "".join(traceback.format_exception(caught.value))


def test_extra_that_is_no_object_is_refused() -> None:
    hook = FynnHook()
    fields = {"host": None, "port": None, "schema": None, "login": None, "password": "p", "extra_dejson": [1]}
    hook.connection = cast("Any", SimpleNamespace(**fields))
    with pytest.raises(ErpConfigError, match="must be a JSON object, got a list"):
        list(hook.get_customers())


def test_host_is_required_where_every_customer_has_an_own_one(connect: Any) -> None:
    with pytest.raises(ErpConfigError, match="host field is not set"):
        list(connect("lemonsoft", "", fields={"host": ""}).get_customers())


def test_http_token_address_is_refused_like_an_http_host(connect: Any) -> None:
    with pytest.raises(ErpConfigError, match="token_url' is http"):
        list(connect("visma_net", "http://127.0.0.1:9", token_url="http://evil.example.com").get_customers())


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"timeout_seconds": "soon"}, "'timeout_seconds' must be a number"),
        ({"timeout_seconds": 0}, "'timeout_seconds' must be a number of at least 0.001"),
        ({"retry_seconds": -1}, "'retry_seconds'"),
        ({"max_attempts": 0}, "'max_attempts'"),
        ({"max_attempts": True}, "'max_attempts'"),
        ({"verify_tls": "maybe"}, "'verify_tls' must be true or false"),
        ({"ca_bundle": ["a"]}, "'ca_bundle' must be a text"),
        ({"retry_seconds": "inf"}, "'retry_seconds' must be a number"),
    ],
)
def test_malformed_field_of_the_connection_is_named(connect: Any, extra: dict[str, Any], told: str) -> None:
    with pytest.raises(ErpConfigError, match=told):
        list(connect("fynn", "http://127.0.0.1:9", **extra).get_customers())


def test_null_and_empty_fields_of_a_form_count_as_absent(connect: Any) -> None:
    with serving([ONE]) as server:
        blank = dict.fromkeys(("timeout_seconds", "max_attempts", "retry_seconds", "company", "allow_http"))
        assert read(connect, server, **blank, ca_bundle="", verify_tls=" ") == [{"id": "1"}]


def test_ca_bundle_and_switched_off_verification_reach_the_transport(
    connect: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    assert connect("fynn", "https://x").transport.options.verify is True
    assert connect("fynn", "https://x", ca_bundle=str(bundle)).transport.options.verify == str(bundle)
    assert caplog.text == ""
    assert connect("fynn", "https://x", verify_tls="false", ca_bundle=str(bundle)).transport.options.verify is False
    assert "certificates are not checked" in caplog.text


def test_ca_bundle_that_is_not_there_is_named(connect: Any) -> None:
    with pytest.raises(ErpConfigError, match=r"'ca_bundle' names /nowhere/ca\.pem"):
        list(connect("fynn", "https://x", ca_bundle="/nowhere/ca.pem").get_customers())


def test_company_is_a_field_with_a_default_for_each_type(connect: Any) -> None:
    url = "http://127.0.0.1:9/x"
    companies = [connect(conn_type, url).company for conn_type in ("visma_px", "visma_net", "lemonsoft", "fynn")]
    assert companies == ["C1", "T1", "127.0.0.1:9/x DB1", "fynn_default"]
    assert connect("fynn", url, company="Oy Ab").company == "Oy Ab"


def test_constructor_reads_no_connection() -> None:
    FynnHook("not_there")


def test_hook_is_picked_by_the_connections_type(connect: Any) -> None:
    for conn_type in ("visma_px", "visma_net", "lemonsoft", "fynn"):
        expected = type(connect(conn_type, "http://127.0.0.1:9"))
        assert type(ErpHook.for_connection(f"{conn_type}_default")) is expected


def test_connection_of_another_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", '{"conn_type": "http", "host": "x"}')
    with pytest.raises(ErpConfigError, match="type 'http'; expected one of visma_px"):
        ErpHook.for_connection("other")


def test_fields_of_a_connection_that_is_written_as_a_uri_may_hold_json_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = "visma-px://u:p@px.example.com/base?company_id=7&auth_scheme=basic&error_message_types=[3]"
    monkeypatch.setenv("AIRFLOW_CONN_VISMA_PX_DEFAULT", uri + "&status_map=%7B%22Closed%22%3A%22blocked%22%7D")
    settings = VismaPxHook().settings
    assert settings.base_url == "https://px.example.com/base"
    assert settings.whole_numbers("error_message_types") == {3}
    assert settings.mapping("status_map") == {"Closed": "blocked"}


def test_unknown_resource_is_refused_with_the_known_ones(connect: Any) -> None:
    with pytest.raises(ValueError, match="no resource 'customers'; it has customer"):
        connect("fynn", "http://127.0.0.1:9").fetch("customers")


@pytest.mark.parametrize("filters", ["abc", ["limit"], 7])
def test_filters_that_are_no_mapping_are_refused(connect: Any, filters: Any) -> None:
    with pytest.raises(ValueError, match="filters must map names to values"):
        connect("fynn", "http://127.0.0.1:9").fetch("customer", filters=filters)


def test_since_and_its_own_filter_together_are_refused(connect: Any) -> None:
    with pytest.raises(ValueError, match="same thing"):
        connect("visma_px", "http://127.0.0.1:9").fetch("customer", since="a", filters={"changed_since": "b"})


SECRETS = ("the-password", "lemon-api-key", "token-1", "session-1", "Erika", "erika@example.com")


def _fails(conn_type: str) -> Callable[[Asked], Reply]:
    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "token-1", "token_type": "Bearer"})
        if asked.path == "/api/auth/login":
            return reply_json({"session_id": "session-1"})
        return reply_json({"name": "Erika", "email": "erika@example.com"}, 418)

    return script


@pytest.mark.parametrize("conn_type", ["visma_px", "visma_net", "lemonsoft", "fynn"])
@pytest.mark.parametrize("fault", ["status", "shape", "no server"])
def test_no_secret_and_no_body_stands_in_a_formatted_traceback_or_a_log(
    connect: Any, caplog: pytest.LogCaptureFixture, conn_type: str, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(_fails(conn_type)) as server:
        extra = {"auth_scheme": "query", "auth_name": "apikey"} if conn_type == "visma_px" else {}
        if fault == "shape":
            failing = server.script
            server.script = lambda asked: reply_json(failing(asked).body)
        url = "http://127.0.0.1:9" if fault == "no server" else server.url
        hook = connect(conn_type, url, max_attempts=2, **extra)
        with pytest.raises(ErpError) as caught:
            list(hook.get_customers())
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert [secret for secret in SECRETS if secret in told] == []


def test_netrc_is_not_read(connect: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password stolen\n")
    monkeypatch.setenv("NETRC", str(netrc))
    answer = {"Servertime": "x", "Customers": []}
    with serving([reply_json(answer)]) as server:
        list(connect("visma_px", server.url, auth_scheme="none").get_customers())
    assert "authorization" not in server.asked[0].headers


def test_proxy_of_the_environment_is_used(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([ONE]) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        fields = {"host": "http://erp.example.com", "extra": {"allow_http": True}}
        assert list(connect("fynn", "", fields=fields).get_customers()) == [{"id": "1"}]
    assert proxy.targets == ["http://erp.example.com/customers?limit=100&page=1"]


def test_connection_to_this_machine_goes_through_no_proxy(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([Reply(502)]) as proxy, serving([ONE]) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert read(connect, server) == [{"id": "1"}]
    assert proxy.asked == []


def test_one_connection_to_the_server_serves_all_pages(connect: Any) -> None:
    ports = set()
    page = iter(range(1, 4))

    def script(asked: Asked) -> Reply:
        return fynn_page({"id": str(next(page))}, total=3)

    with serving(script) as server:
        accept = server.http.get_request

        def counted() -> Any:
            connection, address = accept()
            ports.add(address)
            return connection, address

        server.http.get_request = counted  # type: ignore[method-assign]
        assert len(read(connect, server)) == 3
    assert len(ports) == 1


@pytest.mark.parametrize("conn_type", ["visma_px", "visma_net", "lemonsoft", "fynn"])
def test_connection_test_says_yes_after_one_cheap_question(connect: Any, conn_type: str) -> None:
    answers = {
        "visma_px": {"Customers": [], "Servertime": "x"},
        "visma_net": [],
        "lemonsoft": {"results": [], "has_next_page": False},
        "fynn": {"data": [], "meta": {"pagination": {"totalItems": 0}}},
    }

    def script(asked: Asked) -> Reply:
        if asked.method == "POST":
            return reply_json({"access_token": "t", "token_type": "Bearer", "session_id": "s"})
        return reply_json(answers[conn_type])

    with serving(script) as server:
        works, told = connect(conn_type, server.url).test_connection()
    assert works, told
    assert len([asked for asked in server.asked if asked.method == "GET"]) == 1


def test_connection_test_says_what_to_mend(connect: Any) -> None:
    with serving([Reply(401)]) as server:
        works, told = connect("fynn", server.url).test_connection()
    assert not works
    assert told == (
        "fynn customer page 1: refused with status 401; check the credentials of this connection and their rights"
    )
    works, told = connect("visma_px", "http://127.0.0.1:9", auth_scheme=None).test_connection()
    assert not works
    assert "auth_scheme" in told
    works, told = connect("fynn", "http://127.0.0.1:9").test_connection()
    assert not works
    assert told == (
        "http://127.0.0.1:9: no connection could be opened after 1 attempt; check host, port, and the network between"
    )


def test_connection_test_asks_a_token_server_that_is_away_once(connect: Any) -> None:
    pauses: list[float] = []
    connect("visma_net", "http://127.0.0.1:9")
    works, told = VismaNetHook(sleep=pauses.append).test_connection()
    assert not works
    assert "after 1 attempt" in told
    assert pauses == []


def test_token_fetched_at_run_time_is_masked(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    masked: list[str] = []
    monkeypatch.setattr("airflow_provider_erp.hooks.connection.mask_secret", masked.append)
    with serving(_fails("visma_net")) as server, pytest.raises(ErpProtocolError):
        list(connect("visma_net", server.url).get_customers())
    assert masked == ["token-1"]


@pytest.mark.parametrize("conn_type", ["visma_px", "visma_net", "lemonsoft", "fynn"])
def test_missing_credential_says_which_field_it_belongs_into(connect: Any, conn_type: str) -> None:
    works, told = connect(conn_type, "http://127.0.0.1:9", fields={"login": None, "password": None}).test_connection()
    assert not works
    assert told.startswith(f"{conn_type}: this connection: ")
    assert "password" in told


@pytest.mark.parametrize("verdicts", [[401, 200], [200, 401, 200, 401, 200]])
def test_token_that_worked_is_renewed_whenever_it_ends(connect: Any, verdicts: list[int]) -> None:
    refusals = verdicts.count(401)
    verdicts = [*verdicts]
    tokens = 0
    page = 0

    def script(asked: Asked) -> Reply:
        nonlocal tokens, page
        if asked.path == "/connect/token":
            tokens += 1
            return reply_json({"access_token": f"t{tokens}", "token_type": "Bearer"})
        if verdicts.pop(0) == 401:
            return Reply(401)
        page += 1
        return reply_json([{"internalId": page, "metadata": {"totalCount": 1 + len(verdicts) // 2 + page - 1}}])

    with serving(script) as server:
        hook = connect("visma_net", server.url)
        while verdicts:
            next(iter(hook.get_customers()))
    assert tokens == 1 + refusals


def test_token_refused_after_one_renewal_is_an_auth_error(connect: Any) -> None:
    def script(asked: Asked) -> Reply:
        return reply_json({"access_token": "t", "token_type": "Bearer"}) if asked.method == "POST" else Reply(401)

    with serving(script) as server, pytest.raises(ErpAuthError):
        list(connect("visma_net", server.url).get_customers())
    assert [asked.method for asked in server.asked] == ["POST", "GET", "POST", "GET"]
