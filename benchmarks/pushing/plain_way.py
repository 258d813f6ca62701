"""What most user code does: a requests session and one POST after the other; nothing is looked up or noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.pushing.customers import DEFAULTS, customers


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import requests

    def work() -> int:
        with requests.Session() as session:
            token = session.post(f"{url}/token", timeout=60).json()["access_token"]
            session.headers["Authorization"] = f"Bearer {token}"
            answers = [session.post(f"{url}/v1/customer", json=_body(each), timeout=60) for each in customers(rows)]
        return sum(answer.status_code == 201 for answer in answers)

    return work


def _body(customer: Mapping[str, str]) -> dict[str, Any]:
    address = {"addressLine1": "street", "postalCode": "postal_code", "city": "city", "countryId": "country"}
    contact = {"email": "email", "phone1": "phone"}
    return {
        "number": {"value": customer["number"]},
        "name": {"value": customer["name"]},
        "overrideWithClassValues": DEFAULTS["overrideWithClassValues"],
        "customerClassId": {"value": DEFAULTS["customerClassId"]},
        "mainAddress": {"value": {name: {"value": customer[ours]} for name, ours in address.items()}},
        "mainContact": {"value": {name: {"value": customer[ours]} for name, ours in contact.items()}},
    }
