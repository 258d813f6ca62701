"""One customer's row for the comparison: keys, comparable texts, and what was written where that is another text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from airflow_provider_erp.normalise.fields import BY_NAME, NORMALISERS, Normaliser
from airflow_provider_erp.normalise.identifiers import is_placeholder, registered, says_nothing
from airflow_provider_erp.normalise.nothing import is_nothing
from airflow_provider_erp.normalise.validity import validity
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

Row = Sequence[str | None]
"""The values of ``columns_read``, and ``seen``."""
Value = str | int | None

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


def _number_key(text: str, _written: str, _country: str) -> str | None:
    return None if is_nothing(text) else text


def _org_number_key(text: str, written: str, country: str) -> str | None:
    return None if says_nothing(text) else f"{registered(written, country)[0] or country}|{text}"


def _vat_number_key(text: str, written: str, country: str) -> str | None:
    return None if is_placeholder(written, country) else text


def _email_key(text: str, _written: str, _country: str) -> str | None:
    return text if "@" in text else None


def _as_it_is(text: str, _written: str, _country: str) -> str:
    return text


_KEYS: Mapping[str, Callable[[str, str, str], str | None]] = {
    "number": _number_key,
    "org_number": _org_number_key,
    "vat_number": _vat_number_key,
    "email": _email_key,
}
"""By key: what matches by it, of the normalised text, the written one and the country; None for what says nothing."""


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
        self._checks = spec.check_identifiers
        at = {name: place for place, name in enumerate(columns_read(spec))}
        self._opening = tuple(at[name] for name in ("source_id", "number", "name", "modified_at", "country"))
        self._checked = tuple(at[name] for name in CHECKED)
        names = tuple(dict.fromkeys((*keys_of(spec), *spec.field_names)))
        self._usual = [(at[name], NORMALISERS[name]) for name in names]
        self._keys = [(names.index(key), at[key], _KEYS.get(key, _as_it_is)) for key in keys_of(spec)]
        self._own = [
            (names.index(rule.name), at[rule.name], BY_NAME[rule.normaliser]) for rule in spec.rules if rule.normaliser
        ]
        self._policies = [(names.index(rule.name), policy) for rule in spec.rules if (policy := _policy(rule))]
        self._compared = [(names.index(name), at[name]) for name in spec.field_names]

    def read(self, row: Row) -> tuple[Value, ...]:
        """The normalised row's values, of ``columns_made``, from those of ``columns_read`` and, last, ``seen``."""
        source_id, number, name, modified, country = (row[place] for place in self._opening)
        code = NORMALISERS["country"](country, "") if country else ""
        texts = [normalise(value, code) if (value := row[place]) else value for place, normalise in self._usual]
        keys = [
            key(text, value, code) if (value := row[place]) and (text := texts[at]) else None
            for at, place, key in self._keys
        ]
        for at, place, own in self._own:
            texts[at] = own(value, code) if (value := row[place]) else value
        for at, policy in self._policies:
            texts[at] = policy(texts[at], code)
        return (
            *(source_id, number, name or None, _seconds(modified), row[-1]),
            *keys,
            *self._invalid(row, code),
            *[texts[at] for at, _ in self._compared],
            *[None if (value := row[place]) == texts[at] else value for at, place in self._compared],
        )

    def _invalid(self, row: Row, country: str) -> list[str | None]:
        """What cannot be an organisation or a VAT number, as it is written."""
        if not self._checks:
            return [None] * len(CHECKED)
        return [
            value if (value := row[place]) and validity(name, value, country) == "invalid" else None
            for name, place in zip(CHECKED, self._checked, strict=True)
        ]


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
