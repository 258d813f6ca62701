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


def copy(address: str, to: Path, sha256: str | None = None) -> Path:
    """The copy at ``to``, checked against the digest where there is one.

    Raises:
        Gone: there is no such file, or it is another one.
    """
    try:
        found = storage.copy(address, to)
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise Gone(address) from exc
    if sha256 is not None and found != sha256:
        raise Gone(address)
    return to
