"""Up to where a watcher announced changes, and how an asset keeps that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from airflow_provider_erp.versions import AssetState

MOST_SEEN = 1000
"""How many rows are remembered one by one: a store of Airflow takes 64 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a watcher knows.

    Attributes:
        cursor: up to where changes were announced.
        seen: the rows that the last look showed; None where they are not known one by one.
        event: what is being announced, until it surely arrived.
    """

    cursor: str | None
    seen: frozenset[str] | None = field(default=None, repr=False)
    event: Mapping[str, Any] | None = None

    def settled(self) -> Remembered:
        """The same with its event announced."""
        return replace(self, event=None)


async def recall(store: AssetState | None, key: str) -> Remembered | None:
    """What the store has under this key; None where there is no store, or nothing in it yet."""
    kept = await store.aget(key) if store is not None else None
    if not isinstance(kept, Mapping):
        return None
    seen = kept["seen"]
    return Remembered(cursor=kept["cursor"], seen=None if seen is None else frozenset(seen), event=kept["event"])


async def remember(store: AssetState | None, key: str, present: Remembered) -> Remembered:
    """Keeps it where there is a store; more rows than ``MOST_SEEN`` are not told apart after a restart."""
    if store is not None:
        few = present.seen is not None and len(present.seen) <= MOST_SEEN
        kept = {
            "cursor": present.cursor,
            "seen": sorted(present.seen or ()) if few else None,
            "event": None if present.event is None else dict(present.event),
        }
        await store.aset(key, kept)
    return present


def digest(*parts: Any) -> str:
    """The same text for the same parts."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def digest_of_rows(rows: Iterable[str]) -> str:
    """The same text for the same rows, in any order."""
    return digest(*sorted(rows))
