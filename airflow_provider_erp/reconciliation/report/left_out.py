"""What was compared with nothing: for the verdict, the remarks, and the lists under the control totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from airflow_provider_erp.reconciliation.report.formats import money
from airflow_provider_erp.reconciliation.result import LeftOut, Reconciliation, SideResult, sum_amounts
from airflow_provider_erp.reconciliation.words import plural

SHOWN_AMOUNTS = 3
"""As many currencies stand in a sentence."""


def amounts_in_words(amounts: Mapping[str, Decimal], most: int = SHOWN_AMOUNTS) -> str:
    """By currency, what names none last; nothing for nothing."""
    ordered = sorted(amounts.items(), key=lambda entry: (not entry[0], entry[0]))
    shown = [money(amount, currency or "without currency") for currency, amount in ordered[:most]]
    more = len(ordered) - len(shown)
    return ", ".join((*shown, *([plural(more, "more currency", "more currencies")] if more else ())))


def unplaced_in_words(side: SideResult) -> str:
    """How many records of a side could not be compared, and what they are worth; nothing where all could."""
    records, amounts = _count(side.unplaced), amounts_in_words(sum_amounts(*(each.amounts for each in side.unplaced)))
    if not records:
        return ""
    told = f"{plural(records, 'record', 'records')} of {side.title} could not be compared"
    return f"{told} ({amounts})" if amounts else told


def left_out_remarks(result: Reconciliation) -> Iterator[str]:
    """A sentence a side, with the reasons."""
    for side in (result.source, result.target):
        if side.unplaced:
            records = plural(_count(side.unplaced), "record", "records")
            yield f"{records} of {side.title} could not be compared: {', '.join(map(_reason, side.unplaced))}"


def parts_of(side: SideResult) -> tuple[LeftOut, ...]:
    """What was compared, and what was left out by its reason; they add up to the side. Nothing where all was."""
    if not side.left_out:
        return ()
    rest = sum_amounts(*(each.amounts for each in side.left_out))
    amounts = {currency: amount - rest.get(currency, 0) for currency, amount in side.amounts.items() if currency}
    return LeftOut(reason="compared", records=side.compared, amounts=amounts), *side.left_out


def _reason(each: LeftOut) -> str:
    amounts = amounts_in_words(each.amounts)
    return f"{each.records:,} {each.reason}{f' ({amounts})' if amounts else ''}"


def _count(left_out: Iterable[LeftOut]) -> int:
    return sum(each.records for each in left_out)
