"""Connections of ``requests`` that say themselves when they could not be opened, so that nothing was sent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.util.ssl_match_hostname import CertificateError

from airflow_provider_erp.protocol.messages import Lost, Request
from airflow_provider_erp.transport.options import TransportOptions, proxy_for, unsendable


class NotConnected(Exception):
    """No connection could be opened, for the reason that is its cause.

    It is none of the libraries' errors, so that none of them catches it and
    makes an error of it that may also stand for a request that was sent.
    """


@contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except (OSError, HTTPException, HTTPError, ValueError) as exc:
        raise NotConnected from exc


class _Http(HTTPConnection):
    def connect(self) -> None:
        with _connecting():
            super().connect()


class _Https(HTTPSConnection):
    def connect(self) -> None:
        """Also asks a proxy for the tunnel, and shakes hands."""
        with _connecting():
            super().connect()


_CLASSES: Mapping[type, type] = {HTTPConnection: _Http, HTTPSConnection: _Https}


class ConnectingAdapter(HTTPAdapter):
    """Raises ``NotConnected`` for an address that is none, and where a connection cannot be opened.

    Connections of a kind that is not known here (SOCKS) do not say it: what
    fails with them counts as sent.
    """

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> ConnectionPool:
        """The connections to the request's server, or to the proxy before it."""
        with _connecting():
            pool = super().get_connection_with_tls_context(*args, **kwargs)
        if isinstance(pool, HTTPConnectionPool):
            pool.ConnectionCls = _CLASSES.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool


def unsent(request: Request, exc: NotConnected, seconds: float, options: TransportOptions) -> Lost:
    """What kept the connection from being opened, in words.

    Raises:
        ErpConfigError: the address is none.
    """
    match cause := exc.__cause__:
        case ssl.SSLError() | SSLError() | CertificateError():
            reason = "the TLS handshake failed (certificate? see ca_bundle)"
        case ValueError():
            raise unsendable(request, cause) from None
        case ConnectTimeoutError() | TimeoutError() if not isinstance(cause, NewConnectionError):
            reason = f"no connection within {options.timeout_seconds:g} s"
        case _:
            reason = "the proxy refused the connection" if proxy_for(request.url) else "no connection could be opened"
    return Lost(reason, sent=False, seconds=seconds)
