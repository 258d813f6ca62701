"""Watchers that are equal are one trigger to Airflow, which watches for all their assets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Asset
from airflow.sdk.execution_time import task_runner
from waiting import Pauses, announced, publish_now

from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.triggers.events import ErpChangesEventTrigger

pytestmark = pytest.mark.needs("newer airflow")


class ApiServer:
    """What Airflow's own store speaks to: keeps values by asset and key, and is not there at will."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}
        self.away_for = ""

    async def asend(self, message: Any) -> Any:
        from airflow.sdk.exceptions import ErrorType  # newer than the oldest Airflow, as are the messages
        from airflow.sdk.execution_time import comms

        if message.name == self.away_for:
            raise OSError("the API server is away")
        place = (message.name, message.key)
        if isinstance(message, comms.SetAssetStateStoreByName):
            self.kept[place] = message.value
            return comms.OKResponse(ok=True)
        if place in self.kept:
            return comms.AssetStateStoreResult(value=self.kept[place])
        return comms.ErrorResponse(error=ErrorType.ASSET_STORE_NOT_FOUND)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    running = ApiServer()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", running, raising=False)
    return running


def watched(most: int, *assets: str) -> list[Any]:
    """The events of a watcher whom the triggerer gives these assets."""
    from airflow.sdk.execution_time.context import AssetStateStoreAccessors  # newer, too

    store: Any = AssetStateStoreAccessors(inlets=[Asset(name) for name in assets])
    trigger = ErpChangesEventTrigger(conn_id="visma_px_default", resource="project_transaction")
    return announced(trigger, Pauses(most=most), store)


def test_two_assets_with_equal_watchers_have_their_events_and_both_remember(
    sandbox: Sandbox, base_path: Path, server: ApiServer
) -> None:
    publish_now(base_path, "visma_px_default", "project_transaction")
    sandbox.advance()
    assert len(watched(2, "sales", "finance")) == 1
    assert {asset for asset, _ in server.kept} == {"sales", "finance"}
    assert watched(2, "finance", "sales") == []
    for asset in ("sales", "finance"):
        assert watched(2, asset) == []


def test_an_asset_that_joins_is_told_of_what_changes_from_then_on(
    sandbox: Sandbox, base_path: Path, server: ApiServer
) -> None:
    [first] = watched(2, "sales")
    assert watched(2, "archive", "sales") == []
    sandbox.advance()
    [later] = watched(2, "sales", "archive")
    assert later["since"] == first["cursor"]
    assert watched(2, "archive") == []


def test_nothing_is_announced_until_all_remember_it(sandbox: Sandbox, base_path: Path, server: ApiServer) -> None:
    server.away_for = "sales"
    assert watched(2, "sales", "finance") == []
    server.away_for = ""
    [event] = watched(2, "finance", "sales")
    assert event["records"] > 1
