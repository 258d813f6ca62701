"""A write that the system took and does later: its job is noted before it is waited for, and asked first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from fake_system import Clock, FakeSystem, Killed

from airflow_provider_erp.exceptions import ErpRejected, ErpUnavailable, StillUnderWay
from airflow_provider_erp.landing import storage
from airflow_provider_erp.pushing.journal import Journal, Receipt, key_of
from airflow_provider_erp.pushing.keyless import Keyless
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Match, Value, Wish

HERE: Mapping[str, Value] = {"number": "7", "name": "Meri Oy", "city": "Oslo"}
NEW = Wish(key="7", match=Match(by="number", value="7"), to=HERE)
MOVED = Wish(key="7", match=Match(by="number", value="7"), to={"city": "Turku"}, mode="update")
KEYLESS = Wish(key="row 1", to=HERE, mode="create")


def push(system: FakeSystem, folder: Path, wish: Wish, clock: Clock | None = None) -> Receipt:
    clock = clock or Clock()
    pusher = Pusher(
        target=system,
        journal=Journal(f"file://{folder}/steps"),
        by="task",
        now=clock.now,
        sleep=clock.sleep,
        keyless=Keyless(f"file://{folder}/keyless", "plan"),
    )
    return pusher.push(wish, pusher.journal.entries().get(key_of(wish.key, wish.to)))


def killed(folder: Path, wish: Wish, fate: str = "killed while it works") -> FakeSystem:
    """The system after a first try that was killed when it had noted the job."""
    system = FakeSystem(records={"a": dict(HERE)} if wish is MOVED else {}, fates=iter([fate]))
    with pytest.raises(Killed):
        push(system, folder, wish)
    return system


def test_job_is_noted_before_it_is_waited_for(tmp_path: Path) -> None:
    killed(tmp_path, NEW)
    steps = [name.split("-", 1)[1] for name in storage.names(f"file://{tmp_path}/steps")]
    assert steps == ["0001-intent.json", "0001-job.json"]


@pytest.mark.parametrize(
    ("wish", "told"), [(NEW, ("created", "id0")), (KEYLESS, ("created", "id0")), (MOVED, ("updated", "a"))]
)
def test_job_that_is_finished_tells_what_came_of_the_write(tmp_path: Path, wish: Wish, told: tuple[str, str]) -> None:
    system = killed(tmp_path, wish)
    receipt = push(system, tmp_path, wish)
    assert (receipt.outcome, receipt.id) == told
    assert list(system.writes.values()) == [1]


@pytest.mark.parametrize("wish", [NEW, KEYLESS, MOVED])
def test_job_that_is_not_finished_leaves_it_unknown_and_nothing_is_ever_sent_again(tmp_path: Path, wish: Wish) -> None:
    system, clock = killed(tmp_path, wish, "killed, not done by the job"), Clock()
    for _ in range(3):
        clock.sleep(86_400)
        receipt = push(system, tmp_path, wish, clock)
        assert receipt.outcome == "unknown"
        assert receipt.reason.startswith("the system took it and was not finished with it in time")
    assert not system.writes


@pytest.mark.parametrize("wish", [NEW, KEYLESS, MOVED])
def test_job_that_is_finished_at_last_is_told_when_the_task_is_cleared(tmp_path: Path, wish: Wish) -> None:
    system = killed(tmp_path, wish, "killed, not done by the job")
    assert push(system, tmp_path, wish).outcome == "unknown"
    [job] = system.jobs
    system.jobs[job] = "id0"
    receipt = push(system, tmp_path, wish)
    assert (receipt.outcome, receipt.id) == (("updated", "a") if wish is MOVED else ("created", "id0"))


def test_job_that_was_refused_is_a_rejection(tmp_path: Path) -> None:
    system = killed(tmp_path, NEW, "killed, not done by the job")
    system.jobs["job id0"] = ErpRejected("server: refused with status 400", status=400)
    assert push(system, tmp_path, NEW).outcome == "rejected"
    assert not system.writes


def test_job_that_the_system_does_not_know_is_looked_up_and_then_sent_again(tmp_path: Path) -> None:
    system, clock = killed(tmp_path, NEW, "killed, not done by the job"), Clock()
    system.jobs.clear()
    begun = clock.now()
    assert push(system, tmp_path, NEW, clock).outcome == "created"
    assert (clock.now() - begun).total_seconds() == system.timeout_seconds
    assert list(system.writes.values()) == [1]


def test_job_that_the_system_does_not_know_leaves_a_create_without_a_key_unknown(tmp_path: Path) -> None:
    system = killed(tmp_path, KEYLESS)
    system.jobs.clear()
    assert push(system, tmp_path, KEYLESS).outcome == "unknown"
    assert list(system.writes.values()) == [1]


@pytest.mark.parametrize("wish", [NEW, MOVED])
def test_system_that_cannot_be_asked_for_a_job_leaves_it_to_the_next_try(tmp_path: Path, wish: Wish) -> None:
    system = killed(tmp_path, wish)
    [job], ends = system.jobs, dict(system.jobs)
    system.jobs[job] = ErpUnavailable("server: busy")
    with pytest.raises(ErpUnavailable):
        push(system, tmp_path, wish)
    system.jobs = ends
    assert push(system, tmp_path, wish).outcome == ("updated" if wish is MOVED else "created")


def test_record_that_is_found_is_told_though_its_job_is_not_finished(tmp_path: Path) -> None:
    system = killed(tmp_path, NEW)
    system.jobs["job id0"] = StillUnderWay("server: not finished in time")
    assert push(system, tmp_path, NEW).outcome == "created"
