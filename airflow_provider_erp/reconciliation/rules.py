"""What a spec says of one field, one kind of break, one difference that people live with."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

Severity = Literal["low", "medium", "high"]
Authority = Literal["source", "target", "newest", "manual"]
Absent = Literal["skip_absent", "skip_empty", "compare"]
Action = Literal["warn", "fail"]

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, such as ``Money(Decimal("100"), "EUR")``.

    Raises:
        ValueError: the amount is no finite ``Decimal``, or the currency no code of three capitals.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_decimal("amount", self.amount)
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"currency: expected three capitals such as 'EUR', got {self.currency!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How one field is compared, and what a difference in it means.

    ``equals`` are sets of values that count as the same, compared after
    normalising. ``absent`` says what a value is worth that is not there:
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
    absent: Absent = "skip_absent"
    severity: Severity = "medium"
    authority: Authority = "manual"
    at_risk: Money | None = None

    def __post_init__(self) -> None:
        check_choice("absent", self.absent, get_args(Absent))
        check_choice("severity", self.severity, get_args(Severity))
        check_choice("authority", self.authority, get_args(Authority))
        for values in self.equals:
            if not isinstance(values, tuple) or len(values) < 2:
                raise ValueError(f"equals: expected tuples of at least two values, got {values!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a break means that is not about a field: how severe it is, and what one is worth at most.

    Raises:
        ValueError: the severity is unknown.
    """

    kind: str
    severity: Severity = "medium"
    at_risk: Money | None = None

    def __post_init__(self) -> None:
        check_choice("severity", self.severity, get_args(Severity))


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
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise ValueError(f"{name}: expected a whole number from 0 on, got {value!r}")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"share: expected a number from 0.0 to 1.0, got {self.share!r}")


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
            if not getattr(self, name):
                raise ValueError(f"accepted {name}: expected a text, got {getattr(self, name)!r}")
        if isinstance(self.until, dt.datetime) or not isinstance(self.until, dt.date):
            raise ValueError(f"accepted until: expected a date, got {self.until!r}")


def check_choice(argument: str, given: str, known: tuple[str, ...]) -> None:
    """Nothing comes back.

    Raises:
        ValueError: the value is none of the known ones.
    """
    if given not in known:
        raise ValueError(f"{argument}: expected one of {', '.join(known)}; got {given!r}")


def check_decimal(argument: str, given: Decimal) -> None:
    """Nothing comes back.

    Raises:
        ValueError: the value is no finite ``Decimal``.
    """
    if not isinstance(given, Decimal) or not given.is_finite():
        raise ValueError(f"{argument}: expected a Decimal such as Decimal('0.01'), got {given!r}")
