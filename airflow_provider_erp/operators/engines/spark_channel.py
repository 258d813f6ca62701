"""A way to Spark Connect on which no request to end something waits for ever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import grpc

from airflow_provider_erp.operators.engines.spark_library import DefaultChannelBuilder, SparkSession

DEADLINE_SECONDS = 5.0
"""How long stopping what the session does, or ending it, may take: a task that is killed ends all the same."""

KEEPALIVE = {
    "grpc.keepalive_time_ms": 330_000,
    "grpc.keepalive_timeout_ms": 20_000,
    "grpc.http2.ping_timeout_ms": 20_000,
    "grpc.http2.max_pings_without_data": 0,
}
"""A query whose server answers no ping any more ends; more than one ping in five minutes a server takes for abuse."""

_ENDING = frozenset({"Interrupt", "ReleaseExecute", "ReleaseSession"})
"""Requests that no result depends on; queries may take as long as they take."""

log = logging.getLogger(__name__)


def a_session(conn_id: str, url: str) -> SparkSession:
    """A new session; its requests to end something have a deadline."""
    return SparkSession.builder.channelBuilder(_Builder(conn_id, url)).create()


class _Builder(DefaultChannelBuilder):
    def __init__(self, conn_id: str, url: str) -> None:
        super().__init__(url, list(KEEPALIVE.items()))
        self._deadline = _Deadline(conn_id)

    def toChannel(self) -> grpc.Channel:  # noqa: N802  # the library's name
        return grpc.intercept_channel(super().toChannel(), self._deadline)


class _Deadline(grpc.UnaryUnaryClientInterceptor):
    """Gives the requests that end something a deadline, and says once that the server did not answer."""

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        self._told = False

    def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        if client_call_details.method.rpartition("/")[2] not in _ENDING:
            return continuation(client_call_details, request)
        answer = continuation(_WithDeadline(client_call_details), request)
        if answer.code() is grpc.StatusCode.DEADLINE_EXCEEDED and not self._told:
            self._told = True
            log.warning(
                "connection %r: Spark did not answer within %g seconds when it was asked to stop; what it was doing "
                "may run on there",
                self._conn_id,
                DEADLINE_SECONDS,
            )
        return answer


class _WithDeadline(grpc.ClientCallDetails):
    """gRPC takes what is not said here from the request itself."""

    def __init__(self, details: grpc.ClientCallDetails) -> None:
        self.method = details.method
        self.metadata = details.metadata
        self.timeout = DEADLINE_SECONDS
