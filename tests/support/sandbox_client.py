"""A plain client of the sandbox's four vendors, written from the documents and not from the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

Params = dict[str, Any]
SCOPE = "vismanet_erp_service_api:read"


class Client:
    """Sends requests with the credentials of ``sandbox.connections()``."""

    def __init__(self, sandbox: Sandbox, session: requests.Session) -> None:
        self.sandbox = sandbox
        self._session = session
        self._connections = sandbox.connections()
        self.token = self.request_token().json()["access_token"]
        self.lemonsoft_session = self.log_in().json()["session_id"]

    def request_token(self, **changes: str) -> requests.Response:
        connection = self._connections["visma_net_default"]
        form = {
            "grant_type": "client_credentials",
            "client_id": connection["login"],
            "client_secret": connection["password"],
            "scope": SCOPE,
            "tenant_id": connection["extra"]["tenant_id"],
        }
        return self._session.post(connection["extra"]["token_url"], data=form | changes, timeout=10)

    def log_in(self, **changes: str) -> requests.Response:
        connection = self._connections["lemonsoft_default"]
        body = {
            "UserName": connection["login"],
            "Password": connection["password"],
            "Database": connection["extra"]["database"],
            "ApiKey": connection["extra"]["api_key"],
        }
        return self._session.post(f"{connection['host']}/api/auth/login", json=body | changes, timeout=10)

    def px(self, resource: str, **params: str) -> requests.Response:
        connection = self._connections["visma_px_default"]
        return self.get(
            f"{connection['host']}/pxapi/{resource}",
            params={"companyId": connection["extra"]["company_id"]} | params,
            auth=(connection["login"], connection["password"]),
        )

    def visma_net(self, path: str = "/v1/customer", **params: str | int) -> requests.Response:
        host = self._connections["visma_net_default"]["host"]
        return self.get(f"{host}{path}", params=params, headers={"Authorization": f"Bearer {self.token}"})

    def lemonsoft(self, path: str = "/api/customers", **filters: Any) -> requests.Response:
        host = self._connections["lemonsoft_default"]["host"]
        params = {f"filter.{name}": value for name, value in filters.items()}
        return self.get(f"{host}{path}", params=params, headers={"Session-Id": self.lemonsoft_session})

    def fynn(self, **params: Any) -> requests.Response:
        connection = self._connections["fynn_default"]
        headers = {"Authorization": f"Bearer {connection['password']}"}
        return self.get(f"{connection['host']}/customers", params=params, headers=headers)

    def get(self, url: str, **options: Any) -> requests.Response:
        return self._session.get(url, timeout=10, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self._session.post(url, timeout=10, **options)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self._session.request(method, f"{self.sandbox.url}{path}", json=body, timeout=10)

    def all_px(self) -> list[Params]:
        rows: list[Params] = self.px("Customer", inclNotActive="true").json()["Customers"]
        return rows

    def all_visma_net(self) -> list[Params]:
        rows: list[Params] = []
        while page := self.visma_net(pageNumber=1 + len(rows) // 100, pageSize=100).json():
            rows += page
            if len(rows) % 100:
                break
        return rows

    def all_lemonsoft(self, path: str = "/api/customers", **filters: Any) -> list[Params]:
        rows: list[Params] = []
        more, page = True, 0
        while more:
            page += 1
            envelope = self.lemonsoft(path, page=page, page_size=100, **filters).json()
            rows += envelope["results"]
            more = envelope["has_next_page"]
        return rows

    def all_fynn(self) -> list[Params]:
        rows: list[Params] = []
        last = page = 1
        while page <= last:
            answer = self.fynn(page=page, limit=100).json()
            rows += answer["data"]
            last, page = answer["meta"]["pagination"]["lastPage"], page + 1
        return rows


@contextmanager
def open_client(**options: Any) -> Iterator[Client]:
    with running_sandbox(**options) as sandbox, requests.Session() as session:
        session.trust_env = False
        yield Client(sandbox, session)
