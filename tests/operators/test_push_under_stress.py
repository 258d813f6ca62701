"""The push operator where the system is slow to take writes: limits of requests, refusals for now, the background."""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from loopback import Asked, LoopbackServer, Reply, reply_json, serving
from push_in_a_process import CREATED, NOW, a_customer

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.hooks.visma_net import VismaNetHook
from airflow_provider_erp.operators import customer_target
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.sandbox import Sandbox, running_sandbox

WRITABLE = ("visma_net", "lemonsoft")
Push = Callable[..., dict[str, Any]]


@pytest.fixture
def push(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Push:
    """Runs a push as a task does, through a connection with these fields."""

    def push(connection: dict[str, Any], *, try_number: int = 1, extra: Any = None, **arguments: Any) -> dict[str, Any]:
        quick = connection["extra"] | {"timeout_seconds": 5, "retry_seconds": 5} | (extra or {})
        monkeypatch.setenv("AIRFLOW_CONN_STRESSED", json.dumps(connection | {"extra": quick}))
        operator = ErpPushOperator(
            task_id="push",
            conn_id="stressed",
            defaults=CREATED[connection["conn_type"]],
            dry_run=False,
            base_path=f"file://{tmp_path}/erp",
            **arguments,
        )
        instance = SimpleNamespace(dag_id="dag", run_id="1", task_id="push", map_index=-1, try_number=try_number)
        run = SimpleNamespace(logical_date=NOW, run_after=NOW)
        return operator.execute({"dag_run": run, "ti": instance})  # type: ignore[typeddict-item]

    return push


@contextmanager
def a_sandbox(**given: Any) -> Iterator[Sandbox]:
    with running_sandbox(customers=20, requests_per_session=10_000, **given) as running:
        yield running


def connection_to(sandbox: Sandbox, vendor: str) -> dict[str, Any]:
    return sandbox.connections()[f"{vendor}_default"]


def receipts(told: dict[str, Any]) -> list[dict[str, Any]]:
    path = Path(told["receipts"].removeprefix("file://"))
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class Ledger:
    """Visma.net that creates what it is sent, and notes the moment of every request."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.numbers: list[str] = []
        self._lock = Lock()

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            self.moments.append(time.time())
            if asked.path == "/connect/token":
                return reply_json({"access_token": "t", "token_type": "Bearer"})
            if asked.method == "GET":
                return reply_json({"message": "Customer is not found."}, 404)
            number = json.loads(asked.body)["number"]["value"]
            self.numbers.append(number)
            return Reply(201, headers={"Location": f"https://elsewhere.example.com/v1/customer/{number}"})


def connection_of(server: LoopbackServer) -> dict[str, Any]:
    extra = {"tenant_id": "T1", "token_url": f"{server.url}/connect/token"}
    return {"conn_type": "visma_net", "host": server.url, "login": "c", "password": "s", "extra": extra}


@pytest.mark.parametrize("in_flight", [1, 8])
def test_several_in_flight_obey_the_connections_limit_together(push: Push, in_flight: int) -> None:
    ledger, apart = Ledger(), 0.05
    customers = [a_customer(number) for number in range(12)]
    with serving(ledger) as server:
        begun = time.time()
        extra = {"max_requests_per_minute": 60 / apart}
        told = push(connection_of(server), records=customers, in_flight=in_flight, extra=extra)
    assert told["counts"] == {"created": 12}
    assert sorted(ledger.numbers) == sorted(str(each["number"]) for each in customers)
    assert len(ledger.moments) == 1 + 2 * 12
    too_early = [place for place, moment in enumerate(ledger.moments) if moment - begun < place * apart]
    assert too_early == []


def test_limit_that_gives_few_turns_ends_no_push_of_many_in_flight(push: Push) -> None:
    ledger = Ledger()
    with serving(ledger) as server:
        extra = {"max_requests_per_minute": 600, "retry_seconds": 0.3}
        told = push(
            connection_of(server), records=[a_customer(number) for number in range(8)], in_flight=8, extra=extra
        )
    assert told["counts"] == {"created": 8}
    assert len(set(ledger.numbers)) == len(ledger.numbers) == 8


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("kind", ["429", "write_429"])
def test_customer_that_must_wait_a_while_is_created_once(push: Push, vendor: str, kind: str) -> None:
    with a_sandbox() as sandbox:
        for place in (2, 5):
            sandbox.arm(vendor, kind, after=place)
        told = push(connection_to(sandbox, vendor), records=[a_customer(number) for number in range(16)], in_flight=8)
        assert sandbox.board.armed() == []
        created = sandbox.tally(vendor).created_by_number
    assert told["counts"] == {"created": 16}
    assert created == {row["record"]: 1 for row in receipts(told)}
    assert len(created) == 16


@pytest.mark.parametrize("vendor", WRITABLE)
def test_push_that_must_wait_long_gives_its_slot_back_and_goes_on_then(
    push: Push, vendor: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(customer_target, "_GRACE_SECONDS", 0.0)
    customers = [a_customer(number) for number in range(12)]
    with a_sandbox() as sandbox:
        sandbox.arm(vendor, "429_long", after=9)
        with pytest.raises(ErpUnavailable) as caught:
            push(connection_to(sandbox, vendor), records=customers, in_flight=4)
        assert 3_500 < (caught.value.retry_after or 0) <= 3_600
        at_first = sandbox.tally(vendor).created
        (tmp_path / "an hour later").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "an hour later"))
        told = push(
            connection_to(sandbox, vendor), records=customers, try_number=2, extra={"timeout_seconds": 1}, in_flight=4
        )
        created = sandbox.tally(vendor).created_by_number
    assert 0 < at_first < 12
    assert told["counts"] == {"created": 12}
    assert created == {row["record"]: 1 for row in receipts(told)}


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("kind", ["write_unsent", "write_500_undone"])
def test_write_that_was_not_done_is_sent_again_when_it_cannot_be_under_way(
    push: Push, vendor: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_target, "_GRACE_SECONDS", 0.0)
    with a_sandbox() as sandbox:
        sandbox.arm(vendor, kind, count=2, after=1)
        told = push(
            connection_to(sandbox, vendor),
            records=[a_customer(number) for number in range(6)],
            extra={"timeout_seconds": 0.5},
        )
        created = sandbox.tally(vendor).created_by_number
    assert told["counts"] == {"created": 6}
    assert created == {row["record"]: 1 for row in receipts(told)}


def test_page_about_maintenance_with_status_200_is_no_write_that_was_done(
    push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_target, "_GRACE_SECONDS", 0.0)
    new = a_customer(1)
    with a_sandbox() as sandbox:
        for customer, outcome in ((new, "created"), (new | {"city": "Turku"}, "updated")):
            sandbox.arm("visma_net", "html", after=1)  # a look, then the write
            told = push(
                connection_to(sandbox, "visma_net"),
                records=[customer],
                extra={"timeout_seconds": 0.5, "background_seconds": 0},
            )
            assert told["counts"] == {outcome: 1}
        tally = sandbox.tally("visma_net")
    assert (tally.created, tally.updated) == (1, 1)


def test_customer_that_somebody_changes_at_the_same_moment_is_refused_and_not_sent_again(push: Push) -> None:
    here = {"internalId": 1, "number": "700000", "name": "Vanha Oy", "timeStamp": "v1"}

    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        return reply_json(here) if asked.method == "GET" else reply_json({"message": "changed meanwhile"}, 412)

    with serving(script) as server:
        for try_number in (1, 2):
            told = push(
                connection_of(server), records=[a_customer(0)], try_number=try_number, mode="update", on_rejected="warn"
            )
        written = [asked for asked in server.asked if asked.method == "PUT"]
    [receipt] = receipts(told)
    assert (receipt["outcome"], receipt["reason"]) == ("refused", "somebody changed the record at the same moment")
    assert [asked.headers["if-match"] for asked in written] == ["v1"]


def test_customer_that_is_created_in_the_background_has_its_id_in_the_receipt(push: Push) -> None:
    with a_sandbox() as sandbox:
        sandbox.arm("visma_net", "write_background", count=2)
        told = push(connection_to(sandbox, "visma_net"), records=[a_customer(number) for number in range(3)])
        asked = [path for _, path in sandbox.requests if "/v1/background/" in path]
        hook = VismaNetHook("stressed")
        ids = {str(number): hook.get_customer(str(number))["internalId"] for number in (700_000, 700_001, 700_002)}
    assert told["counts"] == {"created": 3}
    assert {row["record"]: row["id"] for row in receipts(told)} == {number: str(each) for number, each in ids.items()}
    assert len(asked) == 4
    assert all(path.startswith("/visma-net/v1/background/") for path in asked)


def test_job_that_finished_and_failed_inside_is_a_rejection_in_the_vendors_words(
    push: Push, caplog: pytest.LogCaptureFixture
) -> None:
    with a_sandbox(unique_corporate_ids=True) as sandbox, caplog.at_level(logging.DEBUG):
        push(connection_to(sandbox, "visma_net"), records=[a_customer(9) | {"org_number": "20125660"}])
        taken = a_customer(1) | {"org_number": "20125660"}
        sandbox.arm("visma_net", "write_background", count=2)
        arguments: dict[str, Any] = {"records": [a_customer(0), taken], "match_on": ("number",)}
        with pytest.raises(AirflowFailException, match=r"of 2 records 1 were rejected or refused"):
            push(connection_to(sandbox, "visma_net"), **arguments)
        told = push(connection_to(sandbox, "visma_net"), try_number=2, on_rejected="warn", **arguments)
        assert sandbox.tally("visma_net").created == 2
    said = "A customer with this 'corporateId' already exists."
    assert told["counts"] == {"created": 1, "rejected": 1}
    [rejected] = [row for row in receipts(told) if row["outcome"] == "rejected"]
    assert (rejected["record"], rejected["said"]) == (taken["number"], said)
    assert said not in caplog.text


def test_background_is_asked_about_on_the_connections_own_host_whatever_the_answer_names(push: Push) -> None:
    ledger = Ledger()

    def elsewhere(_asked: Asked) -> Reply:
        raise AssertionError("another host was asked")

    with serving(elsewhere) as other:

        def in_the_background(asked: Asked) -> Reply:
            if asked.path == "/v1/background/job-1":
                return reply_json({"status": "Finished", "statusCode": 201, "responseHeaders": {"Location": "/c/C-9"}})
            reply = ledger(asked)
            return reply_json({"stateLocation": f"{other.url}/v1/background/job-1"}, 202) if asked.body else reply

        def answer(asked: Asked) -> Reply:
            return ledger(asked) if asked.path == "/connect/token" else in_the_background(asked)

        with serving(answer) as server:
            told = push(connection_of(server), records=[a_customer(0)])
            assert "/v1/background/job-1" in server.targets
        assert other.asked == []
    [receipt] = receipts(told)
    assert (receipt["outcome"], receipt["id"]) == ("created", "C-9")


def test_create_that_is_not_finished_in_the_background_is_never_sent_a_second_time(push: Push) -> None:
    ledger = Ledger()

    def unfinished(asked: Asked) -> Reply:
        if asked.path.startswith("/v1/background/"):
            return reply_json({"status": "InProgress"})
        answer = ledger(asked)
        return reply_json({"stateLocation": "/v1/background/job-1"}, 202) if asked.path == "/v1/customer" else answer

    extra = {"background_seconds": 0, "timeout_seconds": 0.1}
    with serving(unfinished) as server, pytest.raises(AirflowFailException, match="what came of 1 is not known"):
        push(connection_of(server), records=[a_customer(0)], extra=extra)
    assert ledger.numbers == ["700000"]
