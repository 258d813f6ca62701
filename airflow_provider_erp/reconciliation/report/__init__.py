"""The report of a reconciliation: a page for people, tables for spreadsheets, JSON and Parquet for programs.

Identical input gives identical bytes: nothing here reads a clock.
"""

from airflow_provider_erp.reconciliation.report.files import write_report

__all__ = ["write_report"]
