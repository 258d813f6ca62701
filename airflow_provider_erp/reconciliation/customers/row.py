"""One customer's row for the comparison: keys, comparable texts, and what was written where that is another text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from airflow_provider_erp.normalise.fields import BY_NAME, NORMALISERS, Normaliser
from airflow_provider_erp.normalise.fold import compact
from airflow_provider_erp.normalise.identifiers import is_placeholder, says_nothing
from airflow_provider_erp.normalise.validity import validity
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

Row = Mapping[str, str | None]
Value = str | int | None

IDENTIFIERS = ("number", "org_number", "vat_number")
"""Keys whose sharing makes records of one side duplicates of each other."""
CHECKED = ("org_number", "vat_number")
"""Identifiers with check digits."""


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
    """The same of a normalised file; ``digest`` is of all that is compared, ``hash_`` of an identifier."""
    return {**columns_made(spec), "digest": "BIGINT", **{f"hash_{key}": "BIGINT" for key in IDENTIFIERS}}


def keys_of(spec: ReconciliationSpec) -> tuple[str, ...]:
    """The identifiers and the spec's own keys, each once."""
    return tuple(dict.fromkeys((*IDENTIFIERS, *spec.keys)))


class RowReader:
    """Makes rows comparable, by one spec.

    A key that is None never matches: such are keys that are empty, numbers
    without a letter or a digit other than zero, and organisation and VAT
    numbers that are placeholders. ``written_`` is None where the system wrote
    what is compared. ``modified`` counts seconds, from moments with a zone only;
    ``seen`` comes with the row, and tells whether the record has changed since.
    """

    def __init__(self, spec: ReconciliationSpec) -> None:
        self._checks = spec.check_identifiers
        self._keys = keys_of(spec)
        self._names = spec.field_names
        self._usual = [(name, NORMALISERS[name]) for name in dict.fromkeys((*self._keys, *self._names))]
        self._own = [(rule.name, BY_NAME[rule.normaliser]) for rule in spec.rules if rule.normaliser]
        self._policies = [(rule.name, policy) for rule in spec.rules if (policy := _policy(rule))]

    def read(self, row: Row) -> tuple[Value, ...]:
        """The normalised row's values; their columns are ``columns_made``."""
        code = NORMALISERS["country"](row["country"], "") if row["country"] else ""
        texts = {name: normalise(value, code) if (value := row[name]) else value for name, normalise in self._usual}
        keys = [_key(key, texts[key], row[key], code) for key in self._keys]
        for name, normalise in self._own:
            texts[name] = normalise(value, code) if (value := row[name]) else value
        for name, policy in self._policies:
            texts[name] = policy(texts[name], code)
        names = self._names
        return (
            *(row["source_id"], row["number"], row["name"] or None, _seconds(row["modified_at"]), row.get("seen")),
            *keys,
            *(_invalid(row, code) if self._checks else (None, None)),
            *[texts[name] for name in names],
            *[None if (written := row[name]) == texts[name] else written for name in names],
        )


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


def _key(key: str, text: str | None, written: str | None, country: str) -> str | None:
    if not text or not written or _says_nothing(key, text, written, country):
        return None
    return f"{country}|{text}" if key == "org_number" else text


def _says_nothing(key: str, text: str, written: str, country: str) -> bool:
    """Whether the text stands for "none": hundreds of customers may carry it."""
    if key == "number":
        return not compact(text).strip("0")
    return says_nothing(text) if key == "org_number" else key == "vat_number" and is_placeholder(written, country)


def _invalid(row: Row, country: str) -> Iterator[str | None]:
    """What cannot be an organisation or a VAT number, as it is written."""
    for field in CHECKED:
        value = row[field]
        yield value if value and validity(field, value, country) == "invalid" else None


def _seconds(moment: str | None) -> int | None:
    """Since 1970; None for a moment without a zone."""
    if not moment:
        return None
    read = dt.datetime.fromisoformat(moment)
    return None if read.tzinfo is None else int(read.timestamp())
