"""Rows as they are compared: ids in order, values read by their kinds, and how rare each value is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from airflow_provider_erp.matching.frequencies import Rarity
from airflow_provider_erp.matching.scoring import Field, Row
from airflow_provider_erp.matching.values import READERS, legal_form, name
from airflow_provider_erp.normalise.countries import country as read_country

KINDS = tuple(READERS)
"""Kinds of field that can be compared."""


def read_table(
    rows: Iterable[Mapping[str, object]], kinds: Mapping[str, str], id_column: str, country_column: str
) -> dict[str, Row]:
    """The rows' values by their ids, in the order of these, comparable: one for all names together, one for their legal form, then one for each field.

    Raises:
        ValueError: a row has no id, or two have the same; the message names it.
    """
    read: dict[str, Row] = {}
    for place, row in enumerate(rows):
        row_id = _text(row.get(id_column))
        if not row_id:
            raise ValueError(f"row {place}: expected an id in the column {id_column!r}, got none")
        if row_id in read:
            raise ValueError(f"row {place}: expected each id once, got {row_id!r} again")
        read[row_id] = tuple(_values(row, kinds, read_country(_text(row.get(country_column)))))
    return dict(sorted(read.items()))


def fields_of(kinds: Mapping[str, str], rows: Sequence[Row]) -> tuple[Field, ...]:
    """The fields of the rows, in their order."""
    named = [(column, kind) for column, kind in kinds.items() if kind != "name"]
    if len(named) < len(kinds):
        named = [(" and ".join(c for c, kind in kinds.items() if kind == "name"), "name"), ("legal form", "form"), *named]
    return tuple(
        Field(column, kind, Rarity([row[place] for row in rows], with_domains=kind == "email"))
        for place, (column, kind) in enumerate(named)
    )


def check_kinds(kinds: Mapping[str, str]) -> None:
    """Nothing comes back.

    Raises:
        ValueError: there is no field, or a kind is unknown.
    """
    if not kinds:
        raise ValueError(f"fields: expected at least one column with its kind ({', '.join(KINDS)}), got none")
    for column, kind in kinds.items():
        if kind not in READERS:
            raise ValueError(f"fields: {column!r} is of an unknown kind {kind!r}; known are {', '.join(KINDS)}")


def _values(row: Mapping[str, object], kinds: Mapping[str, str], country: str) -> Iterator[tuple[str, ...] | str | None]:
    names = [_text(row.get(column)) for column, kind in kinds.items() if kind == "name"]
    if names:
        yield tuple(dict.fromkeys(word for text in names if text for word in name(text, country))) or None
        yield next(filter(None, map(legal_form, names)), None)
    for column, kind in kinds.items():
        if kind != "name":
            value = _text(row.get(column))
            yield (READERS[kind](value, country) or None) if value else None


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
