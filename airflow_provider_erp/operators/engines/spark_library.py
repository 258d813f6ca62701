"""The library of Spark Connect, which ends a process that it takes for a doctest; heavy, and not installed everywhere.

It takes for one whatever has no main file: a task with ``run_as_user`` and every task on macOS (``python -c``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _with_a_main_file() -> Iterator[None]:
    main = sys.modules["__main__"]
    if hasattr(main, "__file__"):
        yield
        return
    main.__file__ = "<command>"
    try:
        yield
    finally:
        del main.__file__


with _with_a_main_file():
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

__all__ = ["DefaultChannelBuilder", "DefaultPolicy", "SparkSession"]
