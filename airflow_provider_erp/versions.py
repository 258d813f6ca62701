"""What is newer than the oldest Airflow that is supported (3.1): the only place that knows versions."""

from __future__ import annotations

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


def asset_state(trigger: BaseEventTrigger) -> AssetState | None:
    """What the asset that a trigger watches remembers; None below Airflow 3.3, which gives no store to a trigger."""
    store: AssetState | None = getattr(trigger, "asset_state_store", None)
    return store
