"""One comparison on one engine: its statements in their order, and what is decided between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_erp.matching.collector import no_collection
from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.reconciliation.customers.breaks import FINDING_COLUMNS
from airflow_provider_erp.reconciliation.customers.leftovers import SIDES, Carrier, Leftovers, settle
from airflow_provider_erp.reconciliation.customers.likeness import TELLING, Likeness, Row, Rows
from airflow_provider_erp.reconciliation.customers.normalised import Normalised
from airflow_provider_erp.reconciliation.customers.row import columns_written
from airflow_provider_erp.reconciliation.customers.sides import Side
from airflow_provider_erp.reconciliation.customers.sql import Statements
from airflow_provider_erp.reconciliation.engines import Engine
from airflow_provider_erp.reconciliation.result import Agreement, SideResult, Suggestion
from airflow_provider_erp.reconciliation.spec import SIMILARITY, ReconciliationSpec
from airflow_provider_erp.reconciliation.steps import Steps

if TYPE_CHECKING:
    from airflow_provider_erp.matching import Pair


class Comparison:
    """Runs once; then it has the totals, which are counted each by itself."""

    def __init__(
        self, spec: ReconciliationSpec, normalised: tuple[Normalised, Normalised], engine: Engine, steps: Steps
    ) -> None:
        self._spec = spec
        self._steps = steps
        self._engine = engine
        self._sides = normalised
        supplied = {name for name in spec.field_names if all(each.supplied[f"compared_{name}"] for each in normalised)}
        self._sql = Statements(spec, supplied)
        self._groups: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._left = Leftovers(like=Likeness(), clusters=[], only_here=(set(), set()))
        self._grouped = 0
        self.engine_name = engine.name
        self.matched_by: dict[str, int] = {}
        self.suggestions: list[Suggestion] = []
        self.agreement: list[Agreement] = []

    def run(self, findings: Path) -> None:
        """Writes what is not as it should be to a Parquet file, and counts."""
        for side, rows in zip(SIDES, self._sides, strict=True):
            self._engine.use(side, rows.query, columns_written(self._spec))
        self._find_duplicates()
        self._pair_by_keys()
        self._settle_leftovers()
        self._put_side_by_side()
        self._engine.export(self._sql.findings(), findings, FINDING_COLUMNS)
        self._count()

    def side_result(self, place: int, side: Side) -> SideResult:
        """The side's control totals."""
        groups = self._groups[place]
        return SideResult(
            title=side.title,
            batch=side.batch,
            records=self._sides[place].rows,
            matched=sum(self.matched_by.values()),
            only_here=len(self._left.only_here[place]),
            duplicates=len(groups) - len(set(groups.values())),
            ambiguous=sum(len(cluster[place]) for cluster in self._left.clusters),
            rejected=side.rejected,
            read_at=side.read_at,
            complete=side.complete,
        )

    def _find_duplicates(self) -> None:
        for place, side in enumerate(SIDES):
            self._groups[place].update(group(self._engine.rows(self._sql.shared(side))))
            self._load(f"{side}_members", "record_id group_id", sorted(self._groups[place].items()))
        self._grouped = len(self._groups[0])
        self._steps.finished("duplicates", f"{_both(self._groups)} records")

    def _pair_by_keys(self) -> None:
        self._engine.create("loose", self._sql.loose())
        for side in SIDES:
            self._engine.create(f"{side}_wanted", self._sql.wanted(side))
            self._engine.create(f"{side}_rest", self._sql.rest(side))
        self._engine.create("key_pairs", self._sql.key_pairs())
        for side in SIDES:
            self._engine.create(f"{side}_alone", self._sql.alone(side))
            self._engine.create(f"{side}_near", self._sql.near(side))
            self._engine.create(f"{side}_late", self._sql.late(side))

    @no_collection()
    def _settle_leftovers(self) -> None:
        rows = self._leftover_rows(0), self._leftover_rows(1)
        self._steps.finished("pairs by keys", f"{_both(rows)} records are left to similarity")
        self._left = settle(self._spec, rows, [Carrier(*row) for row in self._engine.rows(self._sql.sharing())])
        self._load("undone", "source_group target_group", sorted(self._left.undone))
        self._engine.create("rest_pairs", self._sql.rest_pairs())
        self._load("similar_pairs", "source_id target_id", self._left.like.paired)
        for place, side in enumerate(SIDES):
            _merge(self._groups[place], self._left.like.doubles[place])
            self._load(f"{side}_groups", "record_id group_id", sorted(self._groups[place].items()))
        only_here = [(side, one) for side, ids in zip(SIDES, self._left.only_here, strict=True) for one in sorted(ids)]
        self._load("only_here", "side record_id", only_here)
        self._load("ambiguous", "side record_id source_id target_id", list(self._ambiguous()))
        like = self._left.like
        self._steps.finished("similarity", f"{len(like.paired):,} pairs, {len(like.suggested):,} that may be")
        self.suggestions = _suggestions(like.suggested, rows)

    def _put_side_by_side(self) -> None:
        self._engine.create("pairs", self._sql.pairs())
        self._engine.create("beside", self._sql.beside())
        self._allow_tolerances()
        self._engine.create("wide", self._sql.wide())

    def _allow_tolerances(self) -> None:
        for rule in self._spec.rules:
            if rule.tolerance and rule.name in self._sql.fields:
                unequal = self._engine.rows(self._sql.unequal(rule.name))
                within = [(one, other) for one, other, *values in unequal if rule.tolerance.allows(*values)]
                self._load(f"within_{rule.name}", "source_id target_id", within)

    def _leftover_rows(self, place: int) -> list[Row]:
        columns = [name for name in TELLING if name in self._spec.field_names and name != "name"]
        names = ("taken", "partner", "id", "customer", "name", "country", *columns)
        return [
            dict(zip(names, row, strict=True)) for row in self._engine.rows(self._sql.leftovers(SIDES[place], columns))
        ]

    def _ambiguous(self) -> Iterator[tuple[str, str, str, str]]:
        for cluster in self._left.clusters:
            for side, ids in zip(SIDES, cluster, strict=True):
                yield from ((side, record_id, cluster[0][0], cluster[1][0]) for record_id in ids)

    def _count(self) -> None:
        """How many pairs each key made, and in how many of them each field was compared and is equal."""
        loose = dict(self._engine.rows(_LOOSE))
        direct = self._sides[0].rows - self._grouped - int(loose.get("alone", 0))
        by_key = Counter({self._spec.keys[0]: direct, SIMILARITY: len(self._left.like.paired)})
        by_key.update({key: int(count) for key, count in self._engine.rows(_BY_KEY)})
        self.matched_by = {key: by_key[key] for key in (*self._spec.keys, SIMILARITY)}
        self.agreement = list(self._agreements(direct - int(loose.get("pair", 0))))

    def _agreements(self, agreeing: int) -> Iterator[Agreement]:
        """By field; ``agreeing`` pairs are equal in all of them, as far as both sides have a value."""
        fields = self._sql.fields
        partial = [
            name for name in fields if any(each.supplied[f"compared_{name}"] < each.rows for each in self._sides)
        ]
        compared = dict.fromkeys(fields, agreeing)
        if partial and agreeing:
            [counts] = self._engine.rows(self._sql.compared(partial))
            compared |= {name: int(count or 0) for name, count in zip(partial, counts, strict=True)}
        [(_, *sums)] = self._engine.rows(self._sql.agreement())
        for name, looked_at, differing in zip(fields, sums[::2], sums[1::2], strict=True):
            total = compared[name] + int(looked_at or 0)
            yield Agreement(field=name, compared=total, equal=total - int(differing or 0))

    def _load(self, table: str, columns: str, rows: Sequence[tuple[str, ...]]) -> None:
        self._engine.load(table, dict.fromkeys(columns.split(), "VARCHAR"), rows)


