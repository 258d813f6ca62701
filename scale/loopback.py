"""Where everything listens: this machine, and nobody else's."""

from __future__ import annotations

import socket
from contextlib import closing

HOST = "127.0.0.1"


def free_port() -> int:
    """One that nobody has."""
    with closing(socket.create_server((HOST, 0))) as taken:
        return int(taken.getsockname()[1])
