"""Which folders of the storage a task reads and writes, for Airflow's hook lineage; nothing where nobody collects it.

Told are streams, not the files in them: each run has others. Readers take it
for tasks that say nothing of their own, such as a function that reads a state.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector
from airflow.sdk import ObjectStoragePath


def tell_read(folder: str) -> None:
    """Notes a folder that was read."""
    path = _place(folder)
    _collector().add_input_asset(context=path, uri=str(path))


def tell_written(folder: str) -> None:
    """Notes a folder that was written."""
    path = _place(folder)
    _collector().add_output_asset(context=path, uri=str(path))


def _collector() -> Any:
    return get_hook_lineage_collector()  # type: ignore[no-untyped-call]


def _place(folder: str) -> ObjectStoragePath:
    """The folder without the connection that an address may name: it is the same place by any."""
    parts = urlsplit(folder)
    return ObjectStoragePath(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
