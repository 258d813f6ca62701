"""Where two systems disagree: what to compare, the comparison, its breaks and the report.

Pure: no Airflow, no network, no vendor. Only the spec is imported here, so
that a DAG file can name one without loading a database engine.
"""

from __future__ import annotations

from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec

__all__ = ["CUSTOMERS", "ReconciliationSpec"]
