"""A storage that lets two writers create one file, as some object stores do."""

from __future__ import annotations

from typing import Any

from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem


class LaxFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """In memory; that a file must not be there is not heard."""

    store: dict[str, Any] = {}  # noqa: RUF012  # the library's own way: all instances are one storage
    pseudo_dirs = [""]  # noqa: RUF012

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **options: Any) -> None:
        """Over whatever is there."""
        super().pipe_file(path, value, mode="overwrite", **options)


def a_lax_storage() -> str:
    """The address of its empty root."""
    LaxFileSystem.store.clear()
    attach(protocol="memory", conn_id="lax", fs=LaxFileSystem())
    return "memory://lax@base"
