"""Airflow provider that reads, reconciles and corrects customers, hours and invoices in ERP systems."""

__version__ = "0.1.0"
