"""Matching two tables, and finding the duplicates of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log

from airflow_provider_erp.matching.banding import Banding, Pairs, grouped, in_order, named
from airflow_provider_erp.matching.collector import no_collection
from airflow_provider_erp.matching.copies import Distinct, copied, distinct
from airflow_provider_erp.matching.fields import check_columns, check_kinds, compared, fields_of
from airflow_provider_erp.matching.pairs import Compared
from airflow_provider_erp.matching.results import Duplicates, Matches, Pair
from airflow_provider_erp.matching.sides import Sides
from airflow_provider_erp.matching.table import Reader

Rows = Iterable[Mapping[str, object]]

APPLY_AT = 0.8
"""Pairs of at least this probability are applied, unless another is nearly as good."""
SUGGEST_AT = 0.2
"""Pairs of at least this probability are suggested."""


def match(
    source_rows: Rows,
    target_rows: Rows,
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
        ValueError: an id is absent or occurs twice, a kind or a probability is none, a column is in no row.
    """
    check_kinds(fields)
    check_bands(apply_at, suggest_at)
    with no_collection():
        return _match(Reader(fields, id, country), source_rows, target_rows, fields, _odds(apply_at), _odds(suggest_at))


def _match(
    reader: Reader, source_rows: Rows, target_rows: Rows, fields: Mapping[str, str], apply_at: float, suggest_at: float
) -> Matches:
    source_rows, target_rows = list(source_rows), list(target_rows)
    source = _distinct(reader, source_rows, "source", fields)
    target = _distinct(reader, target_rows, "target", fields)
    check_columns(fields, (*source_rows, *target_rows))
    ids, rows = (*source.ids, *target.ids), (*source.rows, *target.rows)
    sides = Sides(len(rows), len(source.rows))
    found = Compared(fields_of(fields, rows), rows, sides, copied(ids))
    return Banding(ids, sides, found).matches(apply_at, suggest_at)


def _distinct(reader: Reader, rows: Rows, side: str, fields: Mapping[str, str]) -> Distinct:
    return distinct(reader.table(rows, side), [kind for _, kind in compared(fields)])


def deduplicate(
    rows: Rows,
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
    with no_collection():
        rows = list(rows)
        ids, values = _distinct(Reader(fields, id, country), rows, "table", fields)
        check_columns(fields, rows)
        found = Compared(fields_of(fields, values), values, Sides(len(values)), copied(ids))
    likely = {edge: score for edge, score in sorted(found.within.items()) if score >= _odds(suggest_at)}
    same = [edge for edge, score in likely.items() if score >= _odds(apply_at)]
    pairs = Pairs(ids, found)
    return Duplicates(
        groups=named(grouped(len(ids), same), ids),
        applied=in_order(map(_sorted, (*pairs.of(same), *pairs.of_copies()))),
        suggested=in_order(map(_sorted, pairs.of(edge for edge in likely if likely[edge] < _odds(apply_at)))),
    )


def _sorted(pair: Pair) -> Pair:
    """The pair with the smaller id first: copies of one row may lie on both sides of another."""
    first, second = sorted((pair.source_id, pair.target_id))
    return replace(pair, source_id=first, target_id=second)


def check_bands(apply_at: float, suggest_at: float) -> None:
    """Nothing comes back.

    Raises:
        ValueError: the probabilities are not 0 < suggest_at <= apply_at < 1.
    """
    if not 0 < suggest_at <= apply_at < 1:
        raise ValueError(
            f"expected 0 < suggest_at <= apply_at < 1, got suggest_at={suggest_at!r}, apply_at={apply_at!r}"
        )


def _odds(probability: float) -> float:
    return log(probability / (1 - probability))
