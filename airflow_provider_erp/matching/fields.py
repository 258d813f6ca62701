"""The fields that are compared, and the rows as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from airflow_provider_erp.matching.frequencies import Rarity
from airflow_provider_erp.matching.values import READERS, Tokens

KINDS = ("name", *READERS)
"""Kinds of field that can be compared."""

Value = Tokens | str | None
"""The words of a name or text, or one comparable text; None where a row has none."""
Row = tuple[Value, ...]
"""A row's comparable values, in the order of the fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field's name, its kind and how rare its values are."""

    name: str
    kind: str
    rarity: Rarity


def compared(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """What rows are compared by, and its kind: all names together, their legal forms, then each other column."""
    others = [(column, kind) for column, kind in kinds.items() if kind != "name"]
    if names := [column for column, kind in kinds.items() if kind == "name"]:
        return [(" and ".join(names), "name"), ("legal form", "form"), *others]
    return others


def fields_of(kinds: Mapping[str, str], rows: Sequence[Row]) -> tuple[Field, ...]:
    """The fields of the rows, in the order of their values."""
    named = compared(kinds)
    columns = zip(*rows, strict=True) if rows else [()] * len(named)
    return tuple(
        Field(column, kind, Rarity(values, with_domains=kind == "email"))
        for (column, kind), values in zip(named, columns, strict=True)
    )


def check_kinds(kinds: Mapping[str, str]) -> None:
    """Nothing comes back.

    Raises:
        ValueError: there is no field, or a kind is unknown.
    """
    if not kinds:
        raise ValueError(f"fields: expected at least one column with its kind ({', '.join(KINDS)}), got none")
    for column, kind in kinds.items():
        if kind not in KINDS:
            raise ValueError(f"fields: {column!r} is of an unknown kind {kind!r}; known are {', '.join(KINDS)}")


def check_columns(kinds: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> None:
    """Nothing comes back; rows may lack a column, and where there are none nothing is wrong.

    Raises:
        ValueError: no row has a column; the message names it.
    """
    absent = set(kinds)
    some: Mapping[str, object] = {}
    for some in rows:
        absent.difference_update(some)
        if not absent:
            return
    if some and absent:
        column = min(absent)
        raise ValueError(f"fields: expected a column {column!r} in some row, got none; the rows have {sorted(some)}")
