"""The operators' edge to Airflow: which errors a retry cannot mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_erp.exceptions import ErpAuthError, ErpProtocolError

FINAL = (ErpAuthError, ErpProtocolError, ValueError)
"""Credentials, a shape that no document describes, wrong arguments and connections: a person must act."""


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Turns an error that would come again into one that Airflow does not retry."""
    try:
        yield
    except FINAL as exc:
        raise AirflowFailException(str(exc)) from exc
