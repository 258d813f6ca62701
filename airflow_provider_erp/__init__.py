"""Airflow provider that reads customers, hours and invoices from ERP systems and tells where they disagree."""

__version__ = "0.1.0"
