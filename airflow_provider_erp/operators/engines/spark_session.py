"""A session of Spark Connect: opened where a server listens, and closed also where it has fallen silent."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.transport.listening import why_not_listening

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

log = logging.getLogger(__name__)

_PORT = 15_002
_TRIES = 4
_SETTINGS = {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC"}
_PATIENCE = 5.0
"""Seconds that a server has to interrupt queries, or to close a session."""
_CHANNEL = {
    "grpc.keepalive_time_ms": 330_000,
    "grpc.keepalive_timeout_ms": 20_000,
    "grpc.http2.ping_timeout_ms": 20_000,
    "grpc.http2.max_pings_without_data": 0,
}
"""A query whose server does not answer pings any more ends; a server takes more than one in five minutes for abuse."""


@contextmanager
def spark_session(conn_id: str, url: str) -> Iterator[SparkSession]:
    """A session of its own, with a few tries only where the server is gone.

    Raises:
        ErpUnavailable: nobody listens there, or nobody who speaks Spark Connect.
    """
    _probe(conn_id, url)
    with told(conn_id, "opening", "a session"):
        from pyspark.sql.connect.client import DefaultChannelBuilder  # noqa: PLC0415
        from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415
        from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415  # heavy, and not installed everywhere

        builder = DefaultChannelBuilder(url, list(_CHANNEL.items()))
        session = SparkSession.builder.channelBuilder(builder).create()
    try:
        session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES)])
        with told(conn_id, "opening", "a session"):
            for name, value in _SETTINGS.items():
                session.conf.set(name, value)
        yield session
    finally:
        patiently(session.stop, f"connection {conn_id!r}: closing its session")


def patiently(call: Callable[[], object], what: str) -> None:
    """Calls what may fail, and waits seconds for it: the library waits without end for a server that is silent."""

    def run() -> None:
        with suppress(Exception):
            call()

    thread = Thread(target=run, daemon=True)
    with _without_its_warnings():
        thread.start()
        thread.join(_PATIENCE)
    if thread.is_alive():
        log.warning("%s: Spark did not answer within %g s; going on without", what, _PATIENCE)


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
