"""The trigger behind an asset watcher, on a real event loop: nothing is lost, little is told twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from waiting import LISTS, Asset, Pauses, announced, publish_now

from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.triggers.events import ErpChangesEventTrigger


def watching(vendor: str, resource: str, **options: Any) -> ErpChangesEventTrigger:
    return ErpChangesEventTrigger(conn_id=f"{vendor}_default", resource=resource, **options)


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_each_day_with_changes_is_announced_once(sandbox: Sandbox, base_path: Path, vendor: str, resource: str) -> None:
    publish_now(base_path, f"{vendor}_default", resource)
    pauses = Pauses({2: sandbox.advance, 5: sandbox.advance}, most=8)
    first, second = announced(watching(vendor, resource), pauses, Asset())
    changes = sandbox.truth()["changes"][vendor][resource]
    assert second["records"] == len(changes["added"]) + len(changes["changed"])
    assert second["since"] == first["cursor"] != second["cursor"]
    assert first["id"] != second["id"]


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_the_asset_remembers_over_a_restart_what_was_announced(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    asset = Asset()
    [everything] = announced(watching(vendor, resource), Pauses(most=2), asset)
    assert announced(watching(vendor, resource), Pauses(most=2), asset) == []
    sandbox.advance()
    [later] = announced(watching(vendor, resource), Pauses(most=2), asset)
    assert later["records"] < everything["records"]


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_an_event_that_may_not_have_arrived_comes_again_with_its_id(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    asset = Asset()
    killed_after_the_event = Pauses(most=1)
    first = announced(watching(vendor, resource), killed_after_the_event, asset)
    sandbox.advance()
    again = announced(watching(vendor, resource), Pauses(most=3), asset)
    assert first == again[:1]
    assert len(again) == 2
    assert again[1]["since"] == first[0]["cursor"]
