"""How many rows of one answer the worker takes into its memory from an engine elsewhere."""

from __future__ import annotations

from airflow_provider_erp.exceptions import ErpProtocolError

MOST_ROWS = 1_000_000


def too_many(conn_id: str) -> ErpProtocolError:
    """What is told of an answer with more."""
    return ErpProtocolError(
        f"connection {conn_id!r}: expected at most {MOST_ROWS} rows of one answer, got more; so much differs, or has "
        "no partner, that the two sides can hardly be of the same company"
    )
