"""What the vendors' hooks share: the connection, the transport, and fetching a resource."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from airflow.providers.common.compat.sdk import BaseHook, Connection
from airflow.sdk.log import mask_secret

from airflow_provider_erp.exceptions import ErpConfigError, ErpError, ErpUnavailable
from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.listing import fetch
from airflow_provider_erp.protocol.messages import Page, Request, decode_record
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.records import Record
from airflow_provider_erp.transport.options import TransportOptions
from airflow_provider_erp.transport.sync import SyncTransport
from airflow_provider_erp.vendors.settings import Settings, base_url
from airflow_provider_erp.vendors.vendor import ReadRecord, Resource, Vendor

log = logging.getLogger(__name__)


class ErpHook(BaseHook):
    """Reads lists of one ERP system, complete or with an error.

    The connection is read when it is first needed, once.
    """

    vendor: ClassVar[Vendor]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]
    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str]

    def __init__(self, conn_id: str | None = None, *, sleep: Callable[[float], object] = time.sleep) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name
        self._sleep = sleep

    @staticmethod
    def for_connection(conn_id: str) -> ErpHook:
        """The hook of the vendor that the connection's type names.

        Raises:
            ErpConfigError: the connection is of no ERP type.
        """
        connection = BaseHook.get_connection(conn_id)
        info: Any = get_provider_info()["connection-types"]
        classes = {entry["connection-type"]: entry["hook-class-name"] for entry in info}
        if connection.conn_type not in classes:
            raise ErpConfigError(
                f"connection {conn_id!r} is of type {connection.conn_type!r}; expected one of {', '.join(classes)}"
            )
        module, _, name = classes[connection.conn_type].rpartition(".")
        hook: ErpHook = getattr(import_module(module), name)(conn_id)
        hook.connection = connection
        return hook

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
        connection = self.connection
        extra = connection.extra_dejson
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
        )
        return self._exchange(retry)

    def _exchange(self, retry: Retry) -> Exchange:
        return Exchange(self.vendor.auth(self.settings, retry, mask_secret), retry, self.conn_id)

    @cached_property
    def transport(self) -> SyncTransport:
        """The pool of connections to the server."""
        verify = self.settings.flag("verify_tls", default=True)
        bundle = self.settings.text("ca_bundle")
        if bundle and not Path(bundle).exists():
            raise self.settings.error(f"the extra field 'ca_bundle' names {bundle}, which is not on this machine")
        timeout = self.settings.number("timeout_seconds", 60.0, 0.001)
        return SyncTransport(TransportOptions(timeout_seconds=timeout, verify=verify and (bundle or True)))

    def fetch(
        self, resource: str, *, since: str | None = None, filters: Mapping[str, Any] | None = None
    ) -> Iterator[Page]:
        """Yields the pages of a resource, every row of them; ends with an error rather than short.

        ``since`` is a cursor of this resource, sent verbatim or in the form
        that the vendor's filter takes. ``filters`` are those of the typed
        method, by the same names.

        Raises:
            ValueError: unknown resource or filter, or a value that the filter does not take; nothing was sent.
            ErpError: see ``exceptions``; raised while iterating.
        """
        described = self.vendor.resource(resource)
        return self._pages(described, described.arguments(since, filters))

    def _pages(self, resource: Resource, arguments: Mapping[str, Any]) -> Generator[Page, None, None]:
        caution = resource.caution(arguments)
        if caution:
            log.warning("%s %s: %s", self.vendor.conn_type, resource.name, caution)
        listing = self.vendor.listing(resource, self.settings, arguments)
        yield from run(fetch(listing, self.exchange), self.transport.send, self._sleep)

    def rows(self, resource: str, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yields the rows of a resource as dicts, see ``fetch``."""
        pages = self.fetch(resource, filters=filters)
        return (row for page in pages for row in page.records)

    def one(self, label: str, path: str) -> dict[str, Any]:
        """The JSON object below the base URL at ``path``."""
        request = Request(
            f"{self.vendor.conn_type} {label}", self.settings.base_url + path, headers={"Accept": "application/json"}
        )
        conversation = self.exchange.read(request, decode_record)
        return complete(run(conversation, self.transport.send, self._sleep))

    def cursor(self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None) -> str | None:
        """From where ``fetch`` with these arguments reads changes, verbatim; None when it reads all."""
        described = self.vendor.resource(resource)
        return described.cursor(described.arguments(since, filters))

    def selection(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        """What ``fetch`` with these arguments sends to select rows: two fetches with the same continue one another."""
        described = self.vendor.resource(resource)
        return described.selection(described.arguments(since, filters), self.settings)

    def record_type(self, resource: str) -> type[Record]:
        """The canonical type of a resource's records."""
        return self.vendor.resource(resource).record

    def reader(self, resource: str) -> ReadRecord:
        """The translator of this resource's raw rows, raising ``UnreadableRecord`` with a reason."""
        return self.vendor.resource(resource).reader(self.settings)

    def test_connection(self) -> tuple[bool, str]:
        """Whether one cheap question is answered, and what to mend when it is not."""
        resource, asked = self.vendor.test
        try:
            described = self.vendor.resource(resource)
            exchange = self._exchange(Retry(max_attempts=1))
            listing = self.vendor.listing(described, self.settings, described.arguments(None, asked))
            next(run(fetch(listing, exchange), self.transport.send, self._sleep))
        except ErpUnavailable as exc:
            return False, f"{self.settings.base_url}: {exc.reason}; check host, port, and the network between"
        except ErpError as exc:
            return False, str(exc)
        about = "" if self.company == self.conn_id else f" for company {self.company!r}"
        return True, f"{self.vendor.title} answers{about}"
