"""The one way to open DuckDB here: within a folder, little memory, and what is built into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TEMPORARY_SPACE = "16GB"
"""More than this on disk means that a query went astray: it fails instead of filling the machine."""


def memory_for(rows: int) -> int:
    """Megabytes in which two sides of so many rows are joined without writing much to disk and reading it again.

    400 for a million, 200 more for each further one, at most 1,200.
    """
    return min(max(400, 200 + rows // 5_000), 1_200)


@contextmanager
def open_engine(folder: Path, *, memory_mb: int, threads: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database that spills into ``folder`` and is gone at the end.

    It never downloads an extension, and no query can change its settings.

    Raises:
        duckdb.OutOfMemoryException: in use, when neither memory nor the temporary space suffices.
    """
    import duckdb  # noqa: PLC0415  # heavy: not when a DAG file is parsed

    connection = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(folder / "duckdb"),
            "max_temp_directory_size": TEMPORARY_SPACE,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
    )
    connection.execute("SET enable_progress_bar = false")  # at a prompt DuckDB draws one into the terminal
    connection.execute("SET lock_configuration = true")
    try:
        yield connection
    finally:
        connection.close()
