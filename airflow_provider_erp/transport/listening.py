"""Whether anybody listens at an address, asked before a library that would try for minutes."""

from __future__ import annotations

import socket


def why_not_listening(host: str, port: int, seconds: float = 5.0) -> str | None:
    """None where a connection can be opened; else what went wrong, in a word."""
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except OSError as exc:
        return type(exc).__name__
    return None
