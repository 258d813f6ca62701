"""A session of Spark Connect: opened where a server listens, and closed also where it has fallen silent."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.transport.listening import why_not_listening

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

_PORT = 15_002
_TRIES = 4
_SETTINGS = {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC"}


@contextmanager
def spark_session(conn_id: str, url: str) -> Iterator[SparkSession]:
    """A session of its own, with a few tries only where the server is gone.

    Raises:
        ErpUnavailable: nobody listens there, or nobody who speaks Spark Connect.
    """
    _probe(conn_id, url)
    with told(conn_id, "opening", "a session"):
        from airflow_provider_erp.operators.engines.spark_channel import a_session  # noqa: PLC0415  # heavy
        from airflow_provider_erp.operators.engines.spark_library import DefaultPolicy  # noqa: PLC0415

        session = a_session(conn_id, url)
    try:
        session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES)])
        with told(conn_id, "opening", "a session"):
            for name, value in _SETTINGS.items():
                session.conf.set(name, value)
        yield session
    finally:
        with suppress(Exception), _without_its_warnings():
            session.stop()


@contextmanager
def told(conn_id: str, doing: str, what: str) -> Iterator[None]:
    """Raises what Spark raises as one line, without its words, which may hold customers' data.

    Raises:
        ErpUnavailable: Spark refused, or is gone.
    """
    try:
        with _without_its_warnings():
            yield
    except Exception as exc:
        if not type(exc).__module__.startswith(("pyspark", "grpc")):
            raise
        condition = getattr(exc, "getCondition", lambda: None)() or type(exc).__name__
        raise ErpUnavailable(
            f"connection {conn_id!r}: Spark ended with {condition} while {doing} {what}; its own log has more"
        ) from None


@contextmanager
def _without_its_warnings() -> Iterator[None]:
    """What the library warns of is an error of ours, too, or of no use to a user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _probe(conn_id: str, url: str) -> None:
    """The library would try a dead server for ten minutes."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORT
    if reason := why_not_listening(host, port):
        raise ErpUnavailable(
            f"connection {conn_id!r}: no Spark Connect server answers at {host}:{port} ({reason}); is it running, and "
            "reachable from this worker?"
        )
