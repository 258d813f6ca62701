"""The token endpoint of Visma.net: OAuth client credentials for one company.

Source: Visma Connect documentation; errors as in RFC 6749, section 5.2.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from airflow_provider_erp.sandbox.answers import basic_header, json_answer

CLIENT = ("sandbox-client", "visma-net-sandbox-phrase")
COMPANY_TENANT = "3f1d8c1e-5b0a-4a57-9d0e-000000000001"
CUSTOMER_TENANT = "3f1d8c1e-5b0a-4a57-9d0e-000000000002"
LIFE_SECONDS = 3600
_SCOPES = {f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update", "delete")}


class Tokens:
    """The tokens that were issued; the customer tenant's are issued too and open nothing, as at the vendor's.

    Each is added to ``issued``, where it stays when it has expired.
    """

    def __init__(self, issued: list[str]) -> None:
        self._issued = issued
        self._valid: dict[str, set[str]] = {}

    async def issue(self, request: web.Request) -> web.Response:
        """A new token, or 400 with the OAuth error."""
        form = dict(parse_qsl((await request.read()).decode(errors="replace")))
        error = _error(form, request.headers.get("Authorization"))
        if error:
            return json_answer({"error": error}, 400)
        token = secrets.token_urlsafe(24)
        self._issued.append(token)
        if form["tenant_id"] == COMPANY_TENANT:
            self._valid[token] = {scope.rpartition(":")[2] for scope in form["scope"].split()}
        return json_answer(
            {"access_token": token, "expires_in": LIFE_SECONDS, "token_type": "Bearer", "scope": form["scope"]}
        )

    def is_valid(self, request: web.Request) -> bool:
        """Whether the request carries a token that opens the company's data."""
        return _bearer(request) in self._valid

    def may(self, request: web.Request, right: str) -> bool:
        """Whether the token's scope holds a right of ``read``, ``create``, ``update`` and ``delete``."""
        return right in self._valid.get(_bearer(request), ())

    def expire(self, request: web.Request) -> None:
        """Makes the request's own token unknown, as if its time had run out."""
        self._valid.pop(_bearer(request), None)


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _error(form: Mapping[str, str], authorization: str | None) -> str | None:
    """What is wrong with a token request, if anything; the client is named in the form or by basic credentials."""
    if form.get("grant_type") != "client_credentials":
        return "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
    in_form = (form.get("client_id"), form.get("client_secret")) == CLIENT
    if not in_form and authorization != basic_header(*CLIENT):
        return "invalid_client"
    if not form.get("scope") or not set(form["scope"].split()) <= _SCOPES:
        return "invalid_scope"
    if form.get("tenant_id") not in {COMPANY_TENANT, CUSTOMER_TENANT}:
        return "invalid_request"
    return None
