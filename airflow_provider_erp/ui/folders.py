"""What lies in folders below the base path, in which people may have left files of their own."""

from __future__ import annotations

from airflow_provider_erp.landing import storage


def names_in(address: str) -> list[str]:
    """What lies directly in a folder, by name; nothing where there is no folder, or a file."""
    try:
        return storage.names(address)
    except NotADirectoryError:
        return []
