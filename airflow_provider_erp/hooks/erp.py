"""What the vendors' hooks share: fetching a resource, and all that a fetch must know of it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, ClassVar

from airflow.providers.common.compat.connection import get_async_connection
from airflow.providers.common.compat.sdk import BaseHook

from airflow_provider_erp.exceptions import ErpConfigError, ErpError, ErpProtocolError, ErpUnavailable
from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.hooks.connection import ConnectedHook
from airflow_provider_erp.hooks.looking import Look, looking
from airflow_provider_erp.protocol.changes import earlier
from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.dump import Dump
from airflow_provider_erp.protocol.glimpse import Glimpse
from airflow_provider_erp.protocol.listing import Listing, fetch, in_one_go
from airflow_provider_erp.protocol.messages import Answer, Conversation, Lost, Page, Request, T, decode_record
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.transport.asynchronous import opened
from airflow_provider_erp.transport.loop import ASend, acomplete, arun, blocking
from airflow_provider_erp.vendors.parameters import texts
from airflow_provider_erp.vendors.vendor import Traits

log = logging.getLogger(__name__)


class ErpHook(ConnectedHook):
    """Reads lists of one ERP system, complete or with an error; writes where the vendor's own hook does."""

    new_customer: ClassVar[Mapping[str, Any]] = {}
    """What a push gives every new customer, by the vendor's names, unless an author says otherwise."""

    @staticmethod
    def for_connection(conn_id: str) -> ErpHook:
        """The hook of the vendor that the connection's type names.

        Raises:
            ErpConfigError: the connection is of no ERP type.
        """
        connection = BaseHook.get_connection(conn_id)
        hook = ErpHook.of_type(connection.conn_type, f"connection {conn_id!r}")(conn_id)
        hook.connection = connection
        return hook

    @staticmethod
    def of_type(conn_type: str | None, what: str) -> type[ErpHook]:
        """The hook of a type of connections; ``what`` has it, for the message.

        Raises:
            ErpConfigError: this is no ERP type.
        """
        info: Any = get_provider_info()["connection-types"]
        classes = {entry["connection-type"]: entry["hook-class-name"] for entry in info}
        if conn_type not in classes:
            raise ErpConfigError(f"{what} is of type {conn_type!r}; expected one of {', '.join(classes)}")
        module, _, name = classes[conn_type].rpartition(".")
        hook: type[ErpHook] = getattr(import_module(module), name)
        return hook

    @staticmethod
    async def afor_connection(conn_id: str) -> ErpHook:
        """The same without blocking an event loop, with its connection read and checked.

        Raises:
            ErpConfigError: as ``for_connection``, or a field of the connection is wrong.
        """
        connection = await get_async_connection(conn_id)
        hook = ErpHook.of_type(connection.conn_type, f"connection {conn_id!r}")(conn_id)
        await hook.aconnect(connection)
        return hook

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
        listing = self._listing(resource, since, filters)

        def pages() -> Iterator[Page]:
            yield from run(fetch(listing(), self.exchange), self.transport.send, self._sleep)

        return in_one_go(f"{self.vendor.conn_type} {resource}", pages())

    async def afetch(
        self,
        resource: str,
        *,
        since: str | None = None,
        filters: Mapping[str, Any] | None = None,
        adopted: Completeness | None = None,
    ) -> AsyncGenerator[Page, None]:
        """Yields the pages of a resource with up to ``window`` of them in flight; where rows moved, a second look.

        A page of ``look`` 2 begins the list anew: what came before no longer
        counts. ``adopted`` is how far an earlier try came.

        Raises:
            ValueError, ErpError: as ``fetch``, while iterating.
        """
        listing = self._listing(resource, since, filters)()
        async with opened(self.transport_options) as transport:
            conversation = fetch(listing, self.exchange, window=self.window, adopted=adopted)
            async for page in arun(conversation, transport.send, self._asleep):
                yield page

    def pages(
        self,
        resource: str,
        *,
        since: str | None = None,
        filters: Mapping[str, Any] | None = None,
        adopted: Completeness | None = None,
    ) -> Iterator[Page]:
        """Yields the pages of ``afetch`` in a thread without a running event loop; checks the arguments at once."""
        self._listing(resource, since, filters)
        return blocking(self.afetch(resource, since=since, filters=filters, adopted=adopted))

    def _listing(
        self, resource: str, since: str | None, filters: Mapping[str, Any] | None
    ) -> Callable[[], Listing | Dump]:
        """Checks what is asked at once; the connection is read when the list is."""
        described = self.vendor.resource(resource)
        described.arguments(since, filters)

        def describe() -> Listing | Dump:
            arguments = described.arguments(since, filters, self.settings)
            caution = described.caution(arguments)
            if caution:
                log.warning("%s %s: %s", self.vendor.conn_type, resource, caution)
            cursor = described.cursor(arguments) if since is None else since
            return self.vendor.listing(described, self.settings, arguments, cursor)

        return describe

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
        arguments = described.arguments(since, filters)
        return described.cursor(arguments) if since is None else since

    def selection(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        """What ``fetch`` with these arguments sends to select rows: two fetches with the same continue one another."""
        described = self.vendor.resource(resource)
        return described.selection(described.arguments(since, filters), self.settings)

    def question(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        """All that ``fetch`` with these arguments sends, page sizes included."""
        described = self.vendor.resource(resource)
        asked = described.arguments(since, filters, self.settings)
        return texts(resource, described.parameters, asked, self.settings)

    def traits(self, resource: str) -> Traits:
        """What a fetch of a resource must know of it."""
        return self.vendor.resource(resource).traits(self.settings)

    def deleted(self, resource: str, since: str) -> list[str] | None:
        """The ids of records that the vendor says were deleted since a cursor, less the overlap; None without a feed.

        An answer that lost its rows on the way looks like an empty one, which is believed when it comes twice.

        Raises:
            ErpError: as ``fetch``.
        """
        described = self.vendor.resource(resource)
        if described.deletions is None:
            return None
        path = described.deletions.path(earlier(since, described.overlap(self.settings)))
        request = Request(
            f"{self.vendor.conn_type} deleted {resource}",
            self.settings.base_url + path,
            headers={"Accept": "application/json"},
        )
        conversation = self._deleted(request, partial(described.deletions.decode, self.settings))
        return complete(run(conversation, self.transport.send, self._sleep))

    def _deleted(self, request: Request, decode: Callable[[bytes], list[str]]) -> Conversation[list[str]]:
        ids = yield from self.exchange.read(request, decode)
        return ids or (yield from self.exchange.read(request, decode))

    def create_customer(self, *args: Any, **kwargs: Any) -> Any:
        """Creates a customer, where the vendor's hook does; this one says that it does not.

        Raises:
            ErpConfigError: the system is only read here.
        """
        raise self._read_only("create a customer")

    def update_customer(self, *args: Any, **kwargs: Any) -> Any:
        """Changes a customer, where the vendor's hook does; this one says that it does not.

        Raises:
            ErpConfigError: the system is only read here.
        """
        raise self._read_only("update a customer")

    def _read_only(self, what: str) -> ErpConfigError:
        return ErpConfigError(
            f"{self.vendor.conn_type}: connection {self.conn_id!r}: cannot {what}, {self.vendor.title} is only read "
            "here; correct it in the system itself, or choose a connection that can be written to"
        )

    def _write(self, conversation: Conversation[T]) -> T:
        """What a conversation that writes returns."""
        return complete(run(conversation, self._sent, self._sleep))

    def _sent(self, request: Request) -> Answer:
        """As the transport answers; an answer to a write that is too long to be taken is a lost one."""
        try:
            return self.transport.send(request)
        except ErpProtocolError:
            if request.repeatable:
                raise
            return Lost("the answer is too long to be taken (max_body_bytes)", sent=True)

    def look(self, look: Look) -> Glimpse:
        """What is new in a list, read no further than it takes to tell.

        Raises:
            ValueError, ErpError: as ``fetch``.
        """
        conversation = looking(self.vendor, self.settings, self.exchange, look)
        return complete(run(conversation, self.transport.send, self._sleep))

    async def alook(self, look: Look, send: ASend) -> Glimpse:
        """The same on an event loop, by any function that sends."""
        conversation = looking(self.vendor, self.settings, self.exchange, look)
        return await acomplete(conversation, send, self._asleep)

    def test_connection(self) -> tuple[bool, str]:
        """Whether one cheap question is answered, and what to mend when it is not."""
        resource, asked = self.vendor.test
        try:
            described = self.vendor.resource(resource)
            exchange = self.exchange_with(Retry(max_attempts=1))
            listing = self.vendor.listing(described, self.settings, described.arguments(None, asked))
            pages = run(fetch(listing, exchange, hasty=True), self.transport.send, self._sleep)
            next(pages)
            pages.close()
        except ErpUnavailable as exc:
            return False, f"{self.settings.base_url}: {exc.reason}; check host, port, and the network between"
        except ErpError as exc:
            return False, str(exc).replace(f"connection {self.conn_id!r}", "this connection")  # the UI invents an id
        about = "" if self.company == self.conn_id else f" for company {self.company!r}"
        return True, f"{self.vendor.title} answers{about}"
