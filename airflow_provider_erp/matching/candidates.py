"""Which pairs are worth comparing: rows that share something rare."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from airflow_provider_erp.matching.scoring import Field, Row
from airflow_provider_erp.matching.values import Tokens

Edge = tuple[int, int]

_MOST_CARRIERS = 30
"""A key of more rows tells too little: a switchboard's phone number is no key."""
_KEPT = 3
_KEPT_WITHIN = 1
_SLACK = 3.0
_END = 4


def candidates(fields: Sequence[Field], rows: Sequence[Row], boundary: int, settled: Collection[int]) -> list[Edge]:
    """Pairs of places, the smaller first: for each row the few others that share the most with it.

    Rows before the ``boundary`` are one side's; pairs of one side count, too.
    Pairs of which both are ``settled`` are left out.
    """
    size = len(rows)
    whole = math.log(max(size, 2))
    shared: defaultdict[Edge, float] = defaultdict(float)
    for places in _blocks(fields, rows):
        weight = round(math.log(size / len(places)), 3)
        for edge in combinations(places, 2):
            shared[edge] += weight
    good = [
        (-round(weight, 3), edge)
        for edge, weight in shared.items()
        if weight >= whole - _SLACK and not (edge[0] in settled and edge[1] in settled)
    ]
    return sorted(_best_of_each(good, boundary, size))


def _blocks(fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[list[int]]:
    """The places of the rows that share a key, in order, where it is a telling one."""
    for number, field in enumerate(fields):
        if field.kind == "form":
            continue
        carriers: defaultdict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            if value := row[number]:
                for key in _keys(field, value):
                    carriers[key].append(place)
        yield from (places for places in carriers.values() if 1 < len(places) <= _MOST_CARRIERS)


def _keys(field: Field, value: Tokens | str) -> Iterable[str]:
    """What a row can be found by."""
    if isinstance(value, str):
        return (value, value[value.find("@") :]) if field.kind == "email" else (value,)
    keys = list(value)
    if len(value) > 1:
        rarest = sorted(value, key=lambda word: (-field.rarity.of(word), word))[:2]
        keys.append("&".join(sorted(rarest)))
    if field.kind == "name":
        ends = [word for word in value if len(word) > _END]
        keys += ["<" + word[:_END] for word in ends]
        keys += [">" + word[-_END:] for word in ends]
    return keys


def _best_of_each(good: list[tuple[float, Edge]], boundary: int, rows: int) -> Iterator[Edge]:
    """The best few pairs of each row with each side; what ties with the last of them counts, too."""
    kept: defaultdict[tuple[int, bool], list[float]] = defaultdict(list)
    for weight, edge in sorted(good):
        is_kept = False
        for place, other in (edge, edge[::-1]):
            weights = kept[place, other < boundary]
            most = _KEPT_WITHIN if (place < boundary) == (other < boundary) and boundary < rows else _KEPT
            if len(weights) < most or weights[-1] == weight:
                weights.append(weight)
                is_kept = True
        if is_kept:
            yield edge
