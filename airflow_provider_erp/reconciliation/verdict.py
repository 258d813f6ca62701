"""The parts of the verdict, one plain English sentence.

Such as: ``Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are
missing in Visma.net ERP and 18 differ in 20 fields.``
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from airflow_provider_erp.reconciliation.words import plural


def sentence(opening: str, details: Sequence[str]) -> str:
    """The opening, and the details as an enumeration where there are any."""
    if len(details) > 1:
        details = [f"{', '.join(details[:-1])} and {details[-1]}"]
    return f"{'; '.join([opening, *details])}."


def agreement(titles: Sequence[str], agreeing: int, customers: int) -> str:
    """On how many of all customers the two systems agree."""
    both = " and ".join(titles)
    if customers == 1:
        return f"{both} {'agree' if agreeing else 'do not agree'} on the one customer"
    if agreeing == customers:
        return f"{both} agree on all {customers:,} customers"
    return f"{both} agree on {f'{agreeing:,}' if agreeing else 'none'} of {customers:,} customers"


def emptiness(titles: Sequence[str]) -> str:
    """That the one system, or both, hold no customers."""
    if len(titles) > 1:
        return f"{' and '.join(titles)} are both empty: no customers were compared"
    return f"{titles[0]} is empty: it holds no customers at all"


def details(kinds: Mapping[str, str], counts: Mapping[str, int], differing: int) -> Iterator[str]:
    """What there is of each kind of break; ``differing`` customers share the fields that differ."""
    for kind, words in kinds.items():
        if not counts[kind]:
            continue
        if kind == "field_differs":
            yield f"{plural(differing, 'differs', 'differ')} in {plural(counts[kind], 'field', 'fields')}"
        else:
            yield f"{plural(counts[kind], 'is', 'are')} {words}"
