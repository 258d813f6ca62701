"""The sandbox of a schedule: a world in which nobody can be taken for somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import count

from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from airflow_provider_erp.sandbox.world.calendar import Calendar
from soak.schedule import Schedule


def open_sandbox(schedule: Schedule) -> AbstractContextManager[Sandbox]:
    """The sandbox, not started yet.

    Two of one name in one place are held for one customer by similarity, where
    nothing else tells them apart: what a person would have to decide is not
    what a soak can hold against a comparison.
    """
    days = len(schedule.days)
    return running_sandbox(
        seed=next(seed for seed in count(schedule.seed) if not has_namesakes(seed, schedule.customers, days)),
        customers=schedule.customers,
        requests_per_session=40,
        visma_net_limit=1_000_000,
    )


def has_namesakes(seed: int, customers: int, days: int) -> bool:
    """Whether on any day two customers of a world have one name and one place."""
    return any(len(set(held)) < len(held) for held in _names(Calendar(seed, customers), days))


def _names(calendar: Calendar, days: int) -> Iterator[list[tuple[str, str]]]:
    for _ in range(days):
        yield [(each.customer.name, each.customer.postal_code) for each in calendar.members]
        calendar.turn()
    yield [(each.customer.name, each.customer.postal_code) for each in calendar.members]
