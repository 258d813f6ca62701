"""What tells customers apart however similar they are: valid numbers of their own, numbered mailboxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from airflow_provider_erp.normalise.emails import email
from airflow_provider_erp.normalise.identifiers import org_number, registered
from airflow_provider_erp.normalise.streets import street
from airflow_provider_erp.normalise.validity import validity
from airflow_provider_erp.reconciliation.customers.likeness import Row

Number = tuple[str, str]
"""A country, and a number in its register."""

_NO_LETTER, _NO_DIGIT = re.compile(r"[\W\d_]+"), re.compile(r"\D+")


class Marks(NamedTuple):
    """``namesakes`` is what the e-mail addresses of people of one name have in common, ``numbering`` their digits."""

    number: Number | None
    namesakes: tuple[str, str] | None
    numbering: str
    street: str


class MarksOf(dict[str, Marks]):
    """By record; read when they are asked for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {str(row["id"]): row for row in rows}

    def __missing__(self, record_id: str) -> Marks:
        row = self._rows[record_id]
        country = row["country"] or ""
        name, _, domain = email(row.get("email") or "").partition("@")
        marks = self[record_id] = Marks(
            number=_number(row, country),
            namesakes=(_NO_LETTER.sub("", name), domain) if domain else None,
            numbering=_NO_DIGIT.sub("", name),
            street=street(row.get("street") or "", country),
        )
        return marks


def _number(row: Row, country: str) -> Number | None:
    for name in ("org_number", "vat_number"):
        written = row.get(name)
        if written and validity(name, written, country) == "valid":
            nation, number = registered(written, country)
            return nation or country, number or org_number(written, country)
    return None


def told_apart(one: Marks, other: Marks) -> bool:
    """Whether two are two customers, however similar.

    Valid numbers of one country that differ say so, and without such numbers
    addresses that are numbered: ``anna.2@host.fi`` came after
    ``anna.1@host.fi``, unless they live in one street.
    """
    if one.number and other.number and one.number[0] == other.number[0]:
        return one.number != other.number
    are_namesakes = one.namesakes is not None and one.namesakes == other.namesakes and one.numbering != other.numbering
    return are_namesakes and not (one.street and one.street == other.street)
