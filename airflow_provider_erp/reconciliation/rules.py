"""What a spec says of one field, one kind of break, one difference that people live with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from airflow_provider_erp.normalise.fold import fold
from airflow_provider_erp.reconciliation.checks import (
    check_choice,
    check_currency,
    check_decimal,
    check_is,
    check_number,
    check_text,
    check_whole,
    keep_tuple,
    shown,
)
from airflow_provider_erp.reconciliation.tolerances import FieldTolerance

__all__ = [
    "Absent",
    "Accepted",
    "Action",
    "Authority",
    "Field",
    "KindRule",
    "Money",
    "Severity",
    "Threshold",
    "check_choice",
]

Severity = Literal["low", "medium", "high"]
Authority = Literal["source", "target", "newest", "manual"]
Absent = Literal["skip_absent", "skip_empty", "compare"]
Action = Literal["warn", "fail"]
_MEASURED = ("payment_terms",)
"""Fields that can be numbers or days."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, such as ``Money(Decimal("100"), "EUR")``.

    Raises:
        ValueError: the amount is no ``Decimal`` that DECIMAL(28, 6) holds exactly, or the currency no code of three
            capitals.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_decimal("amount", self.amount)
        check_currency("currency", self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How one field is compared, and what a difference in it means.

    ``equals`` are sets of values that count as the same, compared after
    normalising. ``tolerance`` is what two numbers, or two days, may differ by;
    values that are neither are compared as texts. Only ``payment_terms`` can be
    such a value: every other field is a name or a code, of which none is nearly
    another. ``absent`` says what a value is worth that is not there:
    ``skip_absent`` compares only what both systems supply, and an empty value
    with any other; ``skip_empty`` lets an empty value pass, too; ``compare``
    takes what is not supplied for empty. ``authority`` is the side whose value
    is right: ``newest`` is the one that was modified last, ``manual`` leaves it
    to a person. ``at_risk`` is what one difference is worth at most.

    Raises:
        ValueError: an argument is none of those that are known; the message names it.
    """

    name: str
    normaliser: str = ""
    equals: tuple[tuple[str, ...], ...] = ()
    tolerance: FieldTolerance | None = None
    absent: Absent = "skip_absent"
    severity: Severity = "medium"
    authority: Authority = "manual"
    at_risk: Money | None = None

    def __post_init__(self) -> None:
        check_choice("absent", self.absent, get_args(Absent))
        check_choice("severity", self.severity, get_args(Severity))
        check_choice("authority", self.authority, get_args(Authority))
        check_text("normaliser", self.normaliser, empty=True)
        _check_worth("at_risk", self.at_risk)
        check_is("tolerance", self.tolerance, FieldTolerance | None)
        if self.tolerance and self.name not in _MEASURED:
            raise ValueError(f"tolerance: expected one for {', '.join(_MEASURED)} only, got one for {self.name!r}")
        keep_tuple(self, "equals", tuple | list)
        for values in self.equals:
            _check_equal_values(values)
        _check_apart(self.equals)
        object.__setattr__(self, "equals", tuple(tuple(values) for values in self.equals))

    @property
    def says_worth(self) -> bool:
        """Whether a severity or money at risk is said that is not what every field has."""
        return self.severity != "medium" or self.at_risk is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a break means that is not about a field: how severe it is, and what one is worth at most.

    Raises:
        ValueError: the severity is unknown, or ``at_risk`` no money from 0 on.
    """

    kind: str
    severity: Severity = "medium"
    at_risk: Money | None = None

    def __post_init__(self) -> None:
        check_choice("severity", self.severity, get_args(Severity))
        _check_worth("at_risk", self.at_risk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """From where on breaks of one kind, or of all kinds (``*``), are warned of or fail the task.

    Each limit may be reached but not exceeded: ``count`` of open breaks, their
    ``share`` of the customers (or sums) compared, the ``amount`` at risk in one
    currency, the ``age_days`` of the oldest. Accepted differences do not count.

    Raises:
        ValueError: no limit is given, or one is no sensible number; the message names it.
    """

    kind: str = "*"
    count: int | None = None
    share: float | None = None
    amount: Money | None = None
    age_days: int | None = None
    action: Action = "warn"

    def __post_init__(self) -> None:
        check_choice("action", self.action, get_args(Action))
        if all(limit is None for limit in (self.count, self.share, self.amount, self.age_days)):
            raise ValueError("threshold: expected at least one of count, share, amount, age_days; got none")
        for name in ("count", "age_days"):
            if getattr(self, name) is not None:
                check_whole(name, getattr(self, name))
        if self.share is not None:
            check_number("share", self.share, "a number from 0.0 to 1.0")
            if not 0 <= self.share <= 1:
                raise ValueError(f"share: expected a number from 0.0 to 1.0, got {self.share!r}")
        _check_worth("amount", self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A difference that people live with, until a day: it counts in no threshold, until its values change.

    ``break_id`` and ``digest`` stand in the report's files beside each break;
    the digest is of the two values, so that a changed value opens the break
    again. The break counts as open again on the day after ``until``.

    Raises:
        ValueError: an argument is empty; the message names it.
    """

    break_id: str
    digest: str
    reason: str
    by: str
    until: dt.date

    def __post_init__(self) -> None:
        for name in ("break_id", "digest", "reason", "by"):
            check_text(f"accepted {name}", getattr(self, name))
        if isinstance(self.until, dt.datetime) or not isinstance(self.until, dt.date):
            raise ValueError(f"accepted until: expected a date, got {shown(self.until)}")


def _check_equal_values(given: tuple[object, ...]) -> None:
    if len(given) < 2 or not all(isinstance(value, str) for value in given):
        raise ValueError(f"equals: expected tuples of at least two values, each a text, got {given!r}")


def _check_apart(sets: tuple[tuple[str, ...], ...]) -> None:
    """Of sets that overlap only the first would count."""
    seen: set[str] = set()
    for values in ({fold(value) for value in each} for each in sets):
        if seen & values:
            raise ValueError(
                f"equals: expected each value in one set, got {sorted(seen & values)} in several; join them"
            )
        seen |= values


def _check_worth(argument: str, given: Money | None) -> None:
    check_is(argument, given, Money | None)
    if given and given.amount < 0:
        raise ValueError(f"{argument}: expected an amount from 0 on, got {given.amount} {given.currency}")
