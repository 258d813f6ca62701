"""What is newer than the oldest Airflow that is supported (3.1): the only place that knows versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from airflow.sdk.log import mask_secret

try:
    from airflow.sdk import RetryDecision, RetryPolicy
except ImportError:  # Airflow below 3.3 has no retry policies, and nobody decides
    RetryPolicy, RetryDecision = object, None  # type: ignore[misc, assignment]

try:
    from airflow.sdk.log import amask_secret
except ImportError:  # below 3.3 there is only the other one, which works in a thread

    async def amask_secret(secret: JsonValue, name: str | None = None) -> None:
        """Hides a secret in logs, here and in the process above, without blocking the event loop."""
        from asgiref.sync import sync_to_async  # noqa: PLC0415  # what Airflow itself does there

        await sync_to_async(mask_secret)(secret, name)


if TYPE_CHECKING:
    from airflow.triggers.base import BaseEventTrigger
    from pydantic import JsonValue

__all__ = ["HAS_RETRY_POLICIES", "AssetState", "RetryDecision", "RetryPolicy", "amask_secret", "asset_state"]

HAS_RETRY_POLICIES = RetryPolicy is not object


class AssetState(Protocol):
    """What an asset remembers across triggerers and runs; since Airflow 3.3."""

    async def aget(self, key: str, default: Any = None) -> Any:
        """The value under a key."""

    async def aset(self, key: str, value: Any) -> None:
        """Keeps a value that is JSON, and not None."""


class _OfSeveral:
    """What several assets remember alike: Airflow makes equal watchers one trigger, which watches for all of them.

    What is read first is written first: where a write came to its end for some
    assets only, that is what counts.
    """

    def __init__(self, stores: Iterable[AssetState]) -> None:
        self._stores = tuple(stores)

    async def aget(self, key: str, default: Any = None) -> Any:
        """The value of the first asset that has one."""
        for store in self._stores:
            if (kept := await store.aget(key)) is not None:
                return kept
        return default

    async def aset(self, key: str, value: Any) -> None:
        """Keeps it for every asset."""
        for store in self._stores:
            await store.aset(key, value)


def asset_state(trigger: BaseEventTrigger) -> AssetState | None:
    """What the assets that a trigger watches for remember; None below Airflow 3.3, which gives a trigger no store.

    With several assets Airflow's store answers only for one that is named,
    and tells nowhere which it has: hence its private names.
    """
    store: AssetState | None = getattr(trigger, "asset_state_store", None)
    by_name: Mapping[str, AssetState] = getattr(store, "_by_name", {})
    return store if len(by_name) < 2 else _OfSeveral(by_name[name] for name in sorted(by_name))
