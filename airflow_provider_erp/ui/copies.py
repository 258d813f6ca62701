"""Local copies of files that are listed, for the time of one request."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_provider_erp.landing import storage


class Gone(Exception):
    """The file is not there, or not the one that was listed: removed, or just being written anew."""


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="erp-page-") as name:
        yield Path(name)


def copy(address: str, to: Path, sha256: str | None) -> Path:
    """The copy at ``to``, if it has the digest.

    Raises:
        Gone: there is no such file, it is another one, or nothing says which one it is to be.
    """
    if sha256 is None:
        raise Gone(address)
    try:
        found = storage.copy(address, to)
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise Gone(address) from exc
    if found != sha256:
        raise Gone(address)
    return to
