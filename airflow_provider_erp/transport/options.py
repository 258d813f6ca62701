"""What both transports need to know of a connection, and the environment's proxies."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from airflow_provider_erp.exceptions import ErpConfigError, ErpProtocolError
from airflow_provider_erp.protocol.messages import Request
from airflow_provider_erp.protocol.urls import is_loopback

USER_AGENT = f"airflow-provider-erp/{version('airflow-provider-erp')}"
PIECE_BYTES = 1024 * 1024
"""The most that an answer is read at a time."""


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """``verify`` is a truth value or the path of a CA bundle; ``connections`` are open at once at most."""

    timeout_seconds: float = 60.0
    verify: bool | str = True
    max_body_bytes: int = 256 * 1024 * 1024
    connections: int = 1


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY and the like, minus NO_PROXY).

    There is none for this machine itself: http is allowed to it because nobody is between.
    """
    parts = urlsplit(url)
    if not parts.hostname or is_loopback(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def too_long(request: Request, options: TransportOptions) -> ErpProtocolError:
    """The error for an answer beyond ``max_body_bytes``."""
    return ErpProtocolError(
        f"{request.label}: the answer is longer than {options.max_body_bytes} bytes; ask for smaller pages, or raise "
        "max_body_bytes in the connection"
    )


def unsendable(request: Request, exc: Exception) -> ErpConfigError:
    """The error for a request that no server could be sent."""
    return ErpConfigError(
        f"{request.label}: the request cannot be sent ({type(exc).__name__}); check the connection's host, and "
        "its login, password and auth_name for line ends and other signs that were pasted along"
    )
