"""One customer's row for the comparison: what the system wrote, comparable texts, keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.normalise.fold import compact
from airflow_provider_erp.normalise.identifiers import is_placeholder
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

Row = Mapping[str, str | None]

IDENTIFIERS = ("number", "org_number", "vat_number")
"""Keys whose sharing makes records of one side duplicates of each other."""


@lru_cache(maxsize=16)
def columns_read(spec: ReconciliationSpec) -> tuple[str, ...]:
    """The canonical columns that the spec needs, each once, ``source_id`` first."""
    return tuple(dict.fromkeys(("source_id", "number", "name", "country", *IDENTIFIERS, *spec.keys, *spec.fields)))


def columns_written(spec: ReconciliationSpec) -> tuple[str, ...]:
    """The names in a normalised row, in order."""
    keys = dict.fromkeys((*IDENTIFIERS, *spec.keys))
    return (
        "record_id",
        "customer",
        "customer_name",
        *(f"key_{key}" for key in keys),
        *(f"written_{field}" for field in spec.fields),
        *(f"compared_{field}" for field in spec.fields),
    )


def normalised(spec: ReconciliationSpec, row: Row) -> dict[str, str | None]:
    """The row as the comparison reads it; a key that is ``None`` never matches.

    Such are keys that are empty, numbers without a letter or a digit other
    than zero, and organisation and VAT numbers that are placeholders.
    """
    country = normalise("country", row["country"]) or ""
    texts = {column: normalise(column, row[column], country) for column in columns_read(spec)[1:]}
    result = {"record_id": row["source_id"], "customer": row["number"], "customer_name": row["name"] or None}
    for key in dict.fromkeys((*IDENTIFIERS, *spec.keys)):
        result[f"key_{key}"] = _key(key, texts[key], country)
    for field in spec.fields:
        result[f"written_{field}"] = row[field]
        result[f"compared_{field}"] = texts[field]
    return result


def _key(key: str, text: str | None, country: str) -> str | None:
    if not text or _says_nothing(key, text, country):
        return None
    return f"{country}|{text}" if key == "org_number" else text


def _says_nothing(key: str, text: str, country: str) -> bool:
    """Whether the text stands for "none": hundreds of customers may carry it."""
    if key == "number":
        return not compact(text).strip("0")
    return key in ("org_number", "vat_number") and is_placeholder(text, country)
