"""What the events of an operator's outlets say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import Asset

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

TOLD = ("spec", "verdict", "matched", "counts", "open", "states", "at_risk", "report")
"""What a reconciliation's event has of its result: counts, sums and the report's path."""


def tell_outlets(context: Context, outlets: Iterable[Any], result: Mapping[str, Any]) -> None:
    """Puts the counts of a reconciliation into the event of each asset that the task has as an outlet."""
    for outlet in outlets:
        if isinstance(outlet, Asset):
            context["outlet_events"][outlet].extra.update({name: result[name] for name in TOLD})
