"""The result as one plain English sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The numbers that the sentence is made of; ``counts`` is by kind of break, complete."""

    source_title: str
    target_title: str
    source_customers: int
    target_customers: int
    matched: int
    differing: int
    counts: Mapping[str, int]

    @property
    def customers(self) -> int:
        """Distinct customers in the two systems together; a group of duplicates is one."""
        return self.matched + self.counts["missing_in_source"] + self.counts["missing_in_target"]

    @property
    def agreeing(self) -> int:
        """Customers that both systems hold, equal in every compared field."""
        return self.matched - self.differing


def verdict(tally: Tally) -> str:
    """``Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are missing in Visma.net ERP, 18 differ.``"""
    details = _join(list(_details(tally)))
    sentence = _emptiness(tally) or _agreement(tally)
    return f"{sentence}; {details}." if details else f"{sentence}."


def plural(number: int, one: str, several: str) -> str:
    """The number with the word that fits it; thousands are set apart by commas."""
    return f"{number:,} {one if number == 1 else several}"


def _agreement(tally: Tally) -> str:
    both = f"{tally.source_title} and {tally.target_title}"
    if tally.customers == 1:
        return f"{both} {'agree' if tally.agreeing else 'do not agree'} on the one customer"
    if tally.agreeing == tally.customers:
        return f"{both} agree on all {tally.customers:,} customers"
    return f"{both} agree on {f'{tally.agreeing:,}' if tally.agreeing else 'none'} of {tally.customers:,} customers"


def _emptiness(tally: Tally) -> str:
    source_empty, target_empty = not tally.source_customers, not tally.target_customers
    if source_empty and target_empty:
        return f"{tally.source_title} and {tally.target_title} are both empty: no customers were compared"
    if source_empty:
        return f"{tally.source_title} is empty: it holds no customers at all"
    if target_empty:
        return f"{tally.target_title} is empty: it holds no customers at all"
    return ""


def _details(tally: Tally) -> Iterator[str]:
    missing_in_target = tally.counts["missing_in_target"]
    if missing_in_target:
        yield f"{plural(missing_in_target, 'is', 'are')} missing in {tally.target_title}"
    missing_in_source = tally.counts["missing_in_source"]
    if missing_in_source:
        yield f"{plural(missing_in_source, 'is', 'are')} missing in {tally.source_title}"
    if tally.differing:
        fields = plural(tally.counts["field_differs"], "field", "fields")
        yield f"{plural(tally.differing, 'differs', 'differ')} in {fields}"
    for kind, title in (("duplicate_in_source", tally.source_title), ("duplicate_in_target", tally.target_title)):
        if tally.counts[kind]:
            yield f"{plural(tally.counts[kind], 'is', 'are')} held more than once in {title}"


def _join(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
