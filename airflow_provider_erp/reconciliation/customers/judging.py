"""What becomes of the pairs and groups that matching found: partners by keys, and what tells apart, overrule it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import combinations
from typing import TYPE_CHECKING

from airflow_provider_erp.matching.groups import in_order
from airflow_provider_erp.reconciliation.customers.apart import MarksOf, told_apart
from airflow_provider_erp.reconciliation.customers.likeness import TELLING, Doubles, Edge, Likeness, Row, Rows
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

if TYPE_CHECKING:
    from airflow_provider_erp.matching import Matches, Pair


def likeness(spec: ReconciliationSpec, rows: Rows) -> Likeness:
    """Of rows with an ``id``, ``taken``, a ``country`` and the fields in ``TELLING`` that there are.

    A group of doubles stands in ``vague`` as its first record, in ``paired`` as the one that is most alike.
    """
    from airflow_provider_erp.matching import match  # noqa: PLC0415  # heavy: only where something is left

    kinds = {column: kind for column, kind in TELLING.items() if column in (rows[0] or rows[1])[0]}
    found = match(*rows, kinds, apply_at=spec.apply_at, suggest_at=spec.suggest_at)
    return _Judging(rows, found).likeness()


class _Judging:
    """Judges what matching found by what tells customers apart, and by who has a partner already."""

    def __init__(self, rows: Rows, found: Matches) -> None:
        self._found = found
        self._marks = MarksOf(rows[0]), MarksOf(rows[1])
        self._having = _taken(rows[0]), _taken(rows[1])
        self._groups = found.source_duplicates, found.target_duplicates
        self._doubles = self._one_customer_each(0), self._one_customer_each(1)
        self._first = [{one: each[0] for each in side for one in each} for side in self._doubles]
        self._split = [
            {one for each in side for one in each} - of_one.keys()
            for side, of_one in zip(self._groups, self._first, strict=True)
        ]
        self._taken = [
            {one for each in side if having.intersection(each) for one in each} | having
            for side, having in zip(self._doubles, self._having, strict=True)
        ]

    def likeness(self) -> Likeness:
        """Of the pairs of two groups the most alike one counts."""
        best: dict[Edge, tuple[float, Edge]] = {}
        vague = [(one, other) for each in self._found.ambiguous for one in each.source_ids for other in each.target_ids]
        suggested = list(self._found.suggested)
        for pair in self._found.applied:
            edge = pair.source_id, pair.target_id
            if self._has_partner(edge) or told_apart(self._marks[0][edge[0]], self._marks[1][edge[1]]):
                suggested.append(pair)
            elif edge[0] in self._split[0] or edge[1] in self._split[1]:
                vague.append(edge)
            else:
                of_groups = self._of_groups(edge)
                best[of_groups] = min(best.get(of_groups, (1.0, edge)), (-pair.score, edge))
        return Likeness(
            paired=sorted(edge for _, edge in best.values()),
            suggested=[pair for pair in _in_order(suggested) if self._is_open(pair, best.keys())],
            doubles=self._doubles,
            vague=[self._of_groups(edge) for edge in vague],
            taken=self._having,
        )

    def _is_open(self, pair: Pair, decided: Set[Edge]) -> bool:
        """Whether it is worth a person's time."""
        both_have = pair.source_id in self._taken[0] and pair.target_id in self._taken[1]
        return not both_have and self._of_groups((pair.source_id, pair.target_id)) not in decided

    def _has_partner(self, edge: Edge) -> bool:
        return edge[0] in self._taken[0] or edge[1] in self._taken[1]

    def _of_groups(self, edge: Edge) -> Edge:
        return self._first[0].get(edge[0], edge[0]), self._first[1].get(edge[1], edge[1])

    def _one_customer_each(self, place: int) -> Doubles:
        """The groups in which nothing tells two apart, and somebody has no partner yet.

        Of several that have one the first stands for the others: keys said that
        they are not one customer.
        """
        marks, having = self._marks[place], self._having[place]
        kept = []
        for each in self._groups[place]:
            others = sorted(having.intersection(each), key=in_order)[1:]
            apart = any(told_apart(marks[one], marks[two]) for one, two in combinations(each, 2))
            if not (apart or having.issuperset(each)):
                kept.append(tuple(sorted({*each}.difference(others), key=in_order)))
        return tuple(kept)


def _taken(rows: Sequence[Row]) -> frozenset[str]:
    return frozenset(str(row["id"]) for row in rows if row["taken"])


def _in_order(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (pair.source_id, pair.target_id))
