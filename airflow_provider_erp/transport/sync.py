"""Sends a conversation's requests with ``requests``."""

from __future__ import annotations

import logging
import ssl
import time
import weakref
from datetime import UTC, datetime
from http import HTTPStatus

import requests
import urllib3
from urllib3.exceptions import InsecureRequestWarning, ReadTimeoutError

from airflow_provider_erp.protocol.messages import Answer, Lost, Opened, Request, Response
from airflow_provider_erp.transport.connecting import ConnectingAdapter, NotConnected, unsent
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
            self._session.mount(scheme, ConnectingAdapter(pool_maxsize=_KEPT))
        weakref.finalize(self, self._session.close)
        if options.verify is False:
            log.warning("certificates are not checked (verify_tls is off): name the authority in ca_bundle instead")
            urllib3.disable_warnings(InsecureRequestWarning)

    def send(self, request: Request) -> Answer:
        """The server's answer, whole, or opened where a stream was asked for and comes; or why there is none.

        Raises:
            ErpConfigError: the request has an address or a header that cannot be sent.
            ErpProtocolError: the answer is longer than ``max_body_bytes``.
        """
        prepared = self._prepared(request)
        started = time.monotonic()
        try:
            answer = self._session.send(
                prepared,
                timeout=self.options.timeout_seconds,
                verify=self.options.verify,
                allow_redirects=False,
                proxies=_proxies(request.url),
                stream=True,
            )
            is_opened = request.stream and answer.status_code == HTTPStatus.OK
            body = b"" if is_opened else self._whole(request, answer)
        except NotConnected as exc:
            return unsent(request, exc, time.monotonic() - started, self.options)
        except (OSError, ValueError) as exc:  # requests' own errors are OSErrors, some of them ValueErrors, too
            return _lost(exc, time.monotonic() - started, self.options)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        now, seconds = datetime.now(UTC), time.monotonic() - started
        if is_opened:
            return Opened(answer.status_code, headers, b"", now, seconds, source=_Source(answer, self.options))
        return Response(answer.status_code, headers, body, now, seconds)

    def _prepared(self, request: Request) -> requests.PreparedRequest:
        headers = dict(request.headers)
        try:
            for name, value in headers.items():
                name.encode("ascii"), value.encode("latin-1")  # else http.client finds out, too late to tell when
            asked = requests.Request(request.method, request.url, headers=headers, data=request.body)
            return self._session.prepare_request(asked)
        except ValueError as exc:  # as are requests' errors about headers and addresses
            raise unsendable(request, exc) from None

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
    """The failure of a request that may have been sent, whatever the library calls it.

    The library's own words hold the address with its query, so they are left out.
    """
    match exc:
        case requests.exceptions.SSLError() | ssl.SSLError():
            reason = "the TLS connection broke"
        case requests.Timeout():
            reason = f"no answer within {options.timeout_seconds:g} s"
        case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
            reason = "the body broke off"
        case requests.ConnectionError() if exc.args and isinstance(exc.args[0], ReadTimeoutError):
            reason = f"no more bytes within {options.timeout_seconds:g} s"
        case requests.ConnectionError():  # also a ProxyError: what breaks behind a proxy is told as one
            reason = "the connection was reset"
        case requests.exceptions.InvalidHeader():
            reason = "the answer has headers that cannot be read"
        case _:
            reason = f"the request failed ({type(exc).__name__})"
    return Lost(reason, sent=True, seconds=seconds)
