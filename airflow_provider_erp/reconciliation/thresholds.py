"""Which thresholds the open breaks exceed, each in one sentence for a task's error or the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import NamedTuple

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.history import NOT_LOOKED_AT, History
from airflow_provider_erp.reconciliation.rules import Action, Money, Threshold, check_choice
from airflow_provider_erp.reconciliation.words import plural

ALL = "*"
_MEMORY_MB = 64

_OPEN = """
SELECT kind, currency, count(*), count(*) FILTER (state <> $2), coalesce(sum(amount), 0), max(age_days)
FROM read_parquet($1) WHERE accepted_until IS NULL GROUP BY kind, currency
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One limit that is exceeded: what to do about it, for which kind, and why."""

    action: Action
    kind: str
    sentence: str


class _Open(NamedTuple):
    """The breaks of one kind and currency that nobody accepted."""

    kind: str
    currency: str | None
    breaks: int
    found: int
    amount: Decimal
    oldest_days: int


def judge(
    history: History, thresholds: Sequence[Threshold], compared: int, *, kinds: Mapping[str, str]
) -> tuple[Judgement, ...]:
    """What is exceeded, in the order of the thresholds; accepted differences do not count.

    ``compared`` is how many customers (or sums) were compared; of none, any
    break is more than its share. ``kinds`` has the words of each kind. An
    amount counts in the threshold's currency only: nothing is converted.

    Raises:
        ValueError: a threshold is of a kind that the comparison does not know.
    """
    for threshold in thresholds:
        check_choice("threshold kind", threshold.kind, (ALL, *kinds))
    with open_engine(history.open.parent, memory_mb=_MEMORY_MB) as engine:
        groups = [_Open(*row) for row in engine.execute(_OPEN, [str(history.open), NOT_LOOKED_AT]).fetchall()]
    return tuple(
        Judgement(action=threshold.action, kind=threshold.kind, sentence=sentence)
        for threshold in thresholds
        for sentence in _exceeded(
            threshold,
            [group for group in groups if threshold.kind in (ALL, group.kind)],
            compared,
            "" if threshold.kind == ALL else f' "{kinds[threshold.kind]}"',
        )
    )


def _exceeded(threshold: Threshold, groups: Sequence[_Open], compared: int, words: str) -> Iterator[str]:
    count = sum(group.breaks for group in groups)
    one, several = f"break{words}", f"breaks{words}"
    found = sum(group.found for group in groups)
    if threshold.count is not None and count > threshold.count:
        yield f"{_are_open(count, one, several)}, {plural(threshold.count, 'is', 'are')} allowed"
    if threshold.share is not None and found > (allowed := Decimal(str(threshold.share))) * compared:
        share = f", {_percent(Decimal(found) / compared)}" if compared else ""
        yield f"{_are_open(found, one, several)}{share} of {compared:,} compared, {_percent(allowed)} is allowed"
    if threshold.amount is not None:
        yield from _amount_exceeded(threshold.amount, groups, several)
    oldest = max((group.oldest_days for group in groups), default=0)
    if threshold.age_days is not None and oldest > threshold.age_days:
        of_how_many = f"the only {one}" if count == 1 else f"the oldest of {count:,} {several}"
        yield f"{of_how_many} is {plural(oldest, 'day', 'days')} old, {plural(threshold.age_days, 'is', 'are')} allowed"


def _are_open(count: int, one: str, several: str) -> str:
    return plural(count, f"{one} is open", f"{several} are open")


def _amount_exceeded(allowed: Money, groups: Sequence[_Open], several: str) -> Iterator[str]:
    amount = sum((group.amount for group in groups if group.currency == allowed.currency), Decimal())
    if amount > allowed.amount:
        at_risk = _money(Money(amount, allowed.currency))
        yield f"{at_risk} are at risk in open {several}, {_money(allowed)} are allowed"


def _money(money: Money) -> str:
    """The exact amount, with two decimals or more."""
    exponent = money.amount.normalize().as_tuple().exponent
    return f"{money.amount:,.{max(2, -int(exponent))}f} {money.currency}"


def _percent(share: Decimal) -> str:
    """Per cent with at most two decimals, rounded up, so that what is exceeded reads so."""
    return f"{(share * 100).quantize(Decimal('0.01'), ROUND_UP).normalize():,f} %"
