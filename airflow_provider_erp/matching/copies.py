"""Rows of one table that are the same in all that is compared: they are one row, and its copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from airflow_provider_erp.matching.fields import Row

Ids = tuple[str, ...]
"""The ids of a row and its copies, in order."""

_FORM = "form"


class Distinct(NamedTuple):
    """Rows of which no two are copies, in the order of their first ids, and the ids of each."""

    ids: tuple[Ids, ...]
    rows: tuple[Row, ...]


def distinct(table: Mapping[str, Row], kinds: Sequence[str]) -> Distinct:
    """The table's rows, copies together; ``kinds`` are those of the rows' values.

    Rows that do not say who they are stay apart: many customers have but a
    city, or are all called "Cash Sale".
    """
    found: dict[object, tuple[list[str], Row]] = {}
    for row_id, row in table.items():
        key: object = row if _says_who(row, kinds) else (row_id,)
        found.setdefault(key, ([], row))[0].append(row_id)
    return Distinct(tuple(tuple(ids) for ids, _ in found.values()), tuple(row for _, row in found.values()))


def _says_who(row: Row, kinds: Sequence[str]) -> bool:
    """Whether there is an identifier, or two values of which one is a name where rows have names."""
    said = [kind for kind, value in zip(kinds, row, strict=True) if value and kind != _FORM]
    return "identifier" in said or (len(said) > 1 and ("name" in said or "name" not in kinds))


def copied(ids: Sequence[Ids]) -> frozenset[int]:
    """The places of the rows that have copies."""
    return frozenset(place for place, each in enumerate(ids) if len(each) > 1)
