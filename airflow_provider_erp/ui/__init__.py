"""The page "ERP reconciliation" in Airflow's UI: it reads the ledger, reports and manifests, and never raw batches."""
