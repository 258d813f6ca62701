"""The operators' edge to Airflow: which errors a retry cannot mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_erp.exceptions import ErpError
from airflow_provider_erp.operators.fates import Fate, fate_of


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Turns an error that would come again into one that Airflow does not retry."""
    try:
        yield
    except (ErpError, ValueError) as exc:
        if fate_of(exc) is Fate.FAIL:
            raise AirflowFailException(str(exc)) from exc
        raise
