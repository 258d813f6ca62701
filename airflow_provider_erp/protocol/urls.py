"""Addresses: query texts, origins, and which hosts may be spoken to without TLS."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import quote, urlencode, urlsplit

_PORTS = {"http": 80, "https": 443}


def with_query(url: str, query: Iterable[tuple[str, str]]) -> str:
    """The address with the parameters appended, everything but letters, digits and ``-._~`` percent-encoded.

    Servers read a bare ``+`` as a space and a bare ``>=`` as who knows what.
    """
    text = urlencode(list(query), quote_via=quote, safe="")
    if not text:
        return url
    return f"{url}{'&' if '?' in url else '?'}{text}"


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: two addresses with the same origin are the same server.

    Raises:
        ValueError: the text is no address.
    """
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or ""), parts.port or _PORTS.get(parts.scheme)


def is_loopback(host: str) -> bool:
    """Whether the name stands for this machine: localhost, 127.0.0.0/8 or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
