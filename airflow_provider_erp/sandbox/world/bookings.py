"""The work on one project and its invoice, and the ways in which the two can be made to disagree.

Each way takes work and an invoice that agree, and answers what the systems
hold instead, with the break that a comparison must find.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

PRICE_EACH = Decimal("95.0")
LOCAL_RATE = Decimal("0.08")
WORK_TYPE = 2
"""Visma PX's type of a transaction that is work for a customer. Here only: the real codes are not public."""

_SURCHARGE = Decimal("7.77")  # no line is worth it: lines are quarters of hours
_CREDIT = Decimal("50.00")


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction; ``line`` is the same for copies, ``changed_on`` the day of its last change."""

    serial: int
    project: int
    line: int
    date: dt.date
    hours: Decimal
    currency: str = "EUR"
    is_void: bool = False
    changed_on: int = 0

    @property
    def source_id(self) -> str:
        """What the transaction is known by."""
        return f"{WORK_TYPE}/{self.serial}"

    @property
    def price(self) -> Decimal:
        """The line's total."""
        return self.hours * PRICE_EACH

    @property
    def price_local(self) -> Decimal:
        """The line's total in euros."""
        return self.price if self.currency == "EUR" else self.price * LOCAL_RATE


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice, or a credit note without a minus; ``changed_on`` is the day of its last change."""

    invoice_id: int
    project: int
    date: dt.date
    total: Decimal
    currency: str = "EUR"
    is_credit: bool = False
    changed_on: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingBreak:
    """One planted disagreement; ``key`` is project, month and the work's currency, ``amount`` what is at risk."""

    kind: str
    key: str
    source_id: str | None = None
    target_id: str | None = None
    members: tuple[str, ...] = ()
    amount: str
    currency: str = "EUR"

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return asdict(self) | {"members": list(self.members)}


@dataclass(frozen=True, slots=True)
class Held:
    """What the two systems hold of one project, and the break in it, if any."""

    works: tuple[Work, ...]
    bills: tuple[Bill, ...]
    planted: PostingBreak | None = None


def disagreeing(way: str, works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    """What the systems hold of the work and its invoice, which agree; ``spare_id`` is for one record more."""
    return _WAYS[way](works, bill, spare_id)


def _break(kind: str, bill: Bill, amount: Decimal, **known: Any) -> PostingBreak:
    key = f"{bill.project} {bill.date:%Y-%m} {known.pop('of', 'EUR')}"
    return PostingBreak(kind=kind, key=key, amount=f"{amount:.6f}", **known)


def _agrees(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    return Held(works, (bill,))


def _agrees_within_a_cent(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    return Held(works, (replace(bill, total=bill.total + Decimal("0.01")),))


def _agrees_with_credit_note(works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    credit = replace(bill, invoice_id=spare_id, total=_CREDIT, is_credit=True)
    return Held(works, (replace(bill, total=bill.total + _CREDIT), credit))


def _agrees_but_for_void(works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    return Held((*works, replace(works[0], serial=spare_id, line=9, is_void=True)), (bill,))


def _agrees_in_local_currency(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    foreign = tuple(replace(each, currency="SEK") for each in works)
    return Held(foreign, (replace(bill, total=bill.total * LOCAL_RATE),))


def _not_invoiced(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    return Held(works, (), _break("not_invoiced", bill, bill.total))


def _line_not_invoiced(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    line = works[-1]
    planted = _break("not_invoiced", bill, line.price, source_id=line.source_id)
    return Held(works, (replace(bill, total=bill.total - line.price),), planted)


def _invoiced_not_posted(works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    """Another invoice, of the month after."""
    more = replace(bill, invoice_id=spare_id, date=_next_month(bill.date), total=_SURCHARGE)
    return Held(works, (bill, more), _break("invoiced_not_posted", more, _SURCHARGE))


def _amount_differs(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    dearer = replace(bill, total=bill.total + _SURCHARGE)
    return Held(works, (dearer,), _break("amount_differs", bill, _SURCHARGE))


def _currency_differs(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    return Held(works, (replace(bill, currency="NOK"),), _break("currency_differs", bill, bill.total))


def _rate_differs(works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    held = _agrees_in_local_currency(works, bill, spare_id)
    dearer = replace(held.bills[0], total=held.bills[0].total + _SURCHARGE)
    return replace(held, bills=(dearer,), planted=_break("rate_differs", bill, _SURCHARGE, of="SEK"))


def _wrong_period(works: tuple[Work, ...], bill: Bill, _: int) -> Held:
    late = replace(bill, date=_next_month(bill.date))
    return Held(works, (late,), _break("wrong_period", bill, bill.total))


def _duplicate_posting(works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    copy = replace(works[-1], serial=spare_id)
    ids = (works[-1].source_id, copy.source_id)
    planted = _break("duplicate_posting", bill, copy.price, source_id=min(ids), members=tuple(sorted(ids)))
    return Held((*works, copy), (bill,), planted)


def _duplicate_invoice(works: tuple[Work, ...], bill: Bill, spare_id: int) -> Held:
    ids = (str(bill.invoice_id), str(spare_id))
    planted = _break("duplicate_posting", bill, bill.total, target_id=min(ids), members=tuple(sorted(ids)))
    return Held(works, (bill, replace(bill, invoice_id=spare_id)), planted)


def _orphan_invoice(_: tuple[Work, ...], bill: Bill, __: int) -> Held:
    return Held((), (bill,), _break("orphan_invoice", bill, bill.total, target_id=str(bill.invoice_id)))


def _next_month(date: dt.date) -> dt.date:
    return (date.replace(day=1) + dt.timedelta(days=40)).replace(day=20)


_WAYS: dict[str, Callable[[tuple[Work, ...], Bill, int], Held]] = {
    "agrees": _agrees,
    "agrees_within_a_cent": _agrees_within_a_cent,
    "agrees_with_credit_note": _agrees_with_credit_note,
    "agrees_but_for_void": _agrees_but_for_void,
    "agrees_in_local_currency": _agrees_in_local_currency,
    "not_invoiced": _not_invoiced,
    "line_not_invoiced": _line_not_invoiced,
    "invoiced_not_posted": _invoiced_not_posted,
    "amount_differs": _amount_differs,
    "currency_differs": _currency_differs,
    "rate_differs": _rate_differs,
    "wrong_period": _wrong_period,
    "duplicate_posting": _duplicate_posting,
    "duplicate_invoice": _duplicate_invoice,
    "orphan_invoice": _orphan_invoice,
}
WAYS = tuple(_WAYS)
"""All ways; those that are no disagreement begin with ``agrees``."""
