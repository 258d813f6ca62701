"""What rows can be found by: the words and values that few of them have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from airflow_provider_erp.matching.fields import Field, Row, Value

MOST_CARRIERS = 30
"""A key of more rows tells too little: a switchboard's phone number is no key."""
_END = 4
"""A misspelled or abbreviated name still begins or ends with these letters."""

_Counts = Mapping[str, int]
_Carriers = Mapping[str, list[int]]
"""By key: the places of the rows that have it, in order."""


def carriers_of(fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[list[int]]:
    """The places of the rows that share a key, in order, where it is a telling one."""
    for field, values in zip(fields, zip(*rows, strict=True), strict=False):
        for carriers in _keyed(field, values):
            yield from (places for places in carriers.values() if 1 < len(places) <= MOST_CARRIERS)


def whole(values: Sequence[Value], counts: _Counts) -> _Carriers:
    """The rows by their value, if a few share it."""
    telling = _telling(counts)
    carriers = defaultdict(list)
    for place, value in enumerate(values):
        if value in telling:
            carriers[value].append(place)
    return carriers


def _keyed(field: Field, values: Sequence[Value]) -> Iterator[_Carriers]:
    counts = field.rarity.counts
    if field.kind == "form":
        return
    if field.kind in {"name", "text"}:
        yield _by_word(values, _telling(counts))
        yield _by_rarest_words(values, counts)
        if field.kind == "name":
            yield from _by_part(values, counts)
    else:
        yield whole(values, counts)
        if field.kind == "email":
            yield whole(["@" + str(value).partition("@")[2] if value else None for value in values], counts)


def _telling(counts: _Counts) -> set[str]:
    return {word for word, count in counts.items() if 1 < count <= MOST_CARRIERS}


def _by_word(values: Sequence[Value], telling: set[str]) -> _Carriers:
    carriers = defaultdict(list)
    for place, value in enumerate(values):
        if value and not telling.isdisjoint(value):
            for word in value:
                if word in telling:
                    carriers[word].append(place)
    return carriers


def _by_rarest_words(values: Sequence[Value], counts: _Counts) -> _Carriers:
    """By its two rarest words together each row that has no rare one."""
    rank = {word: (count, word) for word, count in counts.items() if count > MOST_CARRIERS}
    frequent = frozenset(rank)
    carriers = defaultdict(list)
    for place, value in enumerate(values):
        if value and len(value) > 1 and frequent.issuperset(value):
            rarest = value if len(value) == 2 else sorted(value, key=rank.__getitem__)[:2]
            carriers["&".join(sorted(rarest))].append(place)
    return carriers


def _by_part(values: Sequence[Value], counts: _Counts) -> Iterator[_Carriers]:
    """By the beginning and by the end of its longer words each row."""
    long = [word for word in counts if len(word) > _END]
    for part in (slice(None, _END), slice(-_END, None)):
        too_many = {word[part] for word in long if counts[word] > MOST_CARRIERS}
        parts = {word: word[part] for word in long if word[part] not in too_many}
        carriers = defaultdict(list)
        for place, value in enumerate(values):
            if value and not parts.keys().isdisjoint(value):
                for key in dict.fromkeys(parts[word] for word in value if word in parts):
                    carriers[key].append(place)
        yield carriers
