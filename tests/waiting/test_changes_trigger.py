"""The trigger that waits for changes, on a real event loop against the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from waiting import LISTS, Pauses, events_of, publish_now

from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.triggers.changes import ErpChangesTrigger


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
