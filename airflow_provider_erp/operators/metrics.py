"""Numbers for Airflow's own metrics, of the last run of each kind; without a backend nothing is sent anywhere.

What a number is of stands in its tags: a backend without tags, such as plain StatsD, keeps the last one of each name.
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow.providers.common.compat.sdk import Stats


def tell_fetch(conn_type: str, company: str, resource: str, rows: int) -> None:
    """``erp.fetch.rows``: the rows of the batch."""
    Stats.gauge("erp.fetch.rows", rows, tags={"conn_type": conn_type, "company": company, "resource": resource})


def tell_reconciliation(spec: str, counts: Mapping[str, int]) -> None:
    """``erp.reconcile.open_breaks``: by kind."""
    for kind, count in counts.items():
        Stats.gauge("erp.reconcile.open_breaks", count, tags={"spec": spec, "kind": kind})


def tell_push(conn_type: str, counts: Mapping[str, int]) -> None:
    """``erp.push.records``: by what became of them."""
    for outcome, count in counts.items():
        Stats.gauge("erp.push.records", count, tags={"conn_type": conn_type, "outcome": outcome})
