"""What lies in folders below the base path, in which people may have left files of their own."""

from __future__ import annotations

import logging

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import default_base_path

log = logging.getLogger(__name__)


class Unreachable(Exception):
    """The place of the reports cannot be read; the message is for anyone, and names no address."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(
            f"The place of the reports, [erp] base_path, cannot be read from here ({type(cause).__name__}). Who "
            "administers Airflow finds the reason in the API server's log: usually its connection, its package or the "
            "network lacks."
        )


def base_path() -> str:
    """Where batches and reports are kept.

    Raises:
        Unreachable: it cannot be listed.
    """
    base = default_base_path()
    try:
        names_in(base)
    except Exception as exc:  # an outer edge: each storage's library has errors of its own
        log.exception("The base path cannot be listed")
        raise Unreachable(exc) from exc
    return base


def names_in(address: str) -> list[str]:
    """What lies directly in a folder, by name; nothing where there is no folder, or a file."""
    try:
        return storage.names(address)
    except NotADirectoryError:
        return []
