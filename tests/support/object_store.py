"""An object store on loopback that speaks S3, with its Airflow connection."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

CONN_ID = "objects"


@contextmanager
def running_object_store() -> Iterator[str]:
    """The store's address on loopback; the connection stands in the environment until the end."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(f"AIRFLOW_CONN_{CONN_ID.upper()}", connection(endpoint))
            yield endpoint
    finally:
        server.stop()


def connection(endpoint: str, **more: Any) -> str:
    """As Airflow reads it from the environment, with more of its extra fields."""
    extra = {"endpoint_url": endpoint, "region_name": "eu-north-1", **more}
    return json.dumps({"conn_type": "aws", "login": "user", "password": "never-in-a-log", "extra": extra})


def a_bucket(endpoint: str) -> str:
    """The address of a new bucket."""
    name = f"erp-{uuid4().hex}"
    client(endpoint).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    return f"s3://{CONN_ID}@{name}"


def client(endpoint: str):  # type: ignore[no-untyped-def]  # boto3 makes its types as it runs
    """Another program that reads and writes there."""
    import boto3  # type: ignore[import-untyped]

    keys = {"aws_access_key_id": "user", "aws_secret_access_key": "never-in-a-log"}
    return boto3.client("s3", endpoint_url=endpoint, region_name="eu-north-1", **keys)


def copied(base: str, endpoint: str, folder: Path) -> Path:
    """All objects of a bucket as files of a folder, by another program than the package."""
    store, name = client(endpoint), base.rpartition("@")[2].partition("/")[0]
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=name):
        for each in page.get("Contents", ()):
            file = folder / each["Key"]
            file.parent.mkdir(parents=True, exist_ok=True)
            store.download_file(name, each["Key"], str(file))
    return folder
