"""A Redis of its own on loopback and a free port, which keeps nothing."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scale.loopback import HOST, free_port
from scale.processes import Program, start
from scale.waiting import until

_READY_SECONDS = 20.0


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Its address.

    Raises:
        FileNotFoundError: it is not installed.
    """
    server, port = shutil.which("redis-server"), free_port()
    if server is None:
        raise FileNotFoundError("redis-server is not on this machine: apt-get install redis-server")
    settings = ("--bind", HOST, "--port", str(port), "--save", "", "--appendonly", "no", "--protected-mode", "yes")
    program = start("redis", (server, *settings), {}, folder)
    try:
        until("Redis answers", lambda: _answers(program, port), _READY_SECONDS, program.log)
        yield f"redis://{HOST}:{port}/0"
    finally:
        program.kill()


def _answers(program: Program, port: int) -> bool:
    program.check()
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
