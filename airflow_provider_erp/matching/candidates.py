"""Which pairs are worth comparing: rows that share something rare."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, product
from math import log

from airflow_provider_erp.matching.fields import Field, Row, Value
from airflow_provider_erp.matching.sides import Edge, Sides

_MOST_CARRIERS = 30
"""A key of more rows tells too little: a switchboard's phone number is no key."""
_MOST_DOUBLES = 4
"""More rows of one number are not the same customer again and again: what else they share decides."""
_KEPT, _KEPT_WITHIN = 3, 1
"""How many rows of the other table, and of its own, are compared with a row: the best, and what ties with them."""
_SLACK = 3.0
"""A pair shares enough that 20 rows (e to the 3rd) of the table, or fewer, could share it by chance."""
_END = 4
"""A misspelled or abbreviated name still begins or ends with these letters."""
_PARTS = 1000
"""Weights are whole numbers of these parts, so that no order of adding them counts."""

_Carriers = Mapping[str, list[int]]
"""By key: the places of the rows that have it, in order."""


def sharing_identifiers(fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[Edge]:
    """The pairs of rows that carry the same number, where only few do."""
    for place, field in enumerate(fields):
        if field.kind == "identifier":
            for carriers in _whole([row[place] for row in rows]).values():
                if len(carriers) <= _MOST_DOUBLES:
                    yield from combinations(carriers, 2)


def candidates(fields: Sequence[Field], rows: Sequence[Row], sides: Sides, settled: Collection[int]) -> list[Edge]:
    """For each row that is not ``settled`` the few others that share the most with it.

    Pairs of one side count, too.
    """
    shared: Counter[Edge] = Counter()
    for carriers in _blocks(fields, rows):
        weight = round(_PARTS * log(len(rows) / len(carriers)))
        for edge in _open_pairs(carriers, settled):
            shared[edge] += weight
    least = _PARTS * (log(max(len(rows), 2)) - _SLACK)
    good = [(weight, edge) for edge, weight in shared.items() if weight >= least]
    return sorted(_best_of_each(good, sides, settled))


def _open_pairs(carriers: Sequence[int], settled: Collection[int]) -> Iterable[Edge]:
    """The pairs of which not both rows are settled."""
    done = [place for place in carriers if place in settled]
    if not done:
        return combinations(carriers, 2)
    still_open = [place for place in carriers if place not in settled]
    return chain(combinations(still_open, 2), ((min(pair), max(pair)) for pair in product(still_open, done)))


def _blocks(fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[Sequence[int]]:
    """The places of the rows that share a key, in order, where it is a telling one."""
    for place, field in enumerate(fields):
        values = [row[place] for row in rows]
        for carriers in _keyed(field, values):
            yield from (places for places in carriers.values() if 1 < len(places) <= _MOST_CARRIERS)


def _keyed(field: Field, values: Sequence[Value]) -> Iterator[_Carriers]:
    """What the rows can be found by."""
    if field.kind == "form":
        return
    if field.kind in {"name", "text"}:
        by_word = _by_word(values)
        yield by_word
        yield _by_rarest_words(values, by_word)
        if field.kind == "name":
            yield _by_part(by_word, slice(None, _END))
            yield _by_part(by_word, slice(-_END, None))
    else:
        yield _whole(values)
        if field.kind == "email":
            yield _whole([str(value).partition("@")[2] if value else None for value in values])


def _whole(values: Sequence[Value]) -> _Carriers:
    carriers: defaultdict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        if isinstance(value, str) and value:
            carriers[value].append(place)
    return carriers


def _by_word(values: Sequence[Value]) -> _Carriers:
    carriers: defaultdict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        for word in value or ():
            carriers[word].append(place)
    return carriers


def _by_rarest_words(values: Sequence[Value], by_word: _Carriers) -> _Carriers:
    """By its two rarest words together each row that has no rare one."""
    carriers: defaultdict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        if value and len(value) > 1 and min(len(by_word[word]) for word in value) > _MOST_CARRIERS:
            rarest = sorted(value, key=lambda word: (len(by_word[word]), word))[:2]
            carriers["&".join(sorted(rarest))].append(place)
    return carriers


def _by_part(by_word: _Carriers, part: slice) -> _Carriers:
    """By the beginning or the end of its longer words each row."""
    carriers: defaultdict[str, set[int]] = defaultdict(set)
    for word, places in by_word.items():
        if len(word) > _END:
            carriers[word[part]].update(places)
    return {key: sorted(places) for key, places in carriers.items()}


def _best_of_each(good: list[tuple[int, Edge]], sides: Sides, settled: Collection[int]) -> Iterator[Edge]:
    """The best few pairs of each open row with each side; what ties with the last of them counts, too."""
    kept: defaultdict[tuple[int, bool], list[int]] = defaultdict(list)
    for weight, edge in sorted(good, reverse=True):
        is_kept = False
        most = _KEPT_WITHIN if sides.is_within(edge) else _KEPT
        for place, other in (edge, edge[::-1]):
            if place not in settled:
                weights = kept[place, sides.is_source(other)]
                if len(weights) < most or weights[-1] == weight:
                    weights.append(weight)
                    is_kept = True
        if is_kept:
            yield edge
