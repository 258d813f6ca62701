"""What operators take from a fetch: its output, or the path of a batch's manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.common.compat.sdk import XComArg

from airflow_provider_erp.landing.catalog import Published, read_batch

Fetched = Mapping[str, Any] | str | XComArg
"""What a fetch returns, or will return, or the path of a batch's manifest."""


def batch_of(fetched: object, argument: str) -> Published:
    """The batch that a fetch returned, or that a manifest's path names.

    Raises:
        ValueError: it is neither, or there is no such batch.
    """
    path = fetched.get("manifest") if isinstance(fetched, Mapping) else fetched
    if not isinstance(path, str) or not path:
        raise ValueError(
            f"{argument}: expected the output of an ErpFetchOperator or a manifest's path, "
            f"got a {type(fetched).__name__}; did the fetch run?"
        )
    return read_batch(path)
