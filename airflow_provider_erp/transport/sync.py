"""Sends a conversation's requests with ``requests``."""

from __future__ import annotations

import logging
import time
import weakref
from datetime import UTC, datetime
from http import HTTPStatus

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning, NewConnectionError, ReadTimeoutError

from airflow_provider_erp.protocol.messages import Answer, Lost, Opened, Request, Response
from airflow_provider_erp.transport.options import (
    PIECE_BYTES,
    USER_AGENT,
    TransportOptions,
    proxy_for,
    too_long,
    unsendable,
)
from airflow_provider_erp.transport.redact import redact_library_logs

log = logging.getLogger(__name__)

_KEPT = 100
"""Connections that are kept open at most; several threads of a push send at once, and each needs one."""


class _Session(requests.Session):
    """A session that leaves redirects alone: the library looks at them even where it is told not to follow."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: the conversation decides."""


class SyncTransport:
    """One pool of connections, closed with the object.

    Reads neither netrc nor REQUESTS_CA_BUNDLE, follows no redirect, and raises
    nothing that holds an address: a failed send is a ``Lost`` in plain words.
    """

    def __init__(self, options: TransportOptions) -> None:
        redact_library_logs()
        self.options = options
        self._session = _Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = USER_AGENT
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=_KEPT))
        weakref.finalize(self, self._session.close)
        if options.verify is False:
            log.warning("certificates are not checked (verify_tls is off): name the authority in ca_bundle instead")
            urllib3.disable_warnings(InsecureRequestWarning)

    def send(self, request: Request) -> Answer:
        """The server's answer, whole, or opened where a stream was asked for and comes; or why there is none.

        Raises:
            ErpConfigError: a header of the request cannot be sent.
            ErpProtocolError: the answer is longer than ``max_body_bytes``.
        """
        started = time.monotonic()
        try:
            answer = self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body,
                timeout=self.options.timeout_seconds,
                verify=self.options.verify,
                allow_redirects=False,
                proxies=_proxies(request.url),
                stream=True,
            )
            is_opened = request.stream and answer.status_code == HTTPStatus.OK
            body = b"" if is_opened else self._whole(request, answer)
        except ValueError as exc:  # as are requests' and urllib3's errors about headers and addresses
            raise unsendable(request, exc) from None
        except OSError as exc:  # requests' own errors are OSErrors
            return _lost(exc, time.monotonic() - started, self.options)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        now, seconds = datetime.now(UTC), time.monotonic() - started
        if is_opened:
            return Opened(answer.status_code, headers, b"", now, seconds, source=_Source(answer, self.options))
        return Response(answer.status_code, headers, body, now, seconds)

    def _whole(self, request: Request, answer: requests.Response) -> bytes:
        with answer:
            pieces, length = [], 0
            for piece in answer.iter_content(PIECE_BYTES):
                pieces.append(piece)
                length += len(piece)
                if length > self.options.max_body_bytes:
                    raise too_long(request, self.options)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class _Source:
    """The body of an opened answer, piece by piece."""

    def __init__(self, answer: requests.Response, options: TransportOptions) -> None:
        self._answer = answer
        self._options = options
        self._pieces = answer.iter_content(PIECE_BYTES)

    def read(self) -> bytes | Lost:
        """The next piece, empty at the end."""
        try:
            return next(self._pieces, b"")
        except OSError as exc:
            return _lost(exc, 0.0, self._options)

    def close(self) -> None:
        """Gives the connection back, or closes it where there is more to come."""
        self._answer.close()


def _proxies(url: str) -> dict[str, str]:
    proxy = proxy_for(url)
    return {} if proxy is None else {"http": proxy, "https": proxy}


def _lost(exc: Exception, seconds: float, options: TransportOptions) -> Lost:
    """The failure in words; the library's own words hold the address with its query, so they are left out."""
    match exc:
        case requests.exceptions.SSLError():
            return Lost("the TLS handshake failed (certificate? see ca_bundle)", sent=False, seconds=seconds)
        case requests.ConnectTimeout():
            return Lost(f"no connection within {options.timeout_seconds:g} s", sent=False, seconds=seconds)
        case requests.Timeout():
            return Lost(f"no answer within {options.timeout_seconds:g} s", sent=True, seconds=seconds)
        case requests.exceptions.ProxyError():
            return Lost("the proxy refused the connection", sent=False, seconds=seconds)
        case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
            return Lost("the body broke off", sent=True, seconds=seconds)
        case requests.ConnectionError():
            return _no_connection(exc, seconds, options)
        case _:
            return Lost(f"the request failed ({type(exc).__name__})", sent=True, seconds=seconds)


def _no_connection(exc: requests.ConnectionError, seconds: float, options: TransportOptions) -> Lost:
    """The library tells a name that is not known, a refused connection and a silence in the body by inner errors."""
    inner = exc.args[0] if exc.args else None
    if isinstance(getattr(inner, "reason", None), NewConnectionError):
        return Lost("no connection could be opened", sent=False, seconds=seconds)
    if isinstance(inner, ReadTimeoutError):
        return Lost(f"no more bytes within {options.timeout_seconds:g} s", sent=True, seconds=seconds)
    return Lost("the connection was reset", sent=True, seconds=seconds)
