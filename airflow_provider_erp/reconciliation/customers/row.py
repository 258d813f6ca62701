"""One customer's row for the comparison: keys, comparable texts, and what was written where that is another text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import cast

from airflow_provider_erp.normalise.fields import BY_NAME, NORMALISERS, Normaliser
from airflow_provider_erp.normalise.nothing import is_nothing
from airflow_provider_erp.normalise.numbers import read_numbers
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

Row = Sequence[str | None]
"""The values of ``columns_read``, and ``seen``."""
Value = str | int | None
Column = tuple[str | None, ...]

IDENTIFIERS = ("number", "org_number", "vat_number")
"""Keys whose sharing makes records of one side duplicates of each other."""
CHECKED = ("org_number", "vat_number")
"""Identifiers with check digits."""
_ALIKE = ("name", "email", "phone")


@lru_cache(maxsize=16)
def columns_read(spec: ReconciliationSpec) -> tuple[str, ...]:
    """The canonical columns that the spec needs, each once, ``source_id`` first."""
    needed = ("source_id", "number", "name", "country", "modified_at", *IDENTIFIERS, *spec.keys, *spec.field_names)
    return tuple(dict.fromkeys(needed))


@lru_cache(maxsize=16)
def columns_made(spec: ReconciliationSpec) -> Mapping[str, str]:
    """The names of what :meth:`RowReader.read` gives, in its order, with their SQL types."""
    names = (
        *("record_id", "customer", "customer_name", "modified", "seen"),
        *(f"key_{key}" for key in keys_of(spec)),
        *(f"invalid_{field}" for field in CHECKED),
        *(f"compared_{field}" for field in spec.field_names),
        *(f"written_{field}" for field in spec.field_names),
    )
    return dict.fromkeys(names, "VARCHAR") | {"modified": "BIGINT", "seen": "BIGINT"}


def columns_written(spec: ReconciliationSpec) -> Mapping[str, str]:
    """The same of a normalised file; ``digest`` is of all that is compared, ``hash_`` of one value."""
    return {**columns_made(spec), "digest": "BIGINT", **dict.fromkeys(columns_hashed(spec), "BIGINT")}


def columns_hashed(spec: ReconciliationSpec) -> Mapping[str, str]:
    """The names of hashes, each with the column that it is made of."""
    hashed = (*(f"key_{key}" for key in IDENTIFIERS), *(f"compared_{field}" for field in alike_in(spec)))
    return {f"hash_{column}": column for column in hashed}


def alike_in(spec: ReconciliationSpec) -> tuple[str, ...]:
    """The fields by which one customer's records find each other that share no identifier."""
    return tuple(field for field in _ALIKE if field in spec.field_names)


def keys_of(spec: ReconciliationSpec) -> tuple[str, ...]:
    """The identifiers and the spec's own keys, each once."""
    return tuple(dict.fromkeys((*IDENTIFIERS, *spec.keys)))


def _number_key(text: str | None) -> str | None:
    return None if not text or is_nothing(text) else text


def _email_key(text: str | None) -> str | None:
    return text if text and "@" in text else None


_KEYS: Mapping[str, Callable[[str | None], str | None]] = {"number": _number_key, "email": _email_key}
"""By key: what matches by it, of the normalised text; None for what says nothing."""


class RowReader:
    """Makes rows comparable, by one spec.

    A key that is None never matches and makes no duplicates: such are keys that
    are empty, numbers without a letter or a digit other than zero, numbers that
    are a word for nothing (``n/a``, ``ei ole``), organisation and VAT numbers
    that are placeholders, and e-mail addresses without an ``@``. An organisation
    number counts within its register: of the country that it bears, else of the
    record's. ``written_`` is None where the system wrote
    what is compared. ``modified`` counts seconds, from moments with a zone only;
    ``seen`` comes with the row, and tells whether the record has changed since.
    """

    def __init__(self, spec: ReconciliationSpec) -> None:
        self._columns = (*columns_read(spec), "seen")
        self._keys = keys_of(spec)
        self._fields = spec.field_names
        self._checks = spec.check_identifiers
        self._own = [(rule.name, BY_NAME[rule.normaliser]) for rule in spec.rules if rule.normaliser]
        self._policies = [(rule.name, policy) for rule in spec.rules if (policy := _policy(rule))]

    def read(self, rows: Sequence[Row]) -> Iterator[tuple[Value, ...]]:
        """Each row normalised: the values of ``columns_made``, from those of ``columns_read`` and, last, ``seen``.

        Column by column takes a fifth less time than row by row.
        """
        written = dict(zip(self._columns, zip(*rows, strict=True), strict=True))
        usual = NORMALISERS["country"]
        codes = [usual(country, "") if country else "" for country in written["country"]]
        both = zip(*map(read_numbers, *(written[name] for name in CHECKED), codes), strict=True)
        numbers = {name: tuple(zip(*read, strict=True)) for name, read in zip(CHECKED, both, strict=True)}
        texts: dict[str, Column] = {name: number[0] for name, number in numbers.items()}
        for name in {*self._keys, *self._fields}.difference(CHECKED):
            texts[name] = _normalised(NORMALISERS[name], written[name], codes)
        keys = [numbers[key][1] if key in numbers else map(_KEYS[key], texts[key]) for key in self._keys]
        for name, own in self._own:
            texts[name] = _normalised(own, written[name], codes)
        for name, policy in self._policies:
            texts[name] = tuple(map(policy, texts[name], codes))
        return zip(
            *(written["source_id"], written["number"], [name or None for name in written["name"]]),
            *(map(_seconds, written["modified_at"]), written["seen"]),
            *keys,
            *(number[2] if self._checks else repeat(None, len(rows)) for number in numbers.values()),
            *(texts[name] for name in self._fields),
            *(_if_other(written[name], texts[name]) for name in self._fields),
            strict=True,
        )


def _normalised(normalise: Normaliser, column: Column, codes: Sequence[str]) -> Column:
    if all(column):
        return tuple(map(normalise, cast("Sequence[str]", column), codes))
    texts = [normalise(value, code) if value else value for value, code in zip(column, codes, strict=True)]
    return tuple(texts)


def _if_other(written: Column, texts: Column) -> Sequence[str | None]:
    if written == texts:
        return [None] * len(texts)
    return [None if value == text else value for value, text in zip(written, texts, strict=True)]


def _policy(rule: Field) -> Callable[[str | None, str], str | None] | None:
    """A function of the normalised text and the country: the text by the rule's policies; None where it has none."""
    if rule.absent == "skip_absent" and not rule.equals:
        return None
    normalise: Normaliser = BY_NAME[rule.normaliser] if rule.normaliser else NORMALISERS[rule.name]

    def policy(text: str | None, country: str) -> str | None:
        if rule.absent == "compare":
            text = text or ""
        elif rule.absent == "skip_empty":
            text = text or None
        return as_one(text, country) if text and rule.equals else text

    def as_one(text: str, country: str) -> str:
        for values in rule.equals:
            texts = [normalise(value, country) for value in values]
            if text in texts:
                return texts[0]
        return text

    return policy


def _seconds(moment: str | None) -> int | None:
    """Since 1970; None for a moment without a zone."""
    if not moment:
        return None
    read = dt.datetime.fromisoformat(moment)
    return None if read.tzinfo is None else int(read.timestamp())
