"""Conversations with servers as generators: no sockets, no Airflow, no clock."""
