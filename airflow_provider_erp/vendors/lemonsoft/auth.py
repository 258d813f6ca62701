"""How one logs in to Lemonsoft: user, password, database and API key give a session."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from airflow_provider_erp.exceptions import ErpAuthError
from airflow_provider_erp.protocol.auth import Login
from airflow_provider_erp.protocol.messages import Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.vendors.settings import Settings


def session_auth(settings: Settings, retry: Retry, on_secret: Callable[[str], None]) -> Login:
    """A session by user, password, database and API key; its life is not documented, so a 401 renews it."""
    if not settings.login or not settings.password:
        raise settings.error("the user belongs into the login field and its password into password")
    body = {
        "UserName": settings.login,
        "Password": settings.password,
        "Database": settings.required("database", "it names the Lemonsoft database to log in to"),
        "ApiKey": settings.required("api_key", "Lemonsoft issues it for an integration"),
    }
    request = Request(
        "lemonsoft login",
        f"{settings.base_url}/api/auth/login",
        method="POST",
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=msgspec.json.encode(body),
    )
    return Login(request, _read_session, lambda session: {"Session-Id": session}, retry, settings.conn_id, on_secret)


def _read_session(response: Response) -> str:
    """The session; a refused login may come with status 200 and without one."""
    try:
        answer = msgspec.json.decode(response.json)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = None
    session = answer.get("session_id") if isinstance(answer, dict) else None
    if not isinstance(session, str) or not session:
        raise ErpAuthError(
            "lemonsoft login: the server answers status 200 without a session; check login, password, database and "
            "api_key in the connection"
        )
    return session
