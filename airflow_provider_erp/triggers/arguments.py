"""What a trigger's arguments are checked for when it is constructed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import NoneType
from typing import Any

from airflow_provider_erp.reconciliation.checks import check_choice, check_is, check_number, check_text, check_whole

RESOURCES = ("customer", "project_transaction", "invoice")
"""What any of the vendors lists; which of them one has, the first look tells."""

LEAST_SECONDS = 1.0
"""Between two looks: what is less only costs the server. Tests that cannot wait replace a trigger's ``sleep``."""


class RefusedArgument(ValueError, TypeError):
    """A trigger's argument cannot work.

    A ``TypeError``, too: the triggerer takes no other error of a constructor
    for the trigger's own, but ends, and with it everything that waits there.

    Source: Airflow 3.3.2, ``TriggerRunner.create_triggers``.
    """


@contextmanager
def refusing() -> Iterator[None]:
    """Turns the error of a check into the one that a triggerer survives."""
    try:
        yield
    except ValueError as exc:
        raise RefusedArgument(str(exc)) from None


def check_asked(
    *, conn_id: object, resource: object, since: object, filters: object, base_path: object, poll_interval: object
) -> None:
    """Refuses what neither a waiting nor a watching trigger can ask by."""
    check_text("conn_id", conn_id)
    check_choice("resource", resource, RESOURCES)
    for argument, given in (("since", since), ("base_path", base_path)):
        check_is(argument, given, str | NoneType)
    if filters is not None and not isinstance(filters, Mapping):
        raise ValueError(f"filters: expected a mapping of names to values, or None, got one {type(filters).__name__}")
    check_seconds("poll_interval", poll_interval)


def check_seconds(argument: str, given: Any) -> None:
    """Refuses what is no number of seconds between two looks."""
    expected = f"a number of seconds from {LEAST_SECONDS:g} on"
    check_number(argument, given, expected)
    if not math.isfinite(given) or given < LEAST_SECONDS:
        raise ValueError(f"{argument}: expected {expected}, got {given}")


def check_count(argument: str, given: object) -> None:
    """Refuses what is no whole number from 1 on."""
    check_whole(argument, given)
    if not given:
        raise ValueError(f"{argument}: expected at least 1, got 0")
