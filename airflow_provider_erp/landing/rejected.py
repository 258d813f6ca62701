"""Rejected records: kept whole, each with its reason and its place."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import msgspec

_TOLD = 3

log = logging.getLogger(__name__)


class RejectedRecords:
    """Writes unreadable records as JSON lines and remembers the first reasons for the log.

    A line has ``reason``, ``page``, ``position`` in the page from 0, and the
    record as text in ``raw``, or in ``raw_base64`` where it is no UTF-8.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._file = path.open("wb")
        self._told: list[str] = []

    def add(self, row: msgspec.Raw, reason: str, page: int, position: int) -> None:
        """Appends one record."""
        place = {"reason": reason, "page": page, "position": position}
        self._file.write(msgspec.json.encode(place | _as_text(bytes(row))) + b"\n")
        self.rows += 1
        if len(self._told) < _TOLD:
            self._told.append(f"page {page} position {position}: {reason}")

    def close(self) -> None:
        """Ends the file."""
        self._file.close()

    def warn(self, label: str) -> None:
        """Logs the count and the first reasons, where there are any."""
        if self.rows:
            log.warning("%s: %d records rejected, %s", label, self.rows, self.first())

    def first(self) -> str:
        """The first reasons in words."""
        return f"the first: {'; '.join(self._told)}"


def _as_text(raw: bytes) -> dict[str, str]:
    try:
        return {"raw": raw.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(raw).decode()}
