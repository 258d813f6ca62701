"""A PostgreSQL of its own, on a socket in a temporary folder, that is gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from capabilities import postgres

_UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """The connection string of a server."""
    initdb = Path(postgres() or "initdb").resolve()
    folder = Path(tempfile.mkdtemp(prefix="erp-postgres-", dir="/tmp"))
    owner = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if owner:
        shutil.chown(folder, owner)
    cluster = folder / "cluster"
    settings = " ".join([f"-k {folder} -h ''", *(f"-c {name}=off" for name in _UNSAFE)])
    control = [str(initdb.with_name("pg_ctl")), "-D", str(cluster), "-w", "-l", str(folder / "log")]
    try:
        _run([str(initdb), "-D", str(cluster), "-U", "erp", "-A", "trust", "-N", "-E", "UTF8"], folder, owner)
        _run([*control, "-o", settings, "start"], folder, owner)
        try:
            yield f"host={folder} user=erp dbname=postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder, owner)
    finally:
        shutil.rmtree(folder)


def _run(command: list[str], folder: Path, owner: str | None) -> None:
    subprocess.run(command, check=True, cwd=folder, user=owner, stdout=subprocess.DEVNULL)
