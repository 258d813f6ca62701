"""Customers that a test pushes, and what the push tells of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow_provider_erp.corrections.files import write_plan
from airflow_provider_erp.corrections.plan import Change, Plan
from airflow_provider_erp.hooks.erp import ErpHook

Push = Callable[..., dict[str, Any]]
NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
DEFAULTS: dict[str, dict[str, Any]] = {
    "visma_net": {"overrideWithClassValues": True, "customerClassId": "1"},
    "lemonsoft": {},
}
WRITABLE = ("visma_net", "lemonsoft")


def new_customers(number: int) -> list[dict[str, str]]:
    return [
        {
            "number": str(70_000 + place),
            "name": f"Uusi Asiakas {place} Oy",
            "street": "Rantatie 5",
            "postal_code": "00100",
            "city": "Helsinki",
            "country": "FI",
            "email": f"info@uusi{place}.fi",
        }
        for place in range(number)
    ]


def lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path.removeprefix("file://")).read_text(encoding="utf-8").splitlines()]


def a_company(org_number: str, **said: str) -> dict[str, str]:
    return {
        "name": "Kaksi Oy",
        "street": "Rantatie 5",
        "postal_code": "00100",
        "country": "FI",
        "org_number": org_number,
        **said,
    }


def a_plan(vendor: str, folder: Path, *customers: dict[str, str]) -> str:
    """Of creates; where it lies."""
    hook = ErpHook.for_connection(f"{vendor}_default")
    changes = tuple(
        Change(
            action="create",
            system=hook.vendor.title,
            subject=f"source:{place}",
            number=customer.get("number"),
            field=field,
            new=new,
            rule="missing",
        )
        for place, customer in enumerate(customers)
        for field, new in customer.items()
    )
    plan = Plan(
        spec="customers",
        origin="0a1b",
        as_of=NOW,
        side="target",
        conn_type=vendor,
        company=hook.company,
        changes=changes,
    )
    return str(write_plan(plan, folder)[0])
