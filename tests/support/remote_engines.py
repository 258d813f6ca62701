"""Engines that compare, each started for a test: PostgreSQL, SQLite, and Sail, which speaks Spark Connect."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from temporary_postgres import temporary_postgres

CONN_ID = "engine"


@contextmanager
def running_engine(name: str, folder: Path, object_store: str) -> Iterator[None]:
    """The engine, with the connection ``engine`` in the environment; its own rights to the object store are given."""
    with pytest.MonkeyPatch.context() as patch:
        variable = f"AIRFLOW_CONN_{CONN_ID.upper()}"
        if name == "postgres":
            with temporary_postgres() as dsn:
                host = dict(part.split("=") for part in dsn.split())["host"].replace("/", "%2F")
                patch.setenv(variable, f"postgres://erp@/postgres?host={host}")
                yield
        elif name == "sqlite":
            patch.setenv(variable, json.dumps({"conn_type": "sqlite", "host": str(folder / "engine.db")}))
            yield
        else:
            with running_sail(object_store) as (host, port):
                patch.setenv(variable, json.dumps({"conn_type": "spark_connect", "host": host, "port": port}))
                yield


@contextmanager
def running_sail(object_store: str) -> Iterator[tuple[str, int]]:
    """A Spark Connect server in this process, on loopback."""
    rights = {
        "AWS_ACCESS_KEY_ID": "user",
        "AWS_SECRET_ACCESS_KEY": "never-in-a-log",
        "AWS_ENDPOINT": object_store,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-north-1",
        "RUST_LOG": "error",
    }
    with pytest.MonkeyPatch.context() as patch:
        for key, value in rights.items():
            patch.setenv(key, value)
        os.environ.pop("AWS_PROFILE", None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pysail.spark import SparkConnectServer
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        try:
            host, port = server.listening_address
            yield str(host), int(port)
        finally:
            server.stop()
