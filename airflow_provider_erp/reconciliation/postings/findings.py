"""What the SQL text yields, as breaks with a lasting identity, and how many lines found a partner."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from airflow_provider_erp.reconciliation.postings.spec import KINDS, PostingSpec
from airflow_provider_erp.reconciliation.result import Break

MATCHED_BY = {
    "agrees": "project, period and currency",
    "agrees_by_line": "project, period and currency",
    "agrees_in_time": "project and currency",
    "agrees_in_local": "project and period",
    "wrong_period": "project and currency",
    "currency_differs": "project and period",
    "rate_differs": "project and period",
    "not_invoiced": "project, period and currency",
    "invoiced_not_posted": "project, period and currency",
    "amount_differs": "project, period and currency",
}
"""What a sum (or a line of one) and its partner have in common, by what became of them."""

_FIELDS = {
    "amount_differs": "amount",
    "wrong_period": "period",
    "currency_differs": "currency",
    "rate_differs": "exchange_rate",
    "held_back": "invoiced_code",
}

WITHOUT_SUBJECT = "(none)"
"""Stands for the project, or the customer, in the key of an invoice that has none."""

_TOLD = {*KINDS, "held_back"}
"""Findings that are part of a break."""

_ONE_SIDED = ("held_back", "duplicate_posting", "orphan_invoice")
"""Findings that only one side has a value for."""


class Finding(NamedTuple):
    """One row of the answer; ``other`` is the target's period or currency where that differs, ``likeness`` a copy's."""

    kind: str
    subject: str
    period: str
    currency: str
    other: str | None
    source_id: str | None
    target_id: str | None
    member_id: str | None
    likeness: str | None
    source_amount: Decimal
    target_amount: Decimal
    at_risk: Decimal
    source_matched: int
    target_matched: int
    tally: int


@dataclass(slots=True)
class Matched:
    """How many sums have a partner, by what became of them, how many lines are in those, and which a break names."""

    sums: Counter[str] = field(default_factory=Counter)
    named: set[tuple[str, str, str]] = field(default_factory=set)
    source: int = 0
    target: int = 0

    def add(self, found: Finding) -> None:
        """Takes a finding; other engines may count in decimals."""
        self.sums[found.kind] += int(found.tally)
        self.source += int(found.source_matched)
        self.target += int(found.target_matched)
        if found.kind in _TOLD:
            self.named.update(_sums_of(found))

    @property
    def agreeing(self) -> int:
        """Sums that agree with their partner."""
        return sum(count for kind, count in self.sums.items() if kind.startswith("agrees"))


def lasting_id(*parts: object) -> str:
    """32 hexadecimal digits that are the same for the same parts on every day and machine."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:32]


def breaks_of(spec: PostingSpec, findings: Iterable[Finding], matched: Matched) -> Iterator[Break]:
    """The breaks in any order; ``matched`` is filled on the way."""
    members: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for found in findings:
        matched.add(found)
        if found.kind not in _TOLD:
            continue
        if found.member_id:
            members[found.kind, *_key(found)].append(found)
        else:
            yield _break(spec, found, ())
    for each in members.values():
        yield _together(spec, each)


def _key(found: Finding) -> tuple[str, ...]:
    """What a break is known by on every day: of a sum what is summed, of copies what is alike, else its record.

    Never the lines of a sum: which of them explains a difference changes as others come and go. Copies may lie in
    different sums when the spec compares little of them: then they are one break all the same.
    """
    if found.likeness:
        return ("source" if found.source_id else "target", found.likeness)
    if found.kind == "orphan_invoice":
        return (found.target_id or "",)
    return (found.subject, found.period, found.currency, *([found.other] if found.other else []))


def _sums_of(found: Finding) -> Iterator[tuple[str, str, str]]:
    """The sum of a finding, and that of its partner in another period or currency."""
    yield found.subject, found.period, found.currency
    if found.kind == "wrong_period":
        yield found.subject, found.other or "", found.currency
    elif found.other:
        yield found.subject, found.period, found.other


def _together(spec: PostingSpec, found: list[Finding]) -> Break:
    """One break of all members: copies of one posting, or lines of one sum with the same fate.

    Copies may lie in different sums: the break is shown with the first of these, whatever the ids.
    """
    if len(found) == 1 and found[0].other:
        return _break(spec, found[0], ())
    found = sorted(found, key=lambda each: (each.subject, each.period, each.currency))
    copies = found[0].likeness is not None
    whole = found[0]._replace(
        source_id=found[0].source_id if copies else None,
        target_id=found[0].target_id if copies else None,
        source_amount=sum((each.source_amount for each in found), Decimal(0)),
        target_amount=sum((each.target_amount for each in found), Decimal(0)),
        at_risk=sum((each.at_risk for each in found), Decimal(0)),
    )
    return _break(spec, whole, tuple(sorted(each.member_id or "" for each in found)))


def _break(spec: PostingSpec, found: Finding, members: tuple[str, ...]) -> Break:
    kind = "not_invoiced" if found.kind == "held_back" else found.kind
    name = _FIELDS.get(found.kind)
    source_value, target_value, currency = _values(found, kind)
    return Break(
        break_id=lasting_id(spec.name, kind, _key(found), name),
        kind=kind,
        field=name,
        key=f"{found.subject or WITHOUT_SUBJECT} {found.period} {found.currency}",
        source_id=found.source_id,
        target_id=found.target_id,
        members=members,
        source_value=source_value,
        target_value=target_value,
        digest=lasting_id(source_value, target_value, members),
        amount=found.at_risk,
        currency=currency,
        severity=spec.severities.get(kind, "medium"),
    )


def _values(found: Finding, kind: str) -> tuple[str | None, str | None, str]:
    """What each side says, and the currency that is at risk."""
    source, target, currency = _written(found.source_amount), _written(found.target_amount), found.currency
    if kind == "wrong_period":
        return f"{source} {currency} in {found.period}", f"{target} {currency} in {found.other}", currency
    if kind == "rate_differs":
        return f"{source} {found.other}", f"{target} {found.other}", found.other or ""
    if found.kind in _ONE_SIDED:
        return (None, f"{target} {currency}", currency) if found.target_id else (f"{source} {currency}", None, currency)
    return f"{source} {currency}", f"{target} {found.other or currency}", currency


def _written(amount: Decimal) -> str:
    """The amount with its cents, and more decimals only where it has them."""
    short = f"{amount:.2f}"
    return short if Decimal(short) == amount else f"{amount.normalize():f}"
