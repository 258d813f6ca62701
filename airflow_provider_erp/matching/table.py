"""Rows as they are compared: in the order of their ids, each value read by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter

from airflow_provider_erp.matching.fields import Row, Value
from airflow_provider_erp.matching.values import READERS, Tokens, name
from airflow_provider_erp.normalise.countries import country

_Rows = Sequence[Mapping[str, object]]


class Reader:
    """Reads tables of the same columns; a value that comes again is not read again."""

    def __init__(self, kinds: Mapping[str, str], id_column: str, country_column: str) -> None:
        self._id_column = id_column
        self._country_column = country_column
        self._country = cache(country)
        self._name = cache(name)
        self._name_columns = [column for column, kind in kinds.items() if kind == "name"]
        readers = {kind: cache(_or_none(reader)) for kind, reader in READERS.items()}
        self._others = [(column, readers[kind]) for column, kind in kinds.items() if kind != "name"]

    def table(self, rows: Iterable[Mapping[str, object]], side: str) -> dict[str, Row]:
        """The rows' comparable values by their ids, in the order of these; errors name the ``side``.

        Raises:
            ValueError: a row has no id, or two have the same; the message names it.
        """
        rows = list(rows)
        ids = self._ids(rows, side)
        columns = [*(self._names(rows) if self._name_columns else ()), *self._other_columns(rows)]
        return dict(sorted(zip(ids, zip(*columns, strict=True), strict=True), key=itemgetter(0)))

    def _ids(self, rows: _Rows, side: str) -> Iterable[str]:
        ids: dict[str, None] = {}
        for place, row in enumerate(rows):
            value = row.get(self._id_column)
            row_id = "" if value is None else str(value)  # as it stands: a space tells ids apart
            if not row_id:
                raise ValueError(f"{side} row {place}: expected an id in the column {self._id_column!r}, got none")
            if row_id in ids:
                raise ValueError(f"{side} row {place}: expected each id once, got {row_id!r} again")
            ids[row_id] = None
        return ids

    def _names(self, rows: _Rows) -> Iterator[Sequence[Value]]:
        """The words of all names, each once, and the first of their legal forms."""
        columns = [[self._name(text) for text in _texts(rows, column)] for column in self._name_columns]
        read = list(zip(*columns, strict=True))
        yield [tuple(dict.fromkeys(word for words, _ in names for word in words)) or None for names in read]
        yield [next((form for _, form in names if form), None) for names in read]

    def _other_columns(self, rows: _Rows) -> Iterator[Sequence[Value]]:
        nations = [self._country(text) for text in _texts(rows, self._country_column)]
        for column, reader in self._others:
            texts = zip(_texts(rows, column), nations, strict=True)
            yield [reader(text, nation) if text else None for text, nation in texts]


def _or_none(reader: Callable[[str, str], Tokens | str]) -> Callable[[str, str], Value]:
    return lambda text, nation: reader(text, nation) or None


def _texts(rows: _Rows, column: str) -> list[str]:
    """The column's values as texts; empty where there is none."""
    return ["" if (value := row.get(column)) is None else str(value).strip() for row in rows]
