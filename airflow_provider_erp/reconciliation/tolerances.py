"""What two sums or values may differ by and still agree: signed, with a unit, and printed as a sentence."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from airflow_provider_erp.reconciliation.checks import MOST_DAYS, check_currency, check_decimal, check_text, check_whole


@dataclass(frozen=True, slots=True)
class AmountWithin:
    """Source - target lies between ``-below`` and ``+above`` of a currency; ``below`` is ``above`` unless it is given.

    Raises:
        ValueError: an amount is no ``Decimal`` from 0 on that DECIMAL(28, 6) holds exactly, or the currency
            no code of three capitals.
    """

    above: Decimal
    currency: str
    below: Decimal | None = None

    def __post_init__(self) -> None:
        _check("above", self.above)
        _check("below", self.lower)
        check_currency("currency", self.currency)

    @property
    def lower(self) -> Decimal:
        """How far the source may lie below the target."""
        return self.above if self.below is None else self.below

    def __str__(self) -> str:
        return f"source - target between -{self.lower} and +{self.above} {self.currency}"


@dataclass(frozen=True, slots=True)
class NumberWithin:
    """Source - target lies between ``-below`` and ``+above`` of a unit that people read (``days net``).

    ``below`` is ``above`` unless it is given.

    Raises:
        ValueError: a number is no ``Decimal`` from 0 on that DECIMAL(28, 6) holds exactly, or the unit is no text.
    """

    above: Decimal
    unit: str = ""
    below: Decimal | None = None

    def __post_init__(self) -> None:
        _check("above", self.above)
        _check("below", self.lower)
        check_text("unit", self.unit, empty=True)

    @property
    def lower(self) -> Decimal:
        """How far the source may lie below the target."""
        return self.above if self.below is None else self.below

    def __str__(self) -> str:
        return f"source - target between -{self.lower} and +{self.above} {self.unit}".rstrip()

    def allows(self, source: str, target: str) -> bool:
        """Whether two texts are numbers that agree; plain ones, such as ``-1234.50``."""
        one, other = _number(source), _number(target)
        return one is not None and other is not None and -self.lower <= one - other <= self.above


@dataclass(frozen=True, slots=True)
class PercentWithin:
    """Source - target lies between ``-below`` and ``+above`` percent of the target, in every currency.

    Raises:
        ValueError: a percentage is no finite ``Decimal`` from 0 on, or has more than four decimals.
    """

    above: Decimal
    below: Decimal | None = None

    def __post_init__(self) -> None:
        for name, percent in (("above", self.above), ("below", self.lower)):
            _check(name, percent)
            if percent >= 10_000 or percent != round(percent, 4):
                raise ValueError(f"{name}: expected a percentage under 10000 with at most four decimals, got {percent}")

    @property
    def lower(self) -> Decimal:
        """How far the source may lie below the target."""
        return self.above if self.below is None else self.below

    def __str__(self) -> str:
        return f"source - target between -{self.lower} % and +{self.above} % of the target"

    def allows(self, source: str, target: str) -> bool:
        """Whether two texts are numbers that agree; plain ones, such as ``-1234.50``."""
        one, other = _number(source), _number(target)
        if one is None or other is None:
            return False
        return -self.lower * abs(other) <= 100 * (one - other) <= self.above * abs(other)


@dataclass(frozen=True, slots=True)
class DateWithin:
    """The target's day is right up to so many days after the source's, or ``before`` days before it.

    Of sums: where they do not agree by month, equal amounts of a project and
    currency are paired in the order of their days, and such invoices count in
    the month of their work if that settles more sums. So a monthly fee agrees
    that is always invoiced in the next month.

    Raises:
        ValueError: a number of days is no whole number from 0 to a century.
    """

    days: int
    before: int = 0

    def __post_init__(self) -> None:
        for name in ("days", "before"):
            check_whole(name, getattr(self, name), MOST_DAYS)

    def __str__(self) -> str:
        return f"target - source between -{self.before} and +{self.days} days"

    def allows(self, source: str, target: str) -> bool:
        """Whether two texts are days that agree, such as ``2026-11-20``."""
        one, other = _day(source), _day(target)
        return one is not None and other is not None and -self.before <= (other - one).days <= self.days


Tolerance = AmountWithin | PercentWithin | DateWithin
"""What sums may differ by."""
FieldTolerance = NumberWithin | PercentWithin | DateWithin
"""What two values of a field may differ by."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,22}(\.[0-9]{1,6})?")


def _number(text: str) -> Decimal | None:
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def _check(argument: str, given: Decimal) -> None:
    check_decimal(argument, given)
    if given < 0:
        raise ValueError(f"{argument}: expected an amount from 0 on, got {given}")
