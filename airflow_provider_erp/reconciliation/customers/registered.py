"""The valid numbers of records, which tell customers apart however similar they are."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_erp.normalise.identifiers import org_number, registered
from airflow_provider_erp.normalise.validity import validity
from airflow_provider_erp.reconciliation.customers.likeness import Row

Number = tuple[str, str]
"""A country, and a number in its register."""


class Numbers(dict[str, "Number | None"]):
    """By record: its organisation number, where it is a valid one; read when it is asked for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {str(row["id"]): row for row in rows}

    def __missing__(self, record_id: str) -> Number | None:
        number = self[record_id] = _number(self._rows[record_id])
        return number


def _number(row: Row) -> Number | None:
    country = row["country"] or ""
    for name in ("org_number", "vat_number"):
        written = row.get(name)
        if written and validity(name, written, country) == "valid":
            nation, number = registered(written, country)
            return nation or country, number or org_number(written, country)
    return None


def told_apart(one: Number | None, other: Number | None) -> bool:
    """Whether two valid numbers of one country say that these are two customers, however similar."""
    return one is not None and other is not None and one[0] == other[0] and one[1] != other[1]
