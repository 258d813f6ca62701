"""The trigger that waits for changes, on a real event loop against the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from loopback import Asked, Reply, reply_json, serving
from waiting import LISTS, Pauses, events_of, first_event, publish_now

from airflow_provider_erp.hooks.line import Line
from airflow_provider_erp.hooks.looking import Look
from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.triggers.changes import ErpChangesTrigger

ONE_CUSTOMER = {"data": [{"id": 1}], "meta": {"pagination": {"totalItems": 1}}}


def waiting_for(vendor: str, resource: str, **options: Any) -> ErpChangesTrigger:
    return ErpChangesTrigger(conn_id=f"{vendor}_default", resource=resource, **options)


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_it_waits_until_the_day_has_changes(sandbox: Sandbox, base_path: Path, vendor: str, resource: str) -> None:
    publish_now(base_path, f"{vendor}_default", resource)
    pauses = Pauses({2: sandbox.advance})
    [event] = events_of(waiting_for(vendor, resource), pauses)
    assert event["status"] == "success"
    assert event["records"] >= 1
    assert pauses.seconds == [60.0, 60.0]


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_nothing_published_means_that_everything_is_new(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    [event] = events_of(waiting_for(vendor, resource))
    assert event["records"] >= 1


def test_it_survives_json() -> None:
    trigger = waiting_for("fynn", "customer", since=None, filters={"search": "A"}, min_records=3, max_failures=2)
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(import_module(module), name)(**json.loads(json.dumps(arguments)))
    assert again.serialize() == (path, arguments)


def test_it_sends_nothing_but_reads_and_token_requests(sandbox: Sandbox, base_path: Path) -> None:
    for vendor, resource in LISTS:
        events_of(waiting_for(vendor, resource))
    writes = [path for method, path in sandbox.requests if method != "GET"]
    assert writes
    assert all(path.endswith(("/connect/token", "/api/auth/login")) for path in writes)


def test_cancelling_it_ends_it_and_closes_its_connections(base_path: Path, connect: Any) -> None:
    arrived, silent = threading.Event(), threading.Event()

    def script(_: Asked) -> Reply:
        arrived.set()
        return Reply(hold=silent)

    async def cancelled() -> int:
        task = asyncio.create_task(first_event(waiting_for("fynn", "customer")))
        assert await asyncio.to_thread(arrived.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    with serving(script) as server:
        connect("fynn", server.url)
        assert asyncio.run(cancelled()) == 1
        silent.set()


def test_a_server_that_wants_to_be_left_alone_is_left_alone_so_long(base_path: Path, connect: Any) -> None:
    def an_hour_later() -> None:
        for shared in Path(gettempdir()).glob("airflow-provider-erp-*/*.pace"):
            shared.unlink()

    with serving([Reply(429, headers={"Retry-After": "3600"}), reply_json(ONE_CUSTOMER)]) as server:
        connect("fynn", server.url)
        pauses = Pauses({3: an_hour_later})
        [event] = events_of(waiting_for("fynn", "customer", max_failures=2), pauses)
    assert event == {"status": "success", "records": 1, "at_least": False, "cursor": None}
    assert pauses.seconds == pytest.approx([3600.0] * 3, abs=30.0)
    assert len(server.asked) == 2


def test_pauses_double_with_each_failure_and_it_gives_up_in_the_end(base_path: Path, connect: Any) -> None:
    with serving([Reply(503)]) as server:
        connect("fynn", server.url, max_attempts=1)
        pauses = Pauses()
        [event] = events_of(waiting_for("fynn", "customer", max_failures=6), pauses)
    assert pauses.seconds == [60.0, 120.0, 240.0, 480.0, 600.0]
    assert len(server.asked) == 6
    assert (event["status"], event["type"], event["failures"], event["retry"]) == ("error", "ErpUnavailable", 6, True)
    assert "status 503" in event["message"]


def test_a_look_that_succeeds_begins_the_count_of_failures_anew(base_path: Path, connect: Any) -> None:
    nothing = reply_json({"data": [], "meta": {"pagination": {"totalItems": 0}}})
    down = Reply(503)
    with serving([down, nothing, down, nothing, down, reply_json(ONE_CUSTOMER)]) as server:
        connect("fynn", server.url, max_attempts=1)
        pauses = Pauses()
        [event] = events_of(waiting_for("fynn", "customer", max_failures=2), pauses)
    assert event["status"] == "success"
    assert pauses.seconds == [60.0] * 5


@pytest.mark.parametrize(
    ("status", "message"), [(401, "check the credentials of connection 'fynn_default'"), (404, "expected status 200")]
)
def test_what_a_person_must_mend_is_not_tried_again(base_path: Path, connect: Any, status: int, message: str) -> None:
    with serving([Reply(status)]) as server:
        connect("fynn", server.url)
        [event] = events_of(waiting_for("fynn", "customer"))
    assert (event["status"], event["failures"], event["retry"]) == ("error", 1, False)
    assert message in event["message"]
    assert len(server.asked) == 1


def test_a_connection_that_is_not_there_is_told_at_once(base_path: Path) -> None:
    [event] = events_of(ErpChangesTrigger(conn_id="nowhere", resource="customer"))
    assert (event["status"], event["retry"]) == ("error", False)
    assert "nowhere" in event["message"]


def test_an_error_of_a_stranger_is_told_by_its_type_and_waited_out(
    base_path: Path, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", f"file://{base_path}/file")
    (base_path / "file").write_text("where a folder should be")
    connect("fynn", "http://127.0.0.1:9")
    [event] = events_of(waiting_for("fynn", "customer", max_failures=2))
    assert event["message"] == "NotADirectoryError; the triggerer's log has more"
    assert (event["failures"], event["retry"]) == (2, True)


def test_a_field_that_was_mended_meanwhile_counts_from_the_next_look_on(base_path: Path, connect: Any) -> None:
    with serving([Reply(503)]) as old, serving([reply_json(ONE_CUSTOMER)]) as new:
        connect("fynn", old.url, max_attempts=1)
        pauses = Pauses({1: lambda: connect("fynn", new.url)})
        [event] = events_of(waiting_for("fynn", "customer"), pauses)
    assert event["status"] == "success"
    assert (len(old.asked), len(new.asked)) == (1, 1)


def test_many_that_wait_on_one_connection_sign_in_once_and_share_its_sockets(base_path: Path, connect: Any) -> None:
    peers: set[int] = set()
    token = reply_json({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})

    def script(asked: Asked) -> Reply:
        peers.add(threading.get_ident())  # the server has a thread for each connection
        return token if asked.method == "POST" else reply_json([])

    async def all_of_them() -> None:
        looked, all_have = 0, asyncio.Event()

        async def asleep(_: float) -> None:
            nonlocal looked
            looked += 1
            if looked == 20:
                all_have.set()
            await asyncio.Event().wait()

        async with asyncio.TaskGroup() as group:
            waiting = []
            for _ in range(20):
                trigger = waiting_for("visma_net", "customer")
                trigger.sleep = asleep
                waiting.append(group.create_task(first_event(trigger)))
            await asyncio.wait_for(all_have.wait(), 30)
            for task in waiting:
                task.cancel()

    with serving(script) as server:
        connect("visma_net", server.url)
        asyncio.run(all_of_them())
    methods = [asked.method for asked in server.asked]
    assert (methods.count("POST"), methods.count("GET")) == (1, 20)
    assert len(peers) <= 8


def test_a_cookie_of_one_connection_does_not_go_out_with_another(
    base_path: Path, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = json.dumps({"data": [], "meta": {"pagination": {"totalItems": 0}}}).encode()
    with_a_cookie = Reply(200, nothing, {"Content-Type": "application/json", "Set-Cookie": "company=1; Path=/"})

    async def one_after_the_other() -> None:
        async with Line("fynn_default") as first, Line("fynn_other") as second:
            for line in (first, second, first):
                await line.look(Look(resource="customer"))

    with serving([with_a_cookie]) as server:
        connect("fynn", f"http://localhost:{server.http.server_address[1]}")
        monkeypatch.setenv("AIRFLOW_CONN_FYNN_OTHER", os.environ["AIRFLOW_CONN_FYNN_DEFAULT"])
        asyncio.run(one_after_the_other())
    assert [asked.headers.get("cookie") for asked in server.asked] == [None] * 3
