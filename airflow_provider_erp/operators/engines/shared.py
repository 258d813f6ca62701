"""A folder on a storage that the worker and a remote engine both see, each by its own address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join

MANIFEST = "manifest.json"
_CONNECTION = re.compile(r"(?<=://)[^/@]+@")
_SCHEMES = {"s3": "s3a"}
"""As Hadoop spells them."""


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """``ours`` is the worker's address of the folder, ``theirs`` the engine's."""

    ours: str
    theirs: str

    def put(self, name: str, local: Path) -> str:
        """Copies a file there; the engine's address of it comes back."""
        storage.put(local, join(self.ours, name))
        return join(self.theirs, name)

    def list_tables(self, engine: str) -> None:
        """Writes the manifest: which files hold which table."""
        tables = {
            table: [join(table, name) for name in storage.names(join(self.ours, table)) if name.endswith(".parquet")]
            for table in storage.names(self.ours)
        }
        content = {"engine": engine, "seen_as": self.theirs, "tables": tables}
        storage.create(join(self.ours, MANIFEST), msgspec.json.encode(content))


def shared_folder(base_path: str, engine_path: str | None, *names: str) -> SharedFolder:
    """The folder ``names`` below the base path.

    ``engine_path`` is the base path as the engine sees it. Without one, the
    address of an object storage is taken without its Airflow connection: the
    engine has rights of its own.

    Raises:
        ValueError: the base path lies on this machine's disk, and nobody says that the engine sees it.
    """
    if not engine_path and storage.is_on_disk(base_path):
        raise ValueError(
            f"engine_path: {base_path} lies on this machine's disk, which a remote engine does not see; keep batches "
            "on an object storage, or name the path under which the same folder is mounted on all of its machines"
        )
    theirs = engine_path or _as_seen(base_path)
    return SharedFolder(join(base_path, *names), join(theirs, *names))


def _as_seen(base_path: str) -> str:
    scheme, _, rest = _CONNECTION.sub("", base_path).partition("://")
    return f"{_SCHEMES.get(scheme, scheme)}://{rest}"
