"""Sessions of Lemonsoft: opened by a log-in, ended after a number of requests.

Source: the project's vendor notes. How long a session lives is told differently,
so the sandbox counts requests instead of minutes. ASSUMED: the answers' other fields
than ``session_id``, and that renewing keeps the id.
"""

from __future__ import annotations

import secrets

import msgspec
from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, read_body

LOGIN = ("lemon-reader", "lemonsoft-sandbox-phrase")
DATABASE = "SANDBOX"
API_KEY = "lemonsoft-sandbox-key"


class _Credentials(
    msgspec.Struct, rename={"user": "UserName", "phrase": "Password", "database": "Database", "key": "ApiKey"}
):
    user: str
    phrase: str
    database: str
    key: str


_ACCEPTED = _Credentials(*LOGIN, DATABASE, API_KEY)


class Sessions:
    """Open sessions and how many data requests each has left.

    Each id is added to ``issued``, where it stays when the session has ended.
    """

    def __init__(self, requests_per_session: int, issued: list[str]) -> None:
        self._issued = issued
        self._requests_per_session = requests_per_session
        self._left: dict[str, int] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host."""
        return [
            web.post("/api/auth/login", self.open),
            web.get("/api/auth/alive", self.alive),
            web.post("/api/auth/renew", self.renew),
        ]

    async def open(self, request: web.Request) -> web.Response:
        """A new session; a refused log-in is a 200 without one."""
        try:
            accepted = await read_body(request, _Credentials) == _ACCEPTED
        except ValueError:
            accepted = False
        if not accepted:
            return json_answer({"has_errors": True, "errors": ["Login failed"]})
        session = secrets.token_hex(16)
        self._issued.append(session)
        self._left[session] = self._requests_per_session
        return json_answer({"session_id": session})

    async def alive(self, request: web.Request) -> web.Response:
        """200 while the session is open; asking does not use it up."""
        return json_answer({"alive": True}) if _session(request) in self._left else unauthorized()

    async def renew(self, request: web.Request) -> web.Response:
        """The same session with all its requests given back."""
        session = _session(request)
        if session not in self._left:
            return unauthorized()
        self._left[session] = self._requests_per_session
        return json_answer({"session_id": session})

    def use(self, request: web.Request) -> bool:
        """Whether the request's session was still open; takes one data request off it."""
        session = _session(request)
        left = self._left.get(session, 0)
        if not left:
            self._left.pop(session, None)
            return False
        self._left[session] = left - 1
        return True

    def expire(self, request: web.Request) -> None:
        """Ends the request's own session, as if its time had run out."""
        self._left.pop(_session(request), None)


def unauthorized() -> web.Response:
    """The refusal of a request whose session is not known."""
    return json_answer({"Message": "Authorization has been denied for this request."}, 401)


def _session(request: web.Request) -> str:
    return request.headers.get("Session-Id", "")