_LOOSE = """
SELECT CASE WHEN target_id IS NULL THEN 'alone' ELSE 'pair' END AS kind, COUNT(*)
FROM loose WHERE source_id IS NOT NULL
GROUP BY CASE WHEN target_id IS NULL THEN 'alone' ELSE 'pair' END
"""
_BY_KEY = "SELECT matched_by, COUNT(*) FROM rest_pairs GROUP BY matched_by"


def _merge(groups: dict[str, str], doubles: Iterable[tuple[str, ...]]) -> None:
    """Groups that are similar enough to be one become one; a record that is in none yet is a group by itself."""
    first = {one: double[0] for double in doubles for one in double}
    for record_id, of_group in groups.items():
        groups[record_id] = first.get(of_group, of_group)
    groups |= first


def _both(sides: Iterable[Sized]) -> str:
    return " and ".join(f"{len(side):,}" for side in sides)


def _suggestions(suggested: Sequence[Pair], rows: Rows) -> list[Suggestion]:
    ids = {each.source_id for each in suggested}, {each.target_id for each in suggested}
    one, other = ({row["id"]: row for row in side if row["id"] in of} for side, of in zip(rows, ids, strict=True))
    return [_suggestion(each, one[each.source_id], other[each.target_id]) for each in suggested]


def _suggestion(likely: Pair, one: Row, other: Row) -> Suggestion:
    return Suggestion(
        source_id=likely.source_id,
        target_id=likely.target_id,
        source_key=one["customer"] or likely.source_id,
        target_key=other["customer"] or likely.target_id,
        source_name=one["name"] or "",
        target_name=other["name"] or "",
        score=likely.score,
        reasons=likely.reasons,
    )
