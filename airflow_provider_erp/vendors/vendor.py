"""What a vendor must say of itself; a fifth vendor is one of these in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from airflow_provider_erp.protocol.auth import Auth
from airflow_provider_erp.protocol.listing import Listing
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows
from airflow_provider_erp.protocol.urls import with_query
from airflow_provider_erp.records import Record
from airflow_provider_erp.vendors.parameters import Parameter, Texts, query, texts
from airflow_provider_erp.vendors.settings import Settings

ReadRecord = Callable[[msgspec.Raw], Record]


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
        decode: reads one answer's body.
        reader: makes the translator of one row.
        page_parameter: numbers the pages from 1; None where one answer is the whole list.
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
    reader: Callable[[Settings], ReadRecord]
    fixed: Callable[[Settings], list[tuple[str, str]]] = lambda _: []
    page_parameter: str | None = None
    accept: str = "application/json"
    caution: Callable[[Mapping[str, Any]], str | None] = lambda _: None

    def arguments(self, since: str | None, filters: Mapping[str, Any] | None) -> dict[str, Any]:
        """The filters with the cursor in its place, checked against the documented ones.

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
            asked[self.since] = since
        texts(self.name, self.parameters, asked)
        return asked

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
    """

    conn_type: str
    title: str
    default_host: str | None
    resources: Mapping[str, Resource]
    auth: Callable[[Settings, Retry, Callable[[str], None]], Auth]
    company: Callable[[Settings], str]
    test: tuple[str, Mapping[str, Any]]

    def resource(self, name: str) -> Resource:
        """The description of one list.

        Raises:
            ValueError: the vendor has no such list.
        """
        if name not in self.resources:
            raise ValueError(f"{self.conn_type} has no resource {name!r}; it has {', '.join(sorted(self.resources))}")
        return self.resources[name]

    def listing(self, resource: Resource, settings: Settings, arguments: Mapping[str, Any]) -> Listing:
        """Where and how this list is read with these arguments."""
        written = texts(resource.name, resource.parameters, arguments, settings)
        asked = query(resource.parameters, written)
        return Listing(
            label=f"{self.conn_type} {resource.name}",
            url=with_query(settings.base_url + resource.path(written), [*resource.fixed(settings), *asked]),
            decode=partial(resource.decode, settings),
            page_parameter=resource.page_parameter,
            accept=resource.accept,
        )
