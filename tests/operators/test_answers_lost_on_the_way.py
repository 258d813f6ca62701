"""Writes that are done and whose answers break on the way, behind a proxy or under TLS: each is done once."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from airflow.providers.common.compat.sdk import AirflowFailException
from connect_proxy import tunnels_to, use_proxy
from loopback import Asked, LoopbackServer, Reply, reply_json, serving
from pushed_records import NOW, new_customers

from airflow_provider_erp.operators import customer_target
from airflow_provider_erp.operators.lemonsoft import LemonsoftAddAccountOperator
from airflow_provider_erp.operators.push import ErpPushOperator

BROKEN = {
    "reset": Reply(reset=True),
    "ended": Reply(verbatim=b""),
    "a text in the clear": Reply(verbatim=b"", below_tls=b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
    "a damaged record in the body": Reply(
        verbatim=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{",
        below_tls=b"\x17\x03\x03\x00\x20" + bytes(range(32)),
    ),
    "two lengths": Reply(verbatim=b"HTTP/1.1 200 OK\r\nContent-Length: 5, 7\r\n\r\n{}"),
}
every_break = pytest.mark.parametrize("how", BROKEN)


class Lemonsoft:
    """Keeps what it is sent; the answers to its first two writes break."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []
        self.how = Reply()

    def __call__(self, asked: Asked) -> Reply:
        if "login" in asked.path:
            return reply_json({"session_id": "s"})
        if asked.method == "GET":
            return reply_json({"results": self.written, "has_next_page": False, "has_errors": False, "errors": []})
        self.written.append(json.loads(asked.body) | {"id": 1_000 + len(self.written)})
        return self.how if len(self.written) <= 2 else reply_json(self.written[-1])


@pytest.fixture
def lemonsoft() -> Lemonsoft:
    return Lemonsoft()


@pytest.fixture(params=["behind a proxy", "under TLS"])
def connected(
    request: pytest.FixtureRequest, lemonsoft: Lemonsoft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[LoopbackServer]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("erp.example.com", "127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setattr(customer_target, "_GRACE_SECONDS", 0.0)
    with serving(lemonsoft, tls=context) as server, tunnels_to(server.http.server_address[1]) as proxy:
        use_proxy(monkeypatch, proxy)
        host = "https://erp.example.com" if request.param == "behind a proxy" else server.url
        extra = {"database": "d", "api_key": "k", "timeout_seconds": 1, "ca_bundle": str(tmp_path / "ca.pem")}
        connection = {"conn_type": "lemonsoft", "host": host, "login": "u", "password": "p", "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_LEMONSOFT_DEFAULT", json.dumps(connection))
        yield server


Execute = Callable[[ErpPushOperator | LemonsoftAddAccountOperator], dict[str, Any]]


@pytest.fixture
def execute(connected: LoopbackServer) -> Execute:
    def execute(operator: ErpPushOperator | LemonsoftAddAccountOperator) -> dict[str, Any]:
        instance = SimpleNamespace(dag_id="dag", run_id="1", task_id=operator.task_id, map_index=-1, try_number=1)
        run = SimpleNamespace(logical_date=NOW, run_after=NOW)
        return operator.execute({"dag_run": run, "ti": instance})  # type: ignore[typeddict-item]

    return execute


def a_push(folder: Path) -> ErpPushOperator:
    return ErpPushOperator(
        task_id="push",
        conn_id="lemonsoft_default",
        records=new_customers(1),
        dry_run=False,
        base_path=f"file://{folder}/erp",
    )


@every_break
def test_customer_is_looked_up_and_created_once(
    how: str, lemonsoft: Lemonsoft, execute: Execute, tmp_path: Path
) -> None:
    lemonsoft.how = BROKEN[how]
    told = execute(a_push(tmp_path))
    assert told["counts"] == {"created": 1}
    assert len(lemonsoft.written) == 1


@every_break
def test_bank_account_is_sent_once_and_waits_for_a_person(
    how: str, lemonsoft: Lemonsoft, execute: Execute, tmp_path: Path
) -> None:
    lemonsoft.how = BROKEN[how]
    for said in ("look before it is sent again", "confirm_resend"):
        with pytest.raises(AirflowFailException, match=said):
            execute(
                LemonsoftAddAccountOperator(
                    task_id="account",
                    conn_id="lemonsoft_default",
                    customer_id=1,
                    account={"iban": "FI2112345600000785"},
                    dry_run=False,
                    base_path=f"file://{tmp_path}/erp",
                )
            )
    assert len(lemonsoft.written) == 1


def test_customer_that_had_to_wait_before_it_was_sent_is_waited_for_after_its_loss(
    lemonsoft: Lemonsoft, connected: LoopbackServer, execute: Execute, tmp_path: Path
) -> None:
    posts: list[Asked] = []
    looks: list[int] = []

    def slow(asked: Asked) -> Reply:
        """A limit, then an answer that is lost, and a customer that is not there at the first look after that."""
        if asked.method != "POST" or "login" in asked.path:
            looks.append(len(posts))
            return (
                reply_json({"results": [], "has_next_page": False, "has_errors": False, "errors": []})
                if looks.count(2) == 1 and looks[-1] == 2
                else lemonsoft(asked)
            )
        posts.append(asked)
        if len(posts) == 1:
            return Reply(429, headers={"Retry-After": "2"})
        lemonsoft(asked)
        return Reply(reset=True) if len(posts) == 2 else reply_json(lemonsoft.written[-1])

    connected.script = slow
    told = execute(a_push(tmp_path))
    assert told["counts"] == {"created": 1}
    assert (len(posts), len(lemonsoft.written), looks.count(2)) == (2, 1, 2)
