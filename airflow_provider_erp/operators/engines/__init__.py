"""What compares instead of the worker: a database that Airflow knows, or Spark."""
