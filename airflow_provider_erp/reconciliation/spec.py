"""What is reconciled: by which keys customers match, which fields are compared, and what a break means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from airflow_provider_erp.normalise.fields import BY_NAME
from airflow_provider_erp.reconciliation.checks import (
    MOST_DAYS,
    check_choice,
    check_flag,
    check_heading,
    check_known,
    check_number,
    check_whole,
    keep_tuple,
)
from airflow_provider_erp.reconciliation.rules import Accepted, Field, KindRule, Threshold
from airflow_provider_erp.records import Customer

KEYS = ("number", "org_number", "vat_number", "email")
"""Every key that customers can match by; ``org_number`` counts within its register: of the country that it bears,
else of the record's."""

FIELDS = tuple(f.name for f in fields(Customer) if f.name not in {"source_id", "modified_at", "version"})
"""Every field that can be compared."""

KINDS: Mapping[str, str] = {
    "missing_in_target": "missing in {target}",
    "missing_in_source": "missing in {source}",
    "status_conflict": "active in one system and closed or blocked in the other",
    "field_differs": "field differs",
    "key_changed": "matched by a later key only",
    "stale": "stale",
    "invalid_identifier": "held with an invalid identifier",
    "ambiguous": "ambiguous",
    "duplicate_in_source": "held more than once in {source}",
    "duplicate_in_target": "held more than once in {target}",
}
"""All kinds of break, in the order in which people read them, with their words."""

