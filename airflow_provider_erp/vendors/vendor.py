"""What a vendor must say of itself; a fifth vendor is one of these in a folder of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from airflow_provider_erp.protocol.auth import Auth
from airflow_provider_erp.protocol.changes import Changes, earlier
from airflow_provider_erp.protocol.dump import Dump, Splitter
from airflow_provider_erp.protocol.listing import Listing
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.protocol.urls import with_query
from airflow_provider_erp.records import Record
from airflow_provider_erp.vendors.parameters import Parameter, Texts, query, texts
from airflow_provider_erp.vendors.settings import Settings

ReadRecord = Callable[[msgspec.Raw], Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """A vendor's feed of deleted records.

    Attributes:
        path: with the query, below the base URL, for a cursor less the overlap.
        decode: the ids of the deleted records, as ``source_id`` has them.
    """

    path: Callable[[str], str]
    decode: Callable[[Settings, bytes], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One list of a vendor.

    Attributes:
        name: canonical, such as ``customer``.
        record: the canonical type of its records.
        key: the fields of a row that are its lasting key; without them a record is unreadable.
        row: the fields of a row that are read, by the vendor's names.
        ignored: the documented fields that are not.
        path: below the connection's base URL, from what goes out.
        parameters: what a caller may ask for, by the typed method's names.
        since: the parameter that takes a cursor; None where the vendor has no change filter.
        fixed: query parameters that the connection gives.
        decode: reads one answer's body; of a dump, the document around its rows.
        scan: the keys and the change stamps of rows.
        reader: makes the translator of one row.
        page_parameter: numbers the pages from 1; None where one answer is the whole list.
        splitter: cuts a dump into rows; None where there are pages.
        overlap_minutes: how far before a cursor changes are asked for, where the connection does not say.
        stamped: whether rows carry the stamp that the change filter goes by.
        deletions: where the vendor says what was deleted; None where it does not.
        accept: the media types that are asked for.
        caution: what the log should warn of when this is asked for, if anything.
    """

    name: str
    record: type[Record]
    key: tuple[str, ...]
    row: type[msgspec.Struct]
    ignored: frozenset[str]
    path: Callable[[Texts], str]
    parameters: Mapping[str, Parameter]
    since: str | None
    decode: Callable[[Settings, bytes], Rows]
    scan: Callable[[Sequence[msgspec.Raw]], Scan]
    reader: Callable[[Settings], ReadRecord]
    fixed: Callable[[Settings], list[tuple[str, str]]] = lambda _: []
    page_parameter: str | None = None
    splitter: Callable[[Settings], Splitter] | None = None
    overlap_minutes: float = 0.0
    stamped: bool = False
    deletions: Deletions | None = None
    accept: Callable[[Settings], str] = lambda _: "application/json"
    caution: Callable[[Mapping[str, Any]], str | None] = lambda _: None

    def arguments(
        self, since: str | None, filters: Mapping[str, Any] | None, settings: Settings | None = None
    ) -> dict[str, Any]:
        """The filters with the cursor, less the overlap, in its place; checked against the documented ones.

        Raises:
            ValueError: an unknown or malformed filter, or a cursor where there is no change filter.
        """
        if not isinstance(filters, Mapping | None):
            raise ValueError(f"{self.name}: filters must map names to values, got a {type(filters).__name__}")
        asked = dict(filters or {})
        if since is not None:
            if self.since is None:
                raise ValueError(f"{self.name}: since={since!r} cannot be asked for, the vendor has no change filter")
            if asked.get(self.since) is not None:
                raise ValueError(f"{self.name}: since and the filter {self.since!r} are the same thing; give one")
            asked[self.since] = self._less_overlap(since, settings)
        texts(self.name, self.parameters, asked)
        return asked

    def _less_overlap(self, since: str, settings: Settings | None) -> str:
        try:
            return earlier(since, self.overlap(settings) if settings else 0.0)
        except ValueError as exc:
            raise ValueError(f"{self.name}: since: {exc}") from None

    def traits(self, settings: Settings) -> Traits:
        """What a fetch over this connection must know.

        A later fetch of changes looks back by the overlap: stamps that were
        read longer after the beginning could hide a change made in between. A
        dump's cursor is the server's own time, which hides nothing.
        """
        return Traits(
            record=self.record,
            read=self.reader(settings),
            scan=self.scan,
            has_changes=self.since is not None,
            stamped=self.stamped,
            cursor_life=None if self.splitter else dt.timedelta(minutes=self.overlap(settings)),
        )

    def overlap(self, settings: Settings) -> float:
        """How many minutes before a cursor changes are asked for."""
        return settings.number("overlap_minutes", self.overlap_minutes, 0.0)

    @property
    def page_size(self) -> str | None:
        """The parameter that says how many rows a page has; None where there is none."""
        return next((name for name, known in self.parameters.items() if known.wire and not known.selects), None)

    @property
    def change_filter(self) -> tuple[str, ...]:
        """The parameter that takes a cursor, and those that go out only with it."""
        if self.since is None:
            return ()
        return (self.since, *(name for name, known in self.parameters.items() if known.partner == self.since))

    def cursor(self, asked: Mapping[str, Any]) -> str | None:
        """From where changes are asked for, verbatim; None when all is, or what changed otherwise than since then."""
        for name in self.change_filter[1:]:
            if asked.get(name) not in (None, self.parameters[name].default):
                return None
        value = asked.get(self.since) if self.since else None
        return str(value) if value is not None else None

    def selection(self, asked: Mapping[str, Any], settings: Settings) -> Texts:
        """What decides which rows come: neither the cursor, nor page sizes, nor what goes out anyway."""
        anyway = texts(self.name, self.parameters, {}, settings)
        own = self.change_filter if self.cursor(asked) is not None else ()
        return {
            name: going_out
            for name, going_out in texts(self.name, self.parameters, asked, settings).items()
            if self.parameters[name].selects and name not in own and going_out != anyway.get(name)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a fetch of one list over one connection must know of it.

    Attributes:
        record: the canonical type of its records.
        read: translates one row, or raises ``UnreadableRecord``.
        scan: the keys of rows.
        has_changes: whether it can be asked for changes.
        stamped: whether its rows carry the stamp that the change filter goes by.
        cursor_life: how long after reading began the stamps of rows may still move the cursor; None: for ever.
    """

    record: type[Record]
    read: ReadRecord
    scan: Callable[[Sequence[msgspec.Raw]], Scan]
    has_changes: bool
    stamped: bool
    cursor_life: dt.timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One system: how it is reached and what it lists.

    Attributes:
        conn_type: Airflow's connection type, also the name in messages.
        title: what people call it.
        default_host: base URL where the connection names none; None if every customer has an own one.
        resources: by canonical name.
        auth: how requests show who is asking; is given a function that takes each secret fetched at run time.
        company: the default name of the company that the connection reads.
        test: a cheap question that only a working connection answers: a resource and what is asked of it.
        window: how many pages may be in flight, where the connection does not say.
    """

    conn_type: str
    title: str
    default_host: str | None
    resources: Mapping[str, Resource]
    auth: Callable[[Settings, Retry, Callable[[str], None]], Auth]
    company: Callable[[Settings], str]
    test: tuple[str, Mapping[str, Any]]
    window: int = 4

    def resource(self, name: str) -> Resource:
        """The description of one list.

        Raises:
            ValueError: the vendor has no such list.
        """
        if name not in self.resources:
            raise ValueError(f"{self.conn_type} has no resource {name!r}; it has {', '.join(sorted(self.resources))}")
        return self.resources[name]

    def listing(
        self, resource: Resource, settings: Settings, arguments: Mapping[str, Any], cursor: str | None = None
    ) -> Listing | Dump:
        """Where and how this list is read with these arguments, which ask for changes since ``cursor``."""
        written = texts(resource.name, resource.parameters, arguments, settings)
        asked = query(resource.parameters, written)
        question: dict[str, Any] = {
            "label": f"{self.conn_type} {resource.name}",
            "url": with_query(settings.base_url + resource.path(written), [*resource.fixed(settings), *asked]),
            "decode": partial(resource.decode, settings),
            "scan": resource.scan,
            "accept": resource.accept(settings),
            "changes": _changes(resource, settings, arguments, cursor),
        }
        if resource.splitter is not None:
            return Dump(**question, splitter=partial(resource.splitter, settings))
        return Listing(**question, page_parameter=resource.page_parameter or "")


def _changes(
    resource: Resource, settings: Settings, arguments: Mapping[str, Any], cursor: str | None
) -> Changes | None:
    """ASSUMED: rows show the stamp that the filter goes by; ``check_change_filter`` makes an older row no error."""
    if cursor is None or resource.since is None:
        return None
    strict = resource.stamped and settings.flag("check_change_filter", default=True)
    return Changes(cursor, str(arguments[resource.since]), strict=strict)
