"""What Visma.net writes: customers by POST and PUT, and dunning letters.

Source: visma-net-customer document and the project's vendor notes. ASSUMED: a
refusal is 400 with the vendor's exception, a taken number is one, and
``Location`` ends with the internal id.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, read_object
from airflow_provider_erp.sandbox.customers import Customers
from airflow_provider_erp.sandbox.patches import Path, put
from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.visma_net.bodies import changes, check_dunning_letter, new_customer
from airflow_provider_erp.sandbox.visma_net.rows import empty_row

_HOST = "https://api.finance.visma.net"


class Writes:
    """The writes of one company; ``unique_corporate_ids`` refuses a corporate id that another customer has."""

    def __init__(self, customers: Customers, *, unique_corporate_ids: bool) -> None:
        self._customers, self._unique_corporate_ids = customers, unique_corporate_ids

    async def create(self, request: web.Request) -> web.Response:
        """201 with ``Location``, without a body."""
        try:
            values = new_customer(await read_object(request))
            with self._customers.lock:
                source_id = self._created(values)
        except ValueError as exc:
            return _refused(str(exc))
        return web.Response(status=201, headers={"Location": f"{_HOST}/v1/customer/{source_id}"})

    async def update(self, request: web.Request) -> web.Response:
        """204 with the new version, or 412 where ``If-Match`` names another than the customer's."""
        try:
            values = changes(await read_object(request))
            with self._customers.lock:
                return self._updated(request, values)
        except ValueError as exc:
            return _refused(str(exc))

    async def create_dunning_letter(self, request: web.Request) -> web.Response:
        """The action's id and result; what it does is counted only."""
        try:
            check_dunning_letter(await read_object(request))
        except ValueError as exc:
            return _refused(str(exc))
        row = customer_of(self._customers, request)
        if row is None:
            return not_found()
        with self._customers.lock:
            self._customers.tally.actions[f"createDunningLetter {row['number']}"] += 1
        return json_answer({"actionId": str(uuid.uuid4()), "actionResult": "Done"})

    def _created(self, values: dict[Path, Any]) -> str:
        self._check_taken(values, None)
        source_id = self._customers.new_id()
        if ("number",) not in values:
            values["number",] = self._customers.new_number()
        row = _with(empty_row(source_id, "", ""), values)
        self._customers.create(source_id, row, row["corporateId"])
        row["createdDateTime"] = row["lastModifiedDateTime"]
        return source_id

    def _updated(self, request: web.Request, values: Mapping[Path, Any]) -> web.Response:
        row = customer_of(self._customers, request)
        if row is None:
            return not_found()
        wanted = request.headers.get("If-Match", "*").removeprefix("W/").strip('"')
        if wanted not in {"*", row["timeStamp"]}:
            return _refused("The customer has been changed by another process.", 412)
        self._check_taken(values, row)
        changed = self._customers.change(str(row["internalId"]), _with(deepcopy(row), values))
        self._customers.tally.updated += 1
        return web.Response(status=204, headers={"ETag": etag(changed)})

    def _check_taken(self, values: Mapping[Path, Any], own: Row | None) -> None:
        """Refuses what another customer has, by a ``ValueError``."""
        unique = ("number", "corporateId") if self._unique_corporate_ids else ("number",)
        for name in unique:
            wanted = values.get((name,))
            if wanted and any(row[name] == wanted for row in self._customers.by_id.values() if row is not own):
                raise ValueError(f"A customer with this '{name}' already exists.")


def customer_of(customers: Customers, request: web.Request) -> Row | None:
    """The customer of the path: by its number, as it is or as ``b64(...)``.

    ASSUMED: the internal id, which ``Location`` ends with, is found by too.
    """
    key = request.match_info["number"]
    if key.startswith("b64(") and key.endswith(")"):
        try:
            key = base64.b64decode(key[4:-1] + "==", altchars=b"-_", validate=False).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
    return customers.by_id.get(customers.id_of(key) or key)


def etag(row: Row) -> str:
    """The version of a customer as a header."""
    return f'"{row["timeStamp"]}"'


def not_found() -> web.Response:
    """404 with the reason."""
    return json_answer({"message": "Customer is not found."}, 404)


def _refused(reason: str, status: int = 400) -> web.Response:
    return json_answer(
        {
            "ExceptionType": "IPPException",
            "ExceptionMessage": reason,
            "ExceptionFaultCode": str(status),
            "ExceptionMessageID": f"{status}_{uuid.uuid4()}",
            "ExceptionDetails": "",
        },
        status,
    )


def _with(row: Row, values: Mapping[Path, Any]) -> Row:
    for path, value in values.items():
        put(row, path, value)
    return row
