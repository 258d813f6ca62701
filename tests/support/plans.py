"""Plans of corrections without a comparison."""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow_provider_erp.corrections.plan import Change, Plan

MONDAY = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)
SYSTEM: dict[str, Any] = {"conn_type": "visma_px", "company": "Example Ltd"}


def a_change(subject: str = "t1", **said: Any) -> Change:
    """An update of a city, unless something else is said; what is created has no id."""
    given = {"action": "update", "system": "Projects", "field": "city", "old": "Oulu", "new": "Turku", "rule": "r"}
    known = {} if said.get("action") in ("create", "upsert") else {"record_id": subject}
    return Change(subject=subject, **given | known | said)


def a_plan(*changes: Change, **said: Any) -> Plan:
    """A plan of Monday."""
    given: dict[str, Any] = {"spec": "customers", "origin": "abc", "as_of": MONDAY, "side": "target"}
    given |= SYSTEM
    return Plan(**given | {"changes": changes} | said)
