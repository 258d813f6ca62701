"""What a comparison finds: breaks with a lasting identity, and the counts about them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from airflow_provider_erp.reconciliation.verdict import agreement, details, emptiness, sentence
from airflow_provider_erp.reconciliation.words import kind_words

KINDS = ("missing_in_target", "missing_in_source", "duplicate_in_source", "duplicate_in_target", "field_differs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One disagreement of the two systems.

    ``break_id`` lasts from run to run: it is made of the spec's name, the
    kind, the ids and the field, never of the values. ``customer`` is the number
    that people know the customer by, ``name`` its name in the source, or in
    the target where the source has none. ``members`` are all ids of a group of
    duplicates, ``matched_by`` is the key by which the pair matched, the values
    are what the systems wrote in the field that differs.
    """

    break_id: str
    kind: str
    customer: str
    name: str = dataclasses.field(default="", repr=False)
    field: str | None = None
    source_id: str | None = None
    target_id: str | None = None
    members: tuple[str, ...] = ()
    matched_by: str | None = None
    source_value: str | None = dataclasses.field(default=None, repr=False)
    target_value: str | None = dataclasses.field(default=None, repr=False)

    @property
    def sort_key(self) -> tuple[int, int, str, str, str, str]:
        """By kind, then by customer number (a shorter one first: 99 before 100), then by ids and field."""
        ids = (self.source_id or "", self.target_id or "")
        return KINDS.index(self.kind), len(self.customer), self.customer, *ids, self.field or ""


def break_identity(spec: str, kind: str, source_id: str | None, target_id: str | None, field_name: str | None) -> str:
    """A digest of 32 hexadecimal digits."""
    parts = msgspec.json.encode((spec, kind, source_id, target_id, field_name))
    return hashlib.sha256(parts).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The result of one comparison.

    ``source_customers`` and ``target_customers`` count records, duplicates
    included. ``matched_by_key`` says how many customers matched by each key of
    the spec, in its order. ``remarks`` say what limits the result.
    """

    spec: str
    title: str
    source_title: str
    target_title: str
    source_batch: str
    target_batch: str
    source_customers: int
    target_customers: int
    matched_by_key: Mapping[str, int]
    breaks: tuple[Break, ...] = dataclasses.field(repr=False)
    as_of: dt.datetime | None = None
    source_read_at: dt.datetime | None = None
    target_read_at: dt.datetime | None = None
    remarks: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Breaks of each kind, also of those that did not occur."""
        found = Counter(found.kind for found in self.breaks)
        return {kind: found[kind] for kind in KINDS}

    @property
    def matched(self) -> int:
        """How many customers both systems hold."""
        return sum(self.matched_by_key.values())

    @property
    def differing(self) -> int:
        """How many matched customers differ in at least one field."""
        return len({found.source_id for found in self.breaks if found.kind == "field_differs"})

    @property
    def customers(self) -> int:
        """Distinct customers in the two systems together; a group of duplicates is one."""
        counts = self.counts
        return self.matched + counts["missing_in_source"] + counts["missing_in_target"]

    @property
    def agreeing(self) -> int:
        """Customers that both systems hold, equal in every compared field."""
        return self.matched - self.differing

    @property
    def kinds(self) -> dict[str, str]:
        """Each kind of break in words, with the systems' own titles."""
        return kind_words(self.source_title, self.target_title)

    @property
    def verdict(self) -> str:
        """One sentence for a controller."""
        titles = (self.source_title, self.target_title)
        held = (self.source_customers, self.target_customers)
        empty = [title for title, customers in zip(titles, held, strict=True) if not customers]
        opening = emptiness(empty) if empty else agreement(titles, self.agreeing, self.customers)
        return sentence(opening, list(details(self.kinds, self.counts, self.differing)))
