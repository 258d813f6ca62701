"""What Visma.net ERP is told: new customers, their changes, dunning letters.

Source: visma-net-customer document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import Conversation, Request
from airflow_provider_erp.protocol.writing import unknown
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.visma_net.answers import HEADERS, OnJob, answered, key_in, object_in, part_with
from airflow_provider_erp.vendors.visma_net.api import CUSTOMERS, customer_path
from airflow_provider_erp.vendors.visma_net.bodies import customer_body, dunning_letter_body, new_customer_body
from airflow_provider_erp.vendors.writing import encode


def create_customer(
    exchange: Exchange, settings: Settings, customer: Mapping[str, Any], on_job: OnJob | None = None
) -> Conversation[str]:
    """The number or id of a new customer, as ``Location`` has it; without one, the number that was given.

    Raises (at once):
        ValueError: as ``new_customer_body``.
    """
    body = new_customer_body(customer)
    given = body.get("number", {}).get("value")

    def send() -> Conversation[str]:
        request = _request(settings, "visma_net create customer", "POST", CUSTOMERS, body)
        response = yield from answered(exchange, settings, request, on_job)
        number = key_in(response.headers.get("location", "")) or (str(given) if given else "")
        if not number:
            raise unknown(request.label, "it was done, but no Location tells the number", response)
        return number

    return send()


def update_customer(
    exchange: Exchange,
    settings: Settings,
    number: str,
    changes: Mapping[str, Any],
    if_match: str | None = None,
    on_job: OnJob | None = None,
) -> Conversation[None]:
    """Changes the given fields of a customer, and no others; ``if_match`` is the version that must still stand.

    ASSUMED: the version goes out as the server gave it, with or without quotes.

    Raises (at once):
        ValueError: as ``customer_body``, or an empty number.
    """
    request = _request(
        settings, f"visma_net update customer {number}", "PUT", customer_path(number), customer_body(changes)
    )
    if if_match is not None:
        request = replace(request, headers={**request.headers, "If-Match": if_match})

    def send() -> Conversation[None]:
        yield from answered(exchange, settings, request, on_job)

    return send()


def dunning_letter(number: str, date: str | dt.datetime, levels: tuple[int, int]) -> tuple[str, dict[str, Any]]:
    """The path and the body of a dunning letter.

    Raises:
        ValueError: as ``dunning_letter_body``, or an empty number.
    """
    return f"{customer_path(number)}/action/createDunningLetter", dunning_letter_body(date, levels)


def create_dunning_letter(
    exchange: Exchange,
    settings: Settings,
    number: str,
    date: str | dt.datetime,
    levels: tuple[int, int],
) -> Conversation[dict[str, Any]]:
    """The action's id and result.

    Raises (at once):
        ValueError: as ``dunning_letter``.
    """
    path, body = dunning_letter(number, date, levels)

    def send() -> Conversation[dict[str, Any]]:
        request = _request(settings, f"visma_net dunning letter for customer {number}", "POST", path, body)
        response = yield from answered(exchange, settings, request)
        answer = part_with(object_in(response), "actionId")
        if not answer.get("actionId"):
            raise unknown(request.label, f"status {response.status} without an actionId", response)
        return dict(answer)

    return send()


def _request(settings: Settings, label: str, method: str, path: str, body: Mapping[str, Any]) -> Request:
    return Request(label, settings.base_url + path, method, HEADERS, encode(body), repeatable=False)
