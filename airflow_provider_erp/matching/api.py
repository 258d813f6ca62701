"""Matching two tables, and finding the duplicates of one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from airflow_provider_erp.matching.candidates import Edge
from airflow_provider_erp.matching.deciding import clusters, decide, doubles
from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.matching.pairs import Compared
from airflow_provider_erp.matching.reasons import reasons
from airflow_provider_erp.matching.scoring import Field
from airflow_provider_erp.matching.table import check_kinds, fields_of, read_table

APPLY_AT = 0.8
"""Pairs of at least this probability are applied, unless another is nearly as good."""
SUGGEST_AT = 0.2
"""Pairs of at least this probability are suggested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows that are, or may be, the same. ``score`` is a probability; ``reasons`` name no values."""

    source_id: str
    target_id: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Rows that belong together, but in more than one way that is equally good."""

    source_ids: tuple[str, ...]
    target_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The bands of the pairs, each in the order of ids, and the groups of duplicates of each side.

    A group of duplicates matches as one: each of its rows is in a pair with
    each row of the other side's group.
    """

    applied: tuple[Pair, ...]
    suggested: tuple[Pair, ...]
    ambiguous: tuple[Ambiguous, ...]
    source_duplicates: tuple[tuple[str, ...], ...]
    target_duplicates: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """``groups`` of ids that are the same; ``applied`` are the pairs that made them, ``suggested`` may be more."""

    groups: tuple[tuple[str, ...], ...]
    applied: tuple[Pair, ...]
    suggested: tuple[Pair, ...]


def match(
    source_rows: Iterable[Mapping[str, object]],
    target_rows: Iterable[Mapping[str, object]],
    fields: Mapping[str, str],
    *,
    id: str = "id",  # noqa: A002  # the column's usual name
    country: str = "country",
    apply_at: float = APPLY_AT,
    suggest_at: float = SUGGEST_AT,
) -> Matches:
    """The pairs of rows that are the same, those that may be, and those that cannot be told apart.

    ``fields`` gives the kind of each column that is compared: ``name``,
    ``text``, ``exact``, ``phone``, ``email``, ``identifier`` or ``date``.
    A value that is absent or empty says nothing. ``id`` is the column of the
    rows' ids, ``country`` one that phones and identifiers are read by, where
    there is one.

    The answer does not depend on the order of the rows, and swapping the sides
    mirrors it.

    Raises:
        ValueError: an id is absent or occurs twice, a kind or a probability is none.
    """
    check_kinds(fields)
    check_bands(apply_at, suggest_at)
    source, target = (read_table(rows, fields, id, country) for rows in (source_rows, target_rows))
    ids, rows, boundary = (*source, *target), (*source.values(), *target.values()), len(source)
    made = fields_of(fields, rows)
    compared = Compared(made, rows, boundary)
    groups = _groups(len(ids), doubles(compared.across, compared.within, _odds(apply_at)))
    return _Banding(ids, boundary, made, compared, groups).matches(apply_at, suggest_at)


def deduplicate(
    rows: Iterable[Mapping[str, object]],
    fields: Mapping[str, str],
    *,
    id: str = "id",  # noqa: A002
    country: str = "country",
    apply_at: float = APPLY_AT,
    suggest_at: float = SUGGEST_AT,
) -> Duplicates:
    """The groups of rows of one table that are the same; arguments and errors are those of :func:`match`."""
    check_kinds(fields)
    check_bands(apply_at, suggest_at)
    table = read_table(rows, fields, id, country)
    ids, values = tuple(table), tuple(table.values())
    made = fields_of(fields, values)
    compared = Compared(made, values, len(values))
    banding = _Banding(ids, len(ids), made, compared, [])
    pairs = [banding.pair(edge) for edge in sorted(compared.within)]
    groups = _groups(len(ids), (e for e, score in compared.within.items() if score >= _odds(apply_at)))
    return Duplicates(
        groups=tuple(sorted(tuple(ids[place] for place in places) for places in groups if len(places) > 1)),
        applied=tuple(pair for pair in pairs if pair.score >= apply_at),
        suggested=tuple(pair for pair in pairs if suggest_at <= pair.score < apply_at),
    )


def check_bands(apply_at: float, suggest_at: float) -> None:
    """Nothing comes back.

    Raises:
        ValueError: the probabilities are not 0 < suggest_at <= apply_at < 1.
    """
    if not 0 < suggest_at <= apply_at < 1:
        raise ValueError(f"expected 0 < suggest_at <= apply_at < 1, got suggest_at={suggest_at!r}, apply_at={apply_at!r}")


Groups = list[tuple[int, ...]]
"""All rows' places, those of duplicates together."""


def _groups(rows: int, same: Iterable[Edge]) -> Groups:
    roots = group((edge, str(place).zfill(9)) for edge in same for place in edge)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place in range(rows):
        members[int(roots.get(str(place).zfill(9), place))].append(place)
    return [tuple(places) for places in members.values()]


class _Banding:
    """Puts compared pairs of two tables into bands; a group of duplicates is one."""

    def __init__(
        self, ids: Sequence[str], boundary: int, fields: Sequence[Field], compared: Compared, groups: Groups
    ) -> None:
        self._ids = ids
        self._boundary = boundary
        self._fields = fields
        self._compared = compared
        self._groups = groups
        self._group_of = {place: number for number, places in enumerate(groups) for place in places}

    def matches(self, apply_at: float, suggest_at: float) -> Matches:
        decided = decide(self._group_scores(), _odds(apply_at))
        settled = {number for edge in decided.applied for number in edge}
        applied = [pair for one, other in decided.applied for pair in product(self._groups[one], self._groups[other])]
        suggested = [
            edge
            for edge, score in self._compared.across.items()
            if score >= _odds(suggest_at) and not settled.intersection(self._group_of[place] for place in edge)
        ]
        return Matches(
            applied=tuple(map(self.pair, sorted(applied))),
            suggested=tuple(map(self.pair, sorted(suggested))),
            ambiguous=tuple(
                Ambiguous(source_ids=self._members(one), target_ids=self._members(other))
                for one, other in clusters(decided.ambiguous)
            ),
            source_duplicates=self._duplicates(is_source=True),
            target_duplicates=self._duplicates(is_source=False),
        )

    def pair(self, edge: Edge) -> Pair:
        agreements = self._compared.agreements(edge)
        return Pair(
            source_id=self._ids[edge[0]],
            target_id=self._ids[edge[1]],
            score=round(1 / (1 + math.exp(-self._compared.score(edge))), 6),
            reasons=reasons(self._fields, agreements),
        )

    def _group_scores(self) -> dict[Edge, float]:
        best: dict[Edge, float] = {}
        for (one, other), score in self._compared.across.items():
            edge = self._group_of[one], self._group_of[other]
            best[edge] = max(score, best.get(edge, score))
        return best

    def _members(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self._ids[place] for number in numbers for place in self._groups[number]))

    def _duplicates(self, *, is_source: bool) -> tuple[tuple[str, ...], ...]:
        several = (p for p in self._groups if len(p) > 1 and (p[0] < self._boundary) == is_source)
        return tuple(tuple(self._ids[place] for place in places) for places in several)


def _odds(probability: float) -> float:
    return math.log(probability / (1 - probability))
