"""The truth about systems that were written to: the planted one where nothing was written, else what stands now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from airflow_provider_erp.sandbox.customers import Customers
from airflow_provider_erp.sandbox.lemonsoft.seen import seen_row as seen_in_lemonsoft
from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.visma_net.seen import seen_row as seen_in_visma_net
from airflow_provider_erp.sandbox.world.calendar import Calendar
from airflow_provider_erp.sandbox.world.plans import TARGET
from airflow_provider_erp.sandbox.world.rewritten import Look, Rewritten, with_created
from airflow_provider_erp.sandbox.world.seen import Seen, seen_entry
from airflow_provider_erp.sandbox.world.truth import Held, Holding, Planted, Reconciliation, reconciliations

_READERS: Mapping[str, Callable[[Row], Seen]] = {"visma_net": seen_in_visma_net, "lemonsoft": seen_in_lemonsoft}


def told(calendar: Calendar, customers: Mapping[str, Customers]) -> list[Reconciliation]:
    """What each comparison must find today, ``customers`` being those of the systems that take writes."""
    written = {(vendor, source_id) for vendor, each in customers.items() for source_id in each.written}
    if not written:
        return calendar.today.reconciliations
    look, records = looking(calendar, customers), calendar.records()

    def hold(member: Holding, source: str) -> Held:
        records_of = ((vendor, source_id) for vendor in (source, TARGET) for source_id in member.ids[vendor])
        if written.isdisjoint(records_of):
            return Planted(member, source, records)
        return Rewritten(member, source, look)

    created = {vendor: each.created for vendor, each in customers.items()}
    return reconciliations(with_created(calendar.members, created, look), hold)


def looking(calendar: Calendar, customers: Mapping[str, Customers]) -> Look:
    """How to see any record of any system as it stands."""
    books = calendar.today.books

    def look(vendor: str, source_id: str) -> Seen:
        if vendor in customers:
            return _READERS[vendor](customers[vendor].by_id[source_id])
        return seen_entry(books[vendor].things[source_id], as_visma_px=vendor == "visma_px")

    return look
