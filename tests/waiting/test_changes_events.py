"""The trigger behind an asset watcher, on a real event loop: nothing is lost, little is told twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow.triggers.base import BaseEventTrigger
from waiting import LISTS, Asset, Pauses, announced, publish_now

from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.triggers import remembered
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


def test_it_survives_json_and_is_the_same_watcher_in_every_process() -> None:
    trigger = watching("fynn", "customer", filters={"search": "A"}, poll_interval=300)
    path, arguments = trigger.serialize()
    assert path == f"{ErpChangesEventTrigger.__module__}.ErpChangesEventTrigger"
    assert ErpChangesEventTrigger(**json.loads(json.dumps(arguments))).serialize() == (path, arguments)
    assert BaseEventTrigger.hash(path, arguments) == BaseEventTrigger.hash(
        *watching("fynn", "customer", filters={"search": "A"}, poll_interval=300).serialize()
    )


def test_the_id_is_that_of_the_changes(sandbox: Sandbox, base_path: Path) -> None:
    def first() -> Any:
        return announced(watching("visma_px", "project_transaction"), Pauses(most=1), Asset())[0]

    one, same = first(), first()
    sandbox.advance()
    other = first()
    assert one == same
    assert one["id"] != other["id"]


def test_without_a_store_it_begins_from_the_batch_that_was_published_last(sandbox: Sandbox, base_path: Path) -> None:
    publish_now(base_path, "visma_net_default", "customer")
    sandbox.advance()
    [event] = announced(watching("visma_net", "customer"), Pauses(most=3))
    assert announced(watching("visma_net", "customer"), Pauses(most=3)) == [event]
    publish_now(base_path, "visma_net_default", "customer", since="last")
    assert announced(watching("visma_net", "customer"), Pauses(most=3)) == []


def test_without_a_store_a_fixed_since_is_announced_at_every_start(sandbox: Sandbox, base_path: Path) -> None:
    [event] = announced(watching("visma_px", "customer", since="2026-01-01"), Pauses(most=3))
    assert announced(watching("visma_px", "customer", since="2026-01-01"), Pauses(most=3)) == [event]


def test_a_changed_since_begins_anew_and_an_empty_one_is_none(sandbox: Sandbox, base_path: Path) -> None:
    publish_now(base_path, "visma_px_default", "customer")
    asset = Asset()
    assert announced(watching("visma_px", "customer"), Pauses(most=2), asset) == []
    sandbox.advance()
    [today] = announced(watching("visma_px", "customer"), Pauses(most=2), asset)
    [everything] = announced(watching("visma_px", "customer", since=None), Pauses(most=2), asset)
    assert everything["since"] is None
    assert everything["records"] > today["records"]
    assert announced(watching("visma_px", "customer", since=""), Pauses(most=2), asset) == []


def test_what_could_not_be_remembered_is_not_announced_and_tried_again(sandbox: Sandbox, base_path: Path) -> None:
    asset = Asset()
    asset.faults = [RuntimeError("the API server is away")]
    pauses = Pauses(most=2)
    [event] = announced(watching("lemonsoft", "customer"), pauses, asset)
    assert event["records"] > 1
    assert announced(watching("lemonsoft", "customer"), Pauses(most=1), asset) == [event]  # it was not settled yet


def test_an_event_that_could_not_be_settled_is_not_announced_again_by_the_same_trigger(
    sandbox: Sandbox, base_path: Path
) -> None:
    asset = Asset()

    def away() -> None:
        asset.faults = [RuntimeError("the API server is away")]

    assert len(announced(watching("visma_px", "customer"), Pauses({1: away}, most=4), asset)) == 1


def test_it_never_gives_up_and_goes_on_when_the_server_is_back(sandbox: Sandbox, base_path: Path) -> None:
    publish_now(base_path, "visma_net_default", "customer")
    sandbox.arm("visma_net", "403", count=3)
    sandbox.advance()
    pauses = Pauses(most=5)
    [event] = announced(watching("visma_net", "customer"), pauses, Asset())
    assert event["records"] > 0
    assert pauses.seconds[:3] == [600.0] * 3


def test_more_rows_than_a_store_takes_are_told_apart_by_their_stamps_after_a_restart(
    sandbox: Sandbox, base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "MOST_SEEN", 5)
    asset = Asset()
    [everything] = announced(watching("visma_net", "customer"), Pauses(most=2), asset)
    assert json.loads(next(iter(asset.kept.values())))["seen"] is None
    sandbox.advance()
    [later] = announced(watching("visma_net", "customer"), Pauses(most=2), asset)
    changes = sandbox.truth()["changes"]["visma_net"]["customer"]
    assert later["records"] == len(changes["added"]) + len(changes["changed"]) < everything["records"]


def test_a_list_without_a_change_filter_is_compared_with_the_batch_where_it_is_too_long_to_remember(
    sandbox: Sandbox, base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "MOST_SEEN", 5)
    asset = Asset()
    assert len(announced(watching("fynn", "customer"), Pauses(most=2), asset)) == 1
    publish_now(base_path, "fynn_default", "customer")
    assert announced(watching("fynn", "customer"), Pauses(most=2), asset) == []
    sandbox.advance()
    [later] = announced(watching("fynn", "customer"), Pauses(most=2), asset)
    changes = sandbox.truth()["changes"]["fynn"]["customer"]
    assert later["records"] == len(changes["added"]) + len(changes["changed"])


def test_a_restart_before_anything_was_published_does_not_announce_a_long_list_again(
    sandbox: Sandbox, base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "MOST_SEEN", 5)
    asset = Asset()
    assert len(announced(watching("fynn", "customer"), Pauses(most=2), asset)) == 1
    assert announced(watching("fynn", "customer"), Pauses(most=2), asset) == []


def test_a_cursor_among_the_filters_is_refused(
    sandbox: Sandbox, base_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pauses = Pauses(most=2)
    trigger = watching("lemonsoft", "customer", since=None, filters={"modified_after": "2026-01-01"})
    assert announced(trigger, pauses, Asset()) == []
    assert "give the cursor as since, not as a filter" in caplog.text
    assert pauses.seconds == [600.0, 600.0]


def test_it_sends_nothing_but_reads_and_sign_ins(sandbox: Sandbox, base_path: Path) -> None:
    for vendor, resource in LISTS:
        announced(watching(vendor, resource), Pauses(most=2), Asset())
    writes = [path for method, path in sandbox.requests if method != "GET"]
    assert all(path.endswith(("/connect/token", "/api/auth/login")) for path in writes)


def test_an_event_has_time_to_arrive_however_often_the_server_is_looked_at(sandbox: Sandbox, base_path: Path) -> None:
    pauses = Pauses(most=3)
    announced(watching("visma_px", "customer", poll_interval=2), pauses, Asset())
    assert pauses.seconds == [5.0, 2, 2]
