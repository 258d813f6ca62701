"""How a request shows who is asking: a fixed credential, or a token that a login fetches and renews."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from airflow_provider_erp.exceptions import ErpAuthError, ErpProtocolError
from airflow_provider_erp.protocol.messages import Conversation, Request, Response, start, wait
from airflow_provider_erp.protocol.retry import Retry, persist
from airflow_provider_erp.protocol.urls import with_query


@dataclass(frozen=True, slots=True)
class Signed:
    """A request with its credential, and the token that it carries, if any."""

    request: Request
    token: str | None = None


class Auth(Protocol):
    """What the conversation asks of any way to authenticate."""

    def sign(self, request: Request) -> Conversation[Signed]:
        """The request with its credential; may log in first."""
        ...

    def accepted(self, signed: Signed) -> None:
        """Takes note that the server accepted this credential."""
        ...

    def refused(self, signed: Signed) -> Conversation[bool]:
        """Whether signing the request anew may help, after a 401; may log in again."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """A credential that never changes: headers or query parameters, or none at all."""

    headers: Mapping[str, str]
    query: tuple[tuple[str, str], ...] = ()

    def sign(self, request: Request) -> Conversation[Signed]:
        """The request with the headers and parameters added."""
        yield from ()
        return Signed(
            replace(request, headers={**request.headers, **self.headers}, url=with_query(request.url, self.query))
        )

    def accepted(self, signed: Signed) -> None:
        """Nothing to note."""

    def refused(self, signed: Signed) -> Conversation[bool]:
        """False: the same credential would be refused again."""
        yield from ()
        return False


class Login:
    """A token that ``request`` fetches and ``header`` carries, renewed when the server no longer takes it.

    Renewing is single-flight: it compares the token that the refused request
    used, so many requests refused together renew once. A token that has
    worked may be renewed again later; a renewed one that never worked is an
    error.
    """

    def __init__(
        self,
        request: Request,
        read_token: Callable[[Response], str],
        header: Callable[[str], Mapping[str, str]],
        retry: Retry,
        connection: str,
        on_secret: Callable[[str], None],
    ) -> None:
        self._request = request
        self._read_token = read_token
        self._header = header
        self._retry = retry
        self._connection = connection
        self._on_secret = on_secret
        self._token: str | None = None
        self._renewed_in_vain = False
        self._login: Any = None

    def sign(self, request: Request) -> Conversation[Signed]:
        """The request with the present token, which is fetched when there is none yet."""
        token = self._token or (yield from self._new_token())
        return Signed(replace(request, headers={**request.headers, **self._header(token)}), token)

    def accepted(self, signed: Signed) -> None:
        """Notes that the token works."""
        if signed.token == self._token:
            self._renewed_in_vain = False

    def refused(self, signed: Signed) -> Conversation[bool]:
        """True after another token was fetched; False when the newest one was refused and never worked."""
        if signed.token != self._token:
            return True
        if self._login is None:
            if self._renewed_in_vain:
                return False
            self._renewed_in_vain = True
        yield from self._new_token()
        return True

    def _new_token(self) -> Conversation[str]:
        """The token of the login that is under way, or of one that begins now."""
        login = self._login
        if login is None:
            login = self._login = yield from start(self._log_in())
        try:
            token: str = yield from wait(login)
        finally:
            if self._login is login:
                self._login = None
        return token

    def _log_in(self) -> Conversation[str]:
        response = yield from persist(self._request, self._retry)
        if 300 <= response.status < 400:
            raise ErpProtocolError(
                f"{self._request.label}: the server redirects, and credentials are not sent on; put the address that "
                "it redirects to into the connection",
                status=response.status,
                request_id=response.request_id,
            )
        if not 200 <= response.status < 300:
            raise ErpAuthError(
                f"{self._request.label}: refused with status {response.status}; "
                f"check the credentials of connection {self._connection!r} and what they are valid for",
                status=response.status,
                request_id=response.request_id,
            )
        self._token = self._read_token(response)
        self._on_secret(self._token)
        return self._token
