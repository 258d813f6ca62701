"""What is looked for in a list, and how a hook's connection is asked for it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.glimpse import Glimpse, glimpse
from airflow_provider_erp.protocol.messages import Conversation
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Resource, Vendor

FEW_ROWS = 20
"""A page of a look is not shorter: several rows may have the cursor's own stamp, and come before what is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A question for what changed.

    Attributes:
        resource: the list.
        since: the cursor, verbatim; None for all rows.
        filters: those of the hook's typed method.
        enough: how many new rows are looked for; None counts all of them.
        known: rows that are not new, where they are known.
        overlap: ask for what changed a little before the cursor, too, as a fetch does.
    """

    resource: str
    since: str | None = None
    filters: Mapping[str, Any] | None = None
    enough: int | None = None
    known: Container[str] | None = field(default=None, repr=False)
    overlap: bool = False


def looking(vendor: Vendor, settings: Settings, exchange: Exchange, look: Look) -> Conversation[Glimpse]:
    """The conversation that answers a look.

    Raises:
        ValueError: the vendor does not have what is asked; nothing was sent.
    """
    described = vendor.resource(look.resource)
    arguments = described.arguments(look.since, _filters(described, look), settings if look.overlap else None)
    cursor = described.cursor(arguments) if look.since is None else look.since
    listing = vendor.listing(described, settings, arguments, cursor)
    return glimpse(listing, exchange, enough=look.enough, known=look.known)


def _filters(described: Resource, look: Look) -> dict[str, Any]:
    """The filters, with as short a page as will do where the first rows are enough."""
    filters = dict(look.filters or {})
    name = described.page_size
    if look.enough is None or look.known is not None or name is None or filters.get(name) is not None:
        return filters
    return {**filters, name: min(max(look.enough + 1, FEW_ROWS), described.parameters[name].default)}
