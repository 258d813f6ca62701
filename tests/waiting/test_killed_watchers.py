"""A watcher that is killed at any moment and started again: no change stays untold, and each has one id."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from waiting import Asset, Pauses, announced, publish_now

from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.triggers.events import ErpChangesEventTrigger

LOOKS = 4


class Killed(BaseException):
    """The triggerer is gone."""


class DyingAsset(Asset):
    """Kills whoever writes for the n-th time, before or after the value is kept."""

    def __init__(self, write: int, *, kept: bool) -> None:
        super().__init__()
        self._left = write
        self._kept = kept

    async def aset(self, key: str, value: Any) -> None:
        self._left -= 1
        if self._left or self._kept:
            await super().aset(key, value)
        if not self._left:
            raise Killed


def watched(asset: Asset, pauses: Pauses, found: list[Any]) -> None:
    trigger = ErpChangesEventTrigger(conn_id="visma_px_default", resource="project_transaction")
    with contextlib.suppress(Killed):
        announced(trigger, pauses, asset, found)


@pytest.mark.parametrize("kept", [False, True], ids=["before it is kept", "after it was kept"])
@pytest.mark.parametrize("write", [1, 2, 3, 4])
def test_a_watcher_that_is_killed_when_it_remembers_tells_all_with_the_same_ids(
    sandbox: Sandbox, base_path: Path, write: int, kept: bool
) -> None:
    publish_now(base_path, "visma_px_default", "project_transaction")
    asset = DyingAsset(write, kept=kept)
    found: list[Any] = []
    for _ in range(2):
        sandbox.advance()
        watched(asset, Pauses(most=LOOKS), found)
        watched(asset, Pauses(most=LOOKS), found)
    ids = [event["id"] for event in found]
    first, second = dict.fromkeys(ids)
    assert len(ids) <= 3
    told = {event["id"]: event for event in found}
    assert told[second]["since"] == told[first]["cursor"]
    changes = sandbox.truth()["changes"]["visma_px"]["project_transaction"]
    assert told[second]["records"] == len(changes["added"]) + len(changes["changed"])


@pytest.mark.parametrize("looks", [2, 3])
def test_a_watcher_that_is_stopped_after_its_next_look_tells_each_change_once(
    sandbox: Sandbox, base_path: Path, looks: int
) -> None:
    publish_now(base_path, "visma_px_default", "project_transaction")
    asset = Asset()
    found: list[Any] = []
    for _ in range(2):
        sandbox.advance()
        for _ in range(3):
            watched(asset, Pauses(most=looks), found)
    assert len(found) == len({event["id"] for event in found}) == 2


def test_a_watcher_that_never_comes_to_its_next_look_tells_the_same_each_time(
    sandbox: Sandbox, base_path: Path
) -> None:
    asset = Asset()
    found: list[Any] = []
    for _ in range(3):
        watched(asset, Pauses(most=1), found)
        sandbox.advance()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
