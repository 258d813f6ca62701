"""What authors give to plan, push and actions, checked as the DAG file is parsed; messages hold nothing of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.providers.common.compat.sdk import XComArg

_PAIR = 2


def check_records(given: object) -> Sequence[Mapping[str, Any]]:
    """The given customers.

    Raises:
        ValueError: it is no list of dicts.
    """
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise ValueError(f"records: expected a list of dicts, a customer each; got one {type(given).__name__}")
    for place, each in enumerate(given, 1):
        if not isinstance(each, Mapping):
            raise ValueError(f"records: expected a dict as record {place}, got one {type(each).__name__}")
    return given


def check_fields(argument: str, given: object) -> None:
    """Refuses what is no dict of fields."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{argument}: expected a dict of fields, got one {type(given).__name__}")


def check_not_one_text(argument: str, given: object) -> None:
    """Refuses a text where several are expected: its letters would be taken one by one."""
    if isinstance(given, str):
        raise ValueError(f"{argument}: expected several names, got {given!r}; one alone is written ({given!r},)")


def pairs_of(argument: str, given: object) -> tuple[tuple[str, str], ...]:
    """Pairs of ids, written as tuples or lists.

    Raises:
        ValueError: it is no list of two texts each.
    """
    if not isinstance(given, list | tuple | set | frozenset):
        raise ValueError(f"{argument}: expected a list of pairs of ids, got one {type(given).__name__}")
    for each in given:
        if not isinstance(each, list | tuple) or len(each) != _PAIR or not all(isinstance(one, str) for one in each):
            raise ValueError(f"{argument}: expected pairs of a source id and a target id, such as ('17', '10042')")
    return tuple((source, target) for source, target in given)


def report_path(given: object) -> str:
    """Where a report lies, by the output of the reconcile task or its path.

    Raises:
        ValueError: it is neither.
    """
    path = given.get("report") if isinstance(given, Mapping) else given
    if not isinstance(path, str) or not path:
        raise ValueError(
            "report: expected the output of an ErpReconcileOperator or the path of its report, got one "
            f"{type(given).__name__} that names none"
        )
    return path


def is_later(given: object) -> bool:
    """Whether the value is there only when the task runs."""
    return isinstance(given, XComArg)