SharedEmail = Literal["similarity", "ambiguous"]
SIMILARITY = "similarity"
"""How a pair is said to match that no key matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationSpec:
    """One comparison of two systems' customers.

    Whatever the keys, records of one side that share a number, an organisation
    number (within its register) or a VAT number are duplicates of each other and
    match as one customer; so does, by similarity, a copy that shares none of
    them. Placeholders and words for nothing are no keys: a number of zeros only,
    an organisation or VAT number without a digit or with the same one
    throughout, ``n/a``, an e-mail address without an ``@``.

    No key chooses among several. A customer whom one key pairs with two others
    is ambiguous; what an earlier key pairs no later one parts, and the numbers
    that differ are told. Who shares an e-mail address with several of the other
    side (the mailbox of a group of companies, an accountant's) is ambiguous,
    unless similarity finds that those of a side are one customer held several
    times. With ``shared_email="similarity"`` it also pairs who is clearly alike,
    and an address that more than five of a side carry says nothing. An e-mail
    address that one customer a side carries pairs them even if their numbers
    differ, which is told as a changed key: leave ``email`` out of the keys to
    have such pairs suggested.
    Valid organisation numbers of one country that are not the same keep similar
    customers apart; so do numbered addresses (``anna.1@host.fi``, ``anna.2@host.fi``)
    of different streets.

    Attributes:
        name: part of each break's lasting identity: another name starts the history anew.
        keys: tried in their order, each on what the earlier ones left unmatched.
        fields: what is compared; a name stands for a ``Field`` that is compared exactly after normalising.
        title: what people read.
        kinds: severity and money at risk of breaks that are not about a field, by kind.
        stale_after_days: of two records that differ the one that was modified so much earlier is stale;
            None does not look. Both systems must tell when a record was modified, and in which zone.
        check_identifiers: report organisation and VAT numbers that cannot be right.
        shared_email: what tells customers apart who share an e-mail address: only a person (``ambiguous``), or
            ``similarity``.
        similar: match what no key matches by similarity, and suggest what may match.
        apply_at: from which probability on similar customers match.
        suggest_at: from which probability on they are suggested to a person.
        thresholds: how many breaks are warned of, or fail the task.
        accepted: differences that people live with until a day.
        zone: the time zone whose calendar days breaks are counted in.

    Raises:
        ValueError: an argument is empty, unknown or given twice; the message names it.
    """

    name: str
    keys: tuple[str, ...]
    fields: tuple[Field | str, ...]
    title: str = ""
    kinds: tuple[KindRule, ...] = ()
    stale_after_days: int | None = None
    check_identifiers: bool = True
    shared_email: SharedEmail = "ambiguous"
    similar: bool = True
    apply_at: float = 0.8
    suggest_at: float = 0.2
    thresholds: tuple[Threshold, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse a spec that could not run, while the DAG file is parsed."""
        check_heading(self.name, self.title, self.zone)
        for argument, expected in _TUPLES.items():
            keep_tuple(self, argument, expected)
        _check("keys", self.keys, KEYS)
        _check("fields", self.field_names, FIELDS)
        _check("kinds", tuple(rule.kind for rule in self.kinds), KINDS, empty=True)
        check_known("thresholds", (each.kind for each in self.thresholds), ("*", *KINDS))
        check_known("normaliser", (rule.normaliser for rule in self.rules if rule.normaliser), BY_NAME)
        if self.stale_after_days is not None:
            check_whole("stale_after_days", self.stale_after_days, MOST_DAYS)
        check_flag("check_identifiers", self.check_identifiers)
        check_choice("shared_email", self.shared_email, get_args(SharedEmail))
        check_flag("similar", self.similar)
        self._check_probabilities()
        _check_status(self.rules)
        _check_overriding(self.kinds, self.rules)

    def _check_probabilities(self) -> None:
        for argument in ("suggest_at", "apply_at"):
            check_number(argument, getattr(self, argument), "a number between 0.0 and 1.0")
        if not 0 < self.suggest_at <= self.apply_at < 1:
            raise ValueError(
                f"suggest_at, apply_at: expected 0 < suggest_at <= apply_at < 1, got {self.suggest_at}, {self.apply_at}"
            )

    @property
    def rules(self) -> tuple[Field, ...]:
        """Every compared field with its rules."""
        return tuple(Field(name=each) if isinstance(each, str) else each for each in self.fields)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of the compared fields."""
        return tuple(each if isinstance(each, str) else each.name for each in self.fields)

    def named(self, name: str, title: str = "") -> ReconciliationSpec:
        """The same comparison under another name."""
        return replace(self, name=name, title=title)

    def matched_by(self, *keys: str) -> ReconciliationSpec:
        """The same comparison with another cascade of keys, in the order given."""
        return replace(self, keys=keys)

    def comparing(self, *given: Field | str) -> ReconciliationSpec:
        """The same comparison with these fields added, or with these rules for fields that it compares already."""
        rules = {each.name: each for each in given if isinstance(each, Field)}
        kept = tuple(rules.pop(name, old) for name, old in zip(self.field_names, self.fields, strict=True))
        added = tuple(each for each in given if isinstance(each, str) or each.name in rules)
        return replace(self, fields=kept + added)

    def without(self, *names: str) -> ReconciliationSpec:
        """The same comparison with these fields left out.

        Raises:
            ValueError: a field that is not compared anyway is named.
        """
        _check("without", names, self.field_names)
        pairs = zip(self.field_names, self.fields, strict=True)
        return replace(self, fields=tuple(each for name, each in pairs if name not in names))


_TUPLES = {"keys": str, "fields": Field | str, "kinds": KindRule, "thresholds": Threshold, "accepted": Accepted}


def _check(argument: str, given: tuple[str, ...], known: Iterable[str], *, empty: bool = False) -> None:
    known = tuple(known)
    if not (given or empty):
        raise ValueError(f"{argument}: expected a tuple with at least one of {', '.join(known)}; got {given!r}")
    check_known(argument, given, known)
    for name in given:
        if given.count(name) > 1:
            raise ValueError(f"{argument}: {name!r} is given twice")


def _check_status(rules: Iterable[Field]) -> None:
    """A status conflict is told by the words themselves, which only this normaliser leaves as they are."""
    for rule in rules:
        if rule.name == "status" and rule.normaliser not in ("", "text"):
            raise ValueError(
                f"normaliser: expected none or 'text' for status, got {rule.normaliser!r}; "
                "with another nobody is active in one system and closed in the other"
            )


def _check_overriding(kinds: Iterable[KindRule], rules: Iterable[Field]) -> None:
    """A rule of a kind would silently count instead of what a field says."""
    of_kind = {"field_differs": FIELDS, "status_conflict": ("status",)}
    for kind in (each.kind for each in kinds):
        said = [rule.name for rule in rules if rule.says_worth and rule.name in of_kind.get(kind, ())]
        if said:
            raise ValueError(
                f"kinds: expected no KindRule for {kind!r} beside fields with a severity or at_risk of their own "
                f"({', '.join(said)}), which it would override; leave out the one or the other"
            )


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

``language`` is left out, because not every system has one, and
``payment_terms``, because its codes are each system's own;
``CUSTOMERS.comparing("language")`` adds one.
"""
