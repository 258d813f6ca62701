"""What becomes of the customers that no key matches: similar to one, ambiguous, or only here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

SIDES = ("source", "target")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A pair that may be one, by its groups' first records."""

    source_id: str
    target_id: str
    score: float
    reasons: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Leftovers:
    """The groups without a partner, and what becomes of them; all ids are those of the groups' first records.

    ``doubles`` are groups of one side that are similar enough to be one,
    ``clusters`` the connected parts of those that cannot be told apart.
    """

    alone: tuple[set[str], set[str]]
    paired: list[Edge] = field(default_factory=list)
    suggested: list[Likely] = field(default_factory=list)
    doubles: tuple[list[tuple[str, ...]], list[tuple[str, ...]]] = field(default_factory=lambda: ([], []))
    clusters: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    @property
    def only_here(self) -> tuple[set[str], set[str]]:
        """What has neither a partner nor a candidate."""
        return self._only_here(0), self._only_here(1)

    def _only_here(self, place: int) -> set[str]:
        paired = {edge[place] for edge in self.paired}
        of_pairs = {one for double in self.doubles[place] if paired.intersection(double) for one in double}
        later = {one for double in self.doubles[place] for one in double[1:]}
        ambiguous = {one for cluster in self.clusters for one in cluster[place]}
        return self.alone[place] - paired - of_pairs - later - ambiguous


def settle(spec: ReconciliationSpec, rows: Rows, candidates: Iterable[Edge]) -> Leftovers:
    """Decides on the groups' first records; ``candidates`` share a key, but others do, too."""
    left = Leftovers(alone=({str(row["id"]) for row in rows[0]}, {str(row["id"]) for row in rows[1]}))
    edges = list(candidates)
    if spec.similar and rows[0] and rows[1]:
        edges += _match(spec, rows, left)
    open_ids = left.only_here
    left.clusters = _clusters(edge for edge in edges if edge[0] in open_ids[0] and edge[1] in open_ids[1])
    return left


def _match(spec: ReconciliationSpec, rows: Rows, left: Leftovers) -> list[Edge]:
    """Fills in what similarity says; pairs that are ambiguous come back."""
    from airflow_provider_erp.matching import match  # noqa: PLC0415  # heavy: only where something is left

    kinds = {column: kind for column, kind in TELLING.items() if column in rows[0][0]}
    found = match(rows[0], rows[1], kinds, apply_at=spec.apply_at, suggest_at=spec.suggest_at)
    left.doubles = ([*found.source_duplicates], [*found.target_duplicates])
    first = [{one: double[0] for double in doubles for one in double} for doubles in left.doubles]
    best: dict[Edge, tuple[float, Edge]] = {}
    for pair in found.applied:
        groups = first[0].get(pair.source_id, pair.source_id), first[1].get(pair.target_id, pair.target_id)
        best[groups] = min(best.get(groups, (1.0, groups)), (-pair.score, (pair.source_id, pair.target_id)))
    left.paired = sorted(edge for _, edge in best.values())
    left.suggested = [
        Likely(source_id=pair.source_id, target_id=pair.target_id, score=pair.score, reasons=pair.reasons)
        for pair in found.suggested
    ]
    return [
        (first[0].get(one, one), first[1].get(other, other))
        for each in found.ambiguous
        for one in each.source_ids
        for other in each.target_ids
    ]


def _clusters(edges: Iterable[Edge]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The candidates' connected parts: the ids of each side, in order."""
    shared = [(edge, f"{side} {record_id}") for edge in edges for side, record_id in zip(SIDES, edge, strict=True)]
    parts: dict[str, tuple[set[str], set[str]]] = {}
    for member, root in group(shared).items():
        side, record_id = member.split(" ", 1)
        parts.setdefault(root, (set(), set()))[SIDES.index(side)].add(record_id)
    return sorted((tuple(sorted(one)), tuple(sorted(other))) for one, other in parts.values())
