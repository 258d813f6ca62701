"""Rows as they are compared: in the order of their ids, each value read by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from airflow_provider_erp.matching.fields import Row, Value
from airflow_provider_erp.matching.values import READERS, Tokens, name
from airflow_provider_erp.normalise.countries import country


class Reader:
    """Reads tables of the same columns; a value that comes again is not read again."""

    def __init__(self, kinds: Mapping[str, str], id_column: str, country_column: str) -> None:
        self._id_column = id_column
        self._country_column = country_column
        self._country = cache(country)
        self._name = cache(name)
        self._name_columns = [column for column, kind in kinds.items() if kind == "name"]
        readers = {kind: cache(reader) for kind, reader in READERS.items()}
        self._others = [(column, readers[kind]) for column, kind in kinds.items() if kind != "name"]

    def table(self, rows: Iterable[Mapping[str, object]], side: str) -> dict[str, Row]:
        """The rows' comparable values by their ids, in the order of these; errors name the ``side``.

        Raises:
            ValueError: a row has no id, or two have the same; the message names it.
        """
        read: dict[str, Row] = {}
        for place, row in enumerate(rows):
            row_id = _text(row.get(self._id_column))
            if not row_id:
                raise ValueError(f"{side} row {place}: expected an id in the column {self._id_column!r}, got none")
            if row_id in read:
                raise ValueError(f"{side} row {place}: expected each id once, got {row_id!r} again")
            read[row_id] = self._row(row)
        return dict(sorted(read.items()))

    def _row(self, row: Mapping[str, object]) -> Row:
        nation = self._country(_text(row.get(self._country_column)))
        names = self._names(row) if self._name_columns else ()
        return (*names, *(_read(reader, _text(row.get(column)), nation) for column, reader in self._others))

    def _names(self, row: Mapping[str, object]) -> Iterator[Value]:
        """The words of all names, each once, and the first of their legal forms."""
        read = [self._name(value) for column in self._name_columns if (value := _text(row.get(column)))]
        yield tuple(dict.fromkeys(word for words, _ in read for word in words)) or None
        yield next((form for _, form in read if form), None)


def _read(reader: Callable[[str, str], Tokens | str], value: str, nation: str) -> Value:
    return (reader(value, nation) or None) if value else None


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
