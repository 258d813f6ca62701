"""What was compared with nothing: for the verdict, the remarks, and the lists under the control totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from airflow_provider_erp.reconciliation.report.formats import money
from airflow_provider_erp.reconciliation.result import LeftOut, Reconciliation, SideResult, sum_amounts
from airflow_provider_erp.reconciliation.words import plural

SHOWN_AMOUNTS = 2
"""As many currencies stand in a sentence, the greatest amounts first."""


def list_amounts(amounts: Mapping[str, Decimal], most: int = SHOWN_AMOUNTS) -> list[str]:
    """By currency, the greatest amount first, and last what names no currency."""
    ordered = sorted(amounts.items(), key=lambda entry: (not entry[0], -abs(entry[1]), entry[0]))
    shown = [money(amount, currency or "no currency") for currency, amount in ordered[:most]]
    more = len(ordered) - len(shown)
    return [*shown, plural(more, "more currency", "more currencies")] if more else shown


def unplaced_in_words(result: Reconciliation) -> str:
    """How many records of either side could not be compared, and what they are worth; nothing where all could."""
    sides = [side for side in (result.source, result.target) if side.unplaced]
    told = [f"{_records(side)} of {side.title}{_worth(_total(side.unplaced))}" for side in sides]
    return f"{' and '.join(told)} could not be compared" if told else ""


def remarks_of(result: Reconciliation) -> tuple[str, ...]:
    """What limits the result: first what could not be compared, with the reasons, a sentence a side."""
    return (*_unplaced_remarks(result), *result.remarks)


def parts_of(side: SideResult) -> tuple[LeftOut, ...]:
    """What was compared, and what was left out by its reason; they add up to the side."""
    rest = _total(side.left_out)
    compared = {each: amount - rest.get(each, 0) for each, amount in side.amounts.items() if amount != rest.get(each)}
    return LeftOut(reason="compared", records=side.compared, amounts=compared), *side.left_out


def _unplaced_remarks(result: Reconciliation) -> Iterator[str]:
    for side in (result.source, result.target):
        if side.unplaced:
            reasons = (f"{each.records:,} {each.reason}{_worth(each.amounts)}" for each in side.unplaced)
            yield f"{_records(side)} of {side.title} could not be compared: {', '.join(reasons)}"


def _records(side: SideResult) -> str:
    return plural(side.unplaced_records, "record", "records")


def _worth(amounts: Mapping[str, Decimal]) -> str:
    return f" ({', '.join(list_amounts(amounts))})" if amounts else ""


def _total(left_out: Iterable[LeftOut]) -> dict[str, Decimal]:
    return sum_amounts(*(each.amounts for each in left_out))
