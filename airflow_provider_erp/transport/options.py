"""What both transports need to know of a connection, and the environment's proxies."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from airflow_provider_erp.protocol.urls import is_loopback

USER_AGENT = f"airflow-provider-erp/{version('airflow-provider-erp')}"


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """``verify`` is a truth value or the path of a CA bundle."""

    timeout_seconds: float = 60.0
    verify: bool | str = True


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY and the like, minus NO_PROXY).

    There is none for this machine itself: http is allowed to it because nobody is between.
    """
    parts = urlsplit(url)
    if not parts.hostname or is_loopback(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
