"""Which pairs are worth comparing: rows that share something rare."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from airflow_provider_erp.matching.scoring import Field, Row
from airflow_provider_erp.matching.values import Tokens

Edge = tuple[int, int]

_MOST_CARRIERS = 30
"""A key of more rows tells too little: a switchboard's phone number is no key."""
_KEPT = 3
_SLACK = 3.0
_END = 4


def candidates(fields: Sequence[Field], rows: Sequence[Row], boundary: int, settled: Collection[int]) -> list[Edge]:
    """Pairs of places, the smaller first: for each row the few others that share the most with it.

    Rows before the ``boundary`` are one side's; pairs of one side count, too.
    Pairs of which both are ``settled`` are left out.
    """
    carriers = _carriers(fields, rows)
    shared: defaultdict[Edge, float] = defaultdict(float)
    size = len(rows)
    for places in carriers.values():
        if 1 < len(places) <= _MOST_CARRIERS:
            weight = math.log(size / len(places))
            for edge in combinations(places, 2):
                shared[edge] += weight
    least = math.log(size) - _SLACK
    good = [
        (round(weight, 6), edge)
        for edge, weight in shared.items()
        if weight >= least and not (edge[0] in settled and edge[1] in settled)
    ]
    return sorted(_best_of_each(good, boundary))


def _carriers(fields: Sequence[Field], rows: Sequence[Row]) -> dict[str, list[int]]:
    carriers: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for key in _keys(fields, row):
            carriers[key].append(place)
    return carriers


def _keys(fields: Sequence[Field], row: Row) -> Iterator[str]:
    """What a row can be found by."""
    for number, (field, value) in enumerate(zip(fields, row, strict=True)):
        if not value or field.kind == "form":
            continue
        if isinstance(value, str):
            yield f"{number}={value}"
            if field.kind == "email":
                yield f"{number}@{value.partition('@')[2]}"
        else:
            yield from _word_keys(f"{number}", value, field)


def _word_keys(number: str, words: Tokens, field: Field) -> Iterator[str]:
    for word in words:
        yield f"{number}={word}"
        if field.kind == "name" and len(word) > _END and not word.isdigit():
            yield f"{number}<{word[:_END]}"
            yield f"{number}>{word[-_END:]}"
    if len(words) > 1:
        rarest = sorted(words, key=lambda word: (-field.rarity.of(word), word))[:2]
        yield f"{number}&{'+'.join(sorted(rarest))}"


def _best_of_each(good: list[tuple[float, Edge]], boundary: int) -> Iterator[Edge]:
    """The best few pairs of each row with each side; what ties with the last of them counts, too."""
    kept: defaultdict[tuple[int, bool], list[float]] = defaultdict(list)
    for weight, edge in sorted(good, key=lambda pair: (-pair[0], pair[1])):
        is_kept = False
        for place, other in (edge, edge[::-1]):
            weights = kept[place, other < boundary]
            if len(weights) < _KEPT or weights[-1] == weight:
                weights.append(weight)
                is_kept = True
        if is_kept:
            yield edge
