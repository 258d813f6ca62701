"""The result as one plain English sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from airflow_provider_erp.reconciliation.words import plural

if TYPE_CHECKING:
    from airflow_provider_erp.reconciliation.breaks import Reconciliation


def verdict(result: Reconciliation) -> str:
    """``Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are missing in Visma.net ERP, 18 differ.``"""
    details = _join(list(_details(result)))
    sentence = _emptiness(result) or _agreement(result)
    return f"{sentence}; {details}." if details else f"{sentence}."


def _agreement(result: Reconciliation) -> str:
    both = f"{result.source_title} and {result.target_title}"
    if result.customers == 1:
        return f"{both} {'agree' if result.agreeing else 'do not agree'} on the one customer"
    if result.agreeing == result.customers:
        return f"{both} agree on all {result.customers:,} customers"
    return f"{both} agree on {f'{result.agreeing:,}' if result.agreeing else 'none'} of {result.customers:,} customers"


def _emptiness(result: Reconciliation) -> str:
    source_empty, target_empty = not result.source_customers, not result.target_customers
    if source_empty and target_empty:
        return f"{result.source_title} and {result.target_title} are both empty: no customers were compared"
    if source_empty:
        return f"{result.source_title} is empty: it holds no customers at all"
    if target_empty:
        return f"{result.target_title} is empty: it holds no customers at all"
    return ""


def _details(result: Reconciliation) -> Iterator[str]:
    counts = result.counts
    for kind, words in result.kinds.items():
        if not counts[kind]:
            continue
        if kind == "field_differs":
            fields = plural(counts[kind], "field", "fields")
            yield f"{plural(result.differing, 'differs', 'differ')} in {fields}"
        else:
            yield f"{plural(counts[kind], 'is', 'are')} {words}"


def _join(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
