"""A push that is killed while Visma.net works on a write: the next try asks for that job before anything else."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import push_in_a_process
import pytest
from loopback import Asked, LoopbackServer, Reply, reply_json, serving
from push_in_a_process import one_try

from airflow_provider_erp.operators import customer_target

JOB = "/v1/background/job-1"
PATIENCE = 60.0


class Slow:
    """Visma.net that does the first create in the background, and tells its ``state``; later ones it does at once."""

    def __init__(self) -> None:
        self.was_asked, self.created = Event(), 0
        self.state = reply_json({"status": "InProgress"})

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        if asked.path == JOB:
            self.was_asked.set()
            return self.state
        if asked.method == "GET":
            return reply_json({"message": "Customer is not found."}, 404)
        self.created += 1
        number = json.loads(asked.body)["number"]["value"]
        if self.created > 1:
            return Reply(201, headers={"Location": f"/v1/customer/{number}"})
        return reply_json({"stateLocation": f"https://elsewhere.example.com{JOB}"}, 202)


def connection_of(server: LoopbackServer, background_seconds: float) -> dict[str, Any]:
    extra = {"tenant_id": "T1", "token_url": f"{server.url}/connect/token", "timeout_seconds": 0.5}
    extra |= {"background_seconds": background_seconds}
    return {"conn_type": "visma_net", "host": server.url, "login": "c", "password": "s", "extra": extra}


@contextmanager
def killed(base: Path) -> Iterator[tuple[Slow, dict[str, Any]]]:
    """The server, and the connection of the second try, after the first was killed in the middle of the job."""
    slow = Slow()
    context = multiprocessing.get_context("spawn")
    with pytest.MonkeyPatch.context() as patch, serving(slow) as server:
        patch.setenv("PYTHONPATH", str(Path(push_in_a_process.__file__).parent))
        arguments = (connection_of(server, 300), base.as_uri(), 1, 1, "number")
        first = context.Process(target=one_try, args=arguments)
        first.start()
        assert slow.was_asked.wait(PATIENCE)
        first.kill()
        first.join()
        patch.setattr(customer_target, "_GRACE_SECONDS", 0.0)
        patch.setenv("AIRFLOW_CONN_KILLED", "")
        yield slow, connection_of(server, 0)


def receipt(base: Path) -> dict[str, Any]:
    [file] = base.rglob("receipts.jsonl")
    [told] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return dict(told)


def test_job_that_is_finished_meanwhile_tells_what_came_of_it(tmp_path: Path) -> None:
    with killed(tmp_path) as (slow, connection):
        headers = {"Location": "https://elsewhere.example.com/v1/customer/C-9"}
        slow.state = reply_json({"status": "Finished", "statusCode": 201, "responseHeaders": headers})
        one_try(connection, tmp_path.as_uri(), 2, 1, "number")
    assert (receipt(tmp_path)["outcome"], receipt(tmp_path)["id"]) == ("created", "C-9")
    assert slow.created == 1


def test_create_whose_job_may_still_run_is_never_sent_again(tmp_path: Path) -> None:
    with killed(tmp_path) as (slow, connection):
        for try_number in (2, 3):
            with pytest.raises(SystemExit, match="what came of 1 is not known"):
                one_try(connection, tmp_path.as_uri(), try_number, 1, "number")
    assert receipt(tmp_path)["reason"].startswith("the system took it and was not finished with it in time")
    assert slow.created == 1


def test_job_that_the_server_does_not_know_any_more_is_looked_up_as_any_lost_write(tmp_path: Path) -> None:
    with killed(tmp_path) as (slow, connection):
        slow.state = reply_json({"message": "The operation is not found."}, 404)
        one_try(connection, tmp_path.as_uri(), 2, 1, "number")
    assert receipt(tmp_path)["outcome"] == "created"
    assert slow.created == 2
