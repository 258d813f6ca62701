"""What a DAG author puts into a DAG."""
