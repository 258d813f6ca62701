"""What similarity says of the customers that no key matches; valid numbers of two registrations overrule it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from airflow_provider_erp.matching.groups import in_order
from airflow_provider_erp.normalise.identifiers import org_number, registered
from airflow_provider_erp.normalise.validity import validity
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

if TYPE_CHECKING:
    from airflow_provider_erp.matching import Matches, Pair

TELLING = {
    "name": "name",
    "org_number": "identifier",
    "vat_number": "identifier",
    "email": "email",
    "phone": "phone",
    "street": "text",
    "postal_code": "exact",
    "city": "text",
}
"""Fields that tell customers apart, and how similarity reads them."""

Edge = tuple[str, str]
Row = Mapping[str, str | None]
Rows = tuple[Sequence[Row], Sequence[Row]]
Doubles = tuple[tuple[str, ...], ...]
Number = tuple[str, str]
"""A country, and a number in its register."""


@dataclass(slots=True, kw_only=True)
class Likeness:
    """Pairs that are one customer, pairs that may be, groups of one side that are one, and what is left vague."""

    paired: list[Edge] = field(default_factory=list)
    suggested: list[Pair] = field(default_factory=list)
    doubles: tuple[Doubles, Doubles] = ((), ())
    vague: list[Edge] = field(default_factory=list)


def likeness(spec: ReconciliationSpec, rows: Rows) -> Likeness:
    """Of rows with an ``id``, a ``country`` and the fields in ``TELLING`` that there are.

    A group of doubles stands in ``paired`` and ``vague`` as its first record.
    """
    from airflow_provider_erp.matching import match  # noqa: PLC0415  # heavy: only where something is left

    kinds = {column: kind for column, kind in TELLING.items() if column in (rows[0] or rows[1])[0]}
    return _Judging(rows).judge(match(*rows, kinds, apply_at=spec.apply_at, suggest_at=spec.suggest_at))


class _Judging:
    """Judges what matching found, by the valid numbers of the records."""

    def __init__(self, rows: Rows) -> None:
        self._numbers = _Numbers(rows[0]), _Numbers(rows[1])

    def judge(self, found: Matches) -> Likeness:
        """Of the pairs of two groups the most alike one counts."""
        groups = found.source_duplicates, found.target_duplicates
        doubles = self._one_customer_each(0, groups[0]), self._one_customer_each(1, groups[1])
        first = [{one: each[0] for each in side for one in each} for side in doubles]
        split = [
            {one for each in side for one in each} - of_one.keys() for side, of_one in zip(groups, first, strict=True)
        ]
        vague = [(one, other) for each in found.ambiguous for one in each.source_ids for other in each.target_ids]
        suggested, best = list(found.suggested), dict[Edge, tuple[float, Edge]]()
        for pair in found.applied:
            edge = pair.source_id, pair.target_id
            if _told_apart(self._numbers[0][edge[0]], self._numbers[1][edge[1]]):
                suggested.append(pair)
            elif edge[0] in split[0] or edge[1] in split[1]:
                vague.append(edge)
            else:
                of_groups = _of_groups(first, edge)
                best[of_groups] = min(best.get(of_groups, (1.0, edge)), (-pair.score, edge))
        return Likeness(
            paired=sorted(edge for _, edge in best.values()),
            suggested=[
                pair
                for pair in sorted(suggested, key=lambda pair: (pair.source_id, pair.target_id))
                if _of_groups(first, (pair.source_id, pair.target_id)) not in best
            ],
            doubles=doubles,
            vague=[_of_groups(first, edge) for edge in vague],
        )

    def _one_customer_each(self, place: int, groups: Doubles) -> Doubles:
        """The groups in which no two have valid numbers of their own."""
        numbers = self._numbers[place]
        return tuple(
            tuple(sorted(each, key=in_order))
            for each in groups
            if not any(_told_apart(numbers[one], numbers[two]) for one, two in combinations(each, 2))
        )


def _of_groups(first: Sequence[Mapping[str, str]], edge: Edge) -> Edge:
    return first[0].get(edge[0], edge[0]), first[1].get(edge[1], edge[1])


class _Numbers(dict[str, "Number | None"]):
    """By record: its organisation number, where it is a valid one; read when it is asked for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {str(row["id"]): row for row in rows}

    def __missing__(self, record_id: str) -> Number | None:
        number = self[record_id] = _number(self._rows[record_id])
        return number


def _number(row: Row) -> Number | None:
    country = row["country"] or ""
    for name in ("org_number", "vat_number"):
        written = row.get(name)
        if written and validity(name, written, country) == "valid":
            nation, number = registered(written, country)
            return nation or country, number or org_number(written, country)
    return None


def _told_apart(one: Number | None, other: Number | None) -> bool:
    """Whether two valid numbers of one country say that these are two customers, however similar."""
    return one is not None and other is not None and one[0] == other[0] and one[1] != other[1]
