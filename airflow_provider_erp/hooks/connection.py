"""One connection of Airflow as a hook uses it: its fields, checked, and what they say about how to ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from airflow.providers.common.compat.connection import get_async_extra_dejson
from airflow.providers.common.compat.sdk import BaseHook, Connection
from airflow.sdk.log import mask_secret

from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.transport.loop import ASleep, pause
from airflow_provider_erp.transport.options import TransportOptions
from airflow_provider_erp.transport.pace import SharedPace, shared_pace
from airflow_provider_erp.transport.sync import SyncTransport
from airflow_provider_erp.vendors.settings import Settings, base_url
from airflow_provider_erp.vendors.vendor import Vendor


class ConnectedHook(BaseHook):
    """A hook with a connection to one vendor, which is read when it is first needed, once."""

    vendor: ClassVar[Vendor]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]
    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str]

    def __init__(
        self,
        conn_id: str | None = None,
        *,
        sleep: Callable[[float], object] = time.sleep,
        asleep: ASleep = pause,
    ) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name
        self._sleep = sleep
        self._asleep = asleep
        self._pauses: list[float] = []
        self.on_secret: Callable[[str], None] = mask_secret

    @property
    def retries(self) -> int:
        """How often something was asked for once more."""
        return len(self._pauses)

    @cached_property
    def connection(self) -> Connection:
        """Airflow's connection."""
        return self.get_connection(self.conn_id)

    @cached_property
    def settings(self) -> Settings:
        """The connection's fields, checked.

        Raises:
            ErpConfigError: the host is missing, or credentials may not be sent there.
        """
        return self._checked(self.connection, self.connection.extra_dejson)

    async def aconnect(self, connection: Connection) -> None:
        """Takes this connection, without blocking an event loop; all properties can be used there afterwards.

        Raises:
            ErpConfigError: as ``settings``.
        """
        self.connection = connection
        self.settings = self._checked(connection, await get_async_extra_dejson(connection))

    def _checked(self, connection: Connection, extra: Any) -> Settings:
        host = connection.host or self.vendor.default_host
        settings = Settings(
            conn_type=self.vendor.conn_type,
            conn_id=self.conn_id,
            base_url=base_url(host, connection.port, connection.schema) if host else "",
            login=connection.login or None,
            password=connection.password or None,
            extra=extra if isinstance(extra, dict) else {},
        )
        if not isinstance(extra, dict):
            raise settings.error(f"the extra field must be a JSON object, got a {type(extra).__name__}")
        if not host:
            raise settings.error("the host field is not set; it is the base URL of your server")
        settings.safe_url(settings.base_url, "the host field")
        return settings

    @property
    def company(self) -> str:
        """The company that this connection reads."""
        return self.settings.text("company") or self.vendor.company(self.settings)

    @cached_property
    def exchange(self) -> Exchange:
        """How questions are asked: the credential, and the retry budget."""
        retry = Retry(
            max_attempts=int(self.settings.number("max_attempts", 5, 1)),
            max_seconds=self.settings.number("retry_seconds", 15.0, 0.0),
            pace=self._pace,
            note=self._pauses.append,
        )
        return self.exchange_with(retry)

    @property
    def _pace(self) -> SharedPace:
        """Shared by all tasks of this machine that ask the same server with the same credentials."""
        settings = self.settings
        name = "\0".join([self.vendor.conn_type, settings.base_url, self.company, settings.login or ""])
        return shared_pace(name, self._per_minute)

    def exchange_with(self, retry: Retry) -> Exchange:
        """The same with another budget."""
        return Exchange(self.vendor.auth(self.settings, retry, self.on_secret), retry, self.conn_id)

    @cached_property
    def transport(self) -> SyncTransport:
        """The pool of connections to the server, one request at a time."""
        return SyncTransport(self.transport_options)

    @cached_property
    def transport_options(self) -> TransportOptions:
        """What both transports need to know."""
        verify = self.settings.flag("verify_tls", default=True)
        bundle = self.settings.text("ca_bundle")
        if bundle and not Path(bundle).exists():
            raise self.settings.error(f"the extra field 'ca_bundle' names {bundle}, which is not on this machine")
        return TransportOptions(
            timeout_seconds=self.settings.number("timeout_seconds", 60.0, 0.001),
            verify=verify and (bundle or True),
            max_body_bytes=self.settings.max_body_bytes,
            connections=self.window,
        )

    @property
    def window(self) -> int:
        """How many pages may be in flight: no more than can have their turn within two of the connection's limit."""
        window = int(self.settings.number("window", self.vendor.window, 1))
        return min(window, 2) if self._per_minute else window

    @property
    def most_in_flight(self) -> int | None:
        """How many requests may wait for their turns at once, so that each has it in time; None without a limit."""
        waited = self.exchange.retry.max_seconds
        return max(2, int(waited * self._per_minute / 60)) if self._per_minute else None

    @property
    def _per_minute(self) -> float:
        return self.settings.number("max_requests_per_minute", 0.0, 0.0)
