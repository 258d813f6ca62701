"""Writes to the sandbox's Visma.net and Lemonsoft, with bodies as the documents show them."""

from __future__ import annotations

from typing import Any

import requests
from sandbox_client import Client, Params

RIGHTS = "vismanet_erp_service_api:read vismanet_erp_service_api:create vismanet_erp_service_api:update"


def wrapped(**values: Any) -> Params:
    return {name: {"value": value} for name, value in values.items()}


def a_customer(number: str | None = "77000", **fields: Any) -> Params:
    """The minimum that the document shows, and more; nested values are wrapped already."""
    address = {"value": wrapped(addressLine1="TestRoad 13", postalCode="0101", countryId="NO")}
    plain = {"name": "NewCustomer", "customerClassId": "1"} | ({} if number is None else {"number": number})
    return {**wrapped(**plain), "overrideWithClassValues": True, "mainAddress": address} | fields


class Writer:
    """Writes with a token that has the right to, and gives the answers as they come."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.session = requests.Session()
        self.session.trust_env = False
        self.client.token = client.request_token(scope=RIGHTS).json()["access_token"]

    def visma_net(self, method: str, path: str = "", body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self.client.token}"
        return self._send(method, f"visma-net/v1/customer{path}", body, named)

    def lemonsoft(self, method: str, path: str = "", body: Any = None) -> requests.Response:
        return self._send(method, f"lemonsoft/api/customers{path}", body, {"Session-Id": self.client.lemonsoft_session})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> requests.Response:
        url = f"{self.client.sandbox.url}/{path}"
        form = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.session.request(method, url, headers=headers, timeout=10, **form)
