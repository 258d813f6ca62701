"""Project transactions against invoices: is what was worked invoiced, and is what was invoiced worked.

Only the spec is imported here, so that a DAG file can name one without loading a database engine.
"""

from __future__ import annotations

from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.tolerances import AmountWithin, DateWithin, PercentWithin

__all__ = ["AmountWithin", "DateWithin", "PercentWithin", "PostingSpec"]
