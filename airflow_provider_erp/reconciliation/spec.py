"""What is reconciled: by which keys customers match and which fields are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from airflow_provider_erp.records import Customer

KEYS = ("number", "org_number", "vat_number", "email")
"""Every key that customers can match by; ``org_number`` counts within its country."""

FIELDS = tuple(f.name for f in fields(Customer) if f.name not in {"source_id", "modified_at", "version"})
"""Every field that can be compared."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationSpec:
    """One comparison of two systems' customers.

    ``name`` is part of each break's lasting identity: another name starts the
    history anew. ``keys`` are tried in their order, each on what the earlier
    ones left unmatched. ``title`` is what people read.

    Whatever the keys, records of one side that share a number, an organisation
    number (within its country) or a VAT number are duplicates of each other and
    match as one customer. Placeholders are no keys: a number of zeros only, an
    organisation or VAT number without a digit or with the same one throughout.

    Raises:
        ValueError: an argument is empty, unknown or given twice; the message names it.
    """

    name: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    title: str = ""

    def __post_init__(self) -> None:
        """Refuse a spec that could not run, while the DAG file is parsed."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name: expected letters, digits, '_', '-' or '.', got {self.name!r}")
        _check("keys", self.keys, KEYS)
        _check("fields", self.fields, FIELDS)

    def named(self, name: str, title: str = "") -> ReconciliationSpec:
        """The same comparison under another name."""
        return replace(self, name=name, title=title)

    def matched_by(self, *keys: str) -> ReconciliationSpec:
        """The same comparison with another cascade of keys, in the order given."""
        return replace(self, keys=keys)

    def comparing(self, *names: str) -> ReconciliationSpec:
        """The same comparison with these fields added."""
        return replace(self, fields=self.fields + names)

    def without(self, *names: str) -> ReconciliationSpec:
        """The same comparison with these fields left out.

        Raises:
            ValueError: a field that is not compared anyway is named.
        """
        _check("without", names, self.fields)
        return replace(self, fields=tuple(name for name in self.fields if name not in names))


def _check(argument: str, given: tuple[str, ...], known: Iterable[str]) -> None:
    if not isinstance(given, tuple) or not given:
        raise ValueError(f"{argument}: expected a tuple with at least one of {', '.join(known)}; got {given!r}")
    known = tuple(known)
    for name in given:
        if name not in known:
            raise ValueError(f"{argument}: {name!r} is unknown; known are {', '.join(known)}")
        if given.count(name) > 1:
            raise ValueError(f"{argument}: {name!r} is given twice")


CUSTOMERS = ReconciliationSpec(
    name="customers",
    title="Customers",
    keys=KEYS,
    fields=(
        "name",
        "org_number",
        "vat_number",
        "email",
        "invoice_email",
        "phone",
        "street",
        "postal_code",
        "city",
        "country",
        "currency",
        "status",
    ),
)
"""Customers by number, organisation number, VAT number and e-mail.

``language`` and ``payment_terms`` are left out, because their codes are each
system's own; ``CUSTOMERS.comparing("language")`` adds one.
"""
