"""Addresses of batches: plain text, so that a storage connection named in the base path travels along."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from airflow.configuration import AIRFLOW_HOME, conf

_LONGEST_SEGMENT = 120


def segment(text: str) -> str:
    """One folder name for any text; two texts never share one.

    Letters, digits, ``_``, ``-`` and inner dots stay readable, the rest is
    written as ``~`` and two digits (a percent sign would be taken for an
    escape in a link to a report); what would be too long for a file system is
    cut and told apart by its digest.

    Raises:
        ValueError: the text is empty.
    """
    if not text:
        raise ValueError("a folder of batches needs a name: connection type, company and resource must not be empty")
    name = quote(text, safe="", errors="surrogatepass").replace("~", "%7E").replace("%", "~")
    if name.startswith("."):
        name = "~2E" + name[1:]
    if len(name) <= _LONGEST_SEGMENT:
        return name
    return f"{name[:60]}~~{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def join(base: str, *names: str) -> str:
    """The address below ``base``; the names are used as they are."""
    return "/".join([base.rstrip("/"), *names])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of one task instance: who writes a batch."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    try_number: int = 1

    @property
    def identity(self) -> str:
        """The same for all tries of one task instance."""
        identity = "\0".join([self.dag_id, self.run_id, self.task_id, str(self.map_index)])
        return hashlib.sha256(identity.encode()).hexdigest()[:16]

    def folder_name(self) -> str:
        """A new name at each call: the identity, a dash, the try, a dash, and chance."""
        return f"{self.identity}-{self.try_number}-{secrets.token_hex(6)}"


def default_base_path() -> str:
    """Where batches and reports are kept: ``[erp] base_path``, else the folder ``erp`` in ``AIRFLOW_HOME``."""
    return conf.get("erp", "base_path", fallback=None) or f"file://{AIRFLOW_HOME}/erp"
