"""One customer's row for the comparison: keys, comparable texts, and what was written where that is another text."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
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
def columns_written(spec: ReconciliationSpec) -> Mapping[str, str]:
    """The names in a normalised row, in order, with their SQL types."""
    names = (
        "record_id",
        "customer",
        "customer_name",
        "digest",
        *(f"key_{key}" for key in keys_of(spec)),
        *(f"invalid_{field}" for field in CHECKED),
        *(f"compared_{field}" for field in spec.field_names),
        *(f"written_{field}" for field in spec.field_names),
    )
    return dict.fromkeys(names, "VARCHAR") | {"modified": "BIGINT", "seen": "BIGINT"}


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
        self._rules = [(rule.name, _normaliser(rule), _finisher(rule)) for rule in spec.rules]
        named = dict.fromkeys((*self._keys, *(name for name, own, _ in self._rules if own is None)))
        self._usual = [(name, NORMALISERS[name]) for name in named]

    def read(self, row: Row) -> dict[str, Value]:
        """The normalised row; its columns are ``columns_written``."""
        code = NORMALISERS["country"](row["country"], "") if row["country"] else ""
        texts = {name: normalise(value, code) if (value := row[name]) else value for name, normalise in self._usual}
        result: dict[str, Value] = {
            "record_id": row["source_id"],
            "customer": row["number"],
            "customer_name": row["name"] or None,
            "modified": _seconds(row["modified_at"]),
            "seen": row.get("seen"),
        }
        for key in self._keys:
            result[f"key_{key}"] = _key(key, texts[key], code)
        if self._checks:
            result |= _invalid(row, code)
        compared = []
        for name, own, finish in self._rules:
            written = row[name]
            text = texts[name] if own is None else own(written, code) if written else written
            if finish:
                text = finish(text, code)
            result[f"compared_{name}"] = text
            result[f"written_{name}"] = None if written == text else written
            compared.append(text)
        result["digest"] = _digest(compared)
        return result


def _normaliser(rule: Field) -> Normaliser | None:
    """The rule's own; None where it is the field's usual one."""
    return BY_NAME[rule.normaliser] if rule.normaliser else None


def _finisher(rule: Field) -> Callable[[str | None, str], str | None] | None:
    """A function of the normalised text and the country: the text by the rule's policies; None where it has none."""
    if rule.absent == "skip_absent" and not rule.equals:
        return None
    normalise = _normaliser(rule) or NORMALISERS[rule.name]

    def finish(text: str | None, country: str) -> str | None:
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

    return finish


def _key(key: str, text: str | None, country: str) -> str | None:
    if not text or _says_nothing(key, text, country):
        return None
    return f"{country}|{text}" if key == "org_number" else text


def _says_nothing(key: str, text: str, country: str) -> bool:
    """Whether the text stands for "none": hundreds of customers may carry it."""
    if key == "number":
        return not compact(text).strip("0")
    return says_nothing(text) if key == "org_number" else key == "vat_number" and is_placeholder(text, country)


def _invalid(row: Row, country: str) -> dict[str, Value]:
    """What cannot be an organisation or a VAT number, as it is written."""
    return {
        f"invalid_{field}": value if value and validity(field, value, country) == "invalid" else None
        for field in CHECKED
        for value in (row[field],)
    }


def _seconds(moment: str | None) -> int | None:
    """Since 1970; None for a moment without a zone."""
    if not moment:
        return None
    read = dt.datetime.fromisoformat(moment)
    return None if read.tzinfo is None else int(read.timestamp())


def _digest(texts: list[str | None]) -> str:
    """Of the compared texts; what is not supplied is another text than what is empty."""
    joined = "\x1f".join("\x1e" if text is None else text for text in texts)
    return hashlib.blake2b(joined.encode(errors="surrogatepass"), digest_size=12).hexdigest()
