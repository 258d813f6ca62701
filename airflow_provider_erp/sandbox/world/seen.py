"""A customer as a comparison sees it: what a system supplies of it, so written that equal values are equal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from airflow_provider_erp.sandbox.world.identifiers import is_valid_organisation
from airflow_provider_erp.sandbox.world.phones import international
from airflow_provider_erp.sandbox.world.planting import Entry

_PX_FIELDS = ("name", "org_number", "email", "phone", "country", "currency", "status")
_SEPARATORS = re.compile(r"[\s.-]")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One record; what its system does not supply is not among the fields, and ``modified`` is ``None``."""

    source_id: str
    number: str
    modified: dt.datetime | None
    fields: dict[str, str]

    @property
    def has_invalid_identifier(self) -> bool:
        """Whether the organisation number breaks the rule of its register."""
        org_number = self.fields.get("org_number", "")
        return bool(org_number) and not is_valid_organisation(self.fields["country"], org_number)

    def found_by(self) -> Iterator[Key]:
        """What finds the same customer elsewhere, the best first."""
        yield "number", self.number
        if self.fields.get("org_number"):
            yield "org_number", self.fields["country"], self.fields["org_number"]
        for name in ("vat_number", "email"):
            if self.fields.get(name):
                yield name, self.fields[name]


def seen(source_id: object, number: object, modified: dt.datetime | None, fields: dict[str, str | None]) -> Seen:
    """A record of these fields, of which ``country`` is a code; a field that is ``None`` is not supplied."""
    country = fields["country"] or ""
    rules: dict[str, Callable[[str], str]] = {
        "org_number": lambda text: _org_number(text, country),
        "vat_number": compact,
        "phone": lambda text: international(text, country),
        "country": str,
    }
    supplied = {name: rules.get(name, words)(text) for name, text in fields.items() if text is not None}
    return Seen(str(source_id), str(number), modified, supplied)


def seen_entry(entry: Entry, *, as_visma_px: bool) -> Seen:
    """A planted customer of Visma PX or of Fynn."""
    customer = entry.customer
    fields: dict[str, str | None] = {
        "name": customer.name,
        "org_number": customer.org_number,
        "vat_number": customer.vat_number,
        "email": customer.email,
        "invoice_email": customer.invoice_email,
        "phone": customer.phone,
        "street": street(f"{customer.street} {customer.house_number}", customer.addition),
        "postal_code": customer.postal_code,
        "city": customer.city,
        "country": customer.country,
        "currency": customer.currency,
        "status": customer.status,
    }
    if as_visma_px:
        fields = {name: fields[name] for name in _PX_FIELDS}
    return seen(entry.source_id, entry.number, customer.modified if as_visma_px else None, fields)


def street(*lines: str | None) -> str:
    """The lines of an address as one."""
    return ", ".join(filter(None, lines))


def compact(text: str) -> str:
    """An identifier without separators, in capitals."""
    return _SEPARATORS.sub("", text).upper()


def words(text: str) -> str:
    """A text in small letters, with single blanks."""
    return " ".join(text.split()).casefold()


def _org_number(text: str, country: str) -> str:
    """The organisation number, also out of a VAT number of the country, without separators."""
    plain = compact(text).removeprefix(country)
    if country == "NO":
        return plain.removesuffix("MVA")
    return plain[:10] if country == "SE" and len(plain) == 12 else plain
