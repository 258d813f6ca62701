"""Project transactions of Visma PX: hours and expenses on projects, without a customer and without a change stamp.

Source: visma-px-trans document. The meanings of the codes are not public: the
values here are constants that mean nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from airflow_provider_erp.sandbox.world.books import Book
from airflow_provider_erp.sandbox.world.identifiers import project_number
from airflow_provider_erp.sandbox.world.stamps import HELSINKI, NOW, now, with_seven_digits

_ROLES = (
    ("Consultant", Decimal("95.0")),
    ("Senior consultant", Decimal("125.0")),
    ("Project manager", Decimal("140.0")),
)
_CUSTOMERS_PER_EVENT = 50


@dataclass(frozen=True, slots=True)
class Posted:
    """One transaction, its change stamp, which is never shown, and whether its project is active."""

    row: dict[str, Any]
    stamp: str
    active: bool


def first_transactions(customer_numbers: Iterable[str]) -> Book[Posted]:
    """Two transactions for each customer's project."""
    rng = Random("visma px transactions")  # noqa: S311 - invented hours, not secrets
    posted: dict[str, Posted] = {}
    for place, number in enumerate(sorted(customer_numbers)):
        active = rng.random() < 0.9
        for part in range(2):
            age = dt.timedelta(microseconds=rng.randrange(3_600_000_000, 200 * 86_400_000_000))
            serial = 1 + 2 * place + part
            row = _row(serial, project_number(number), NOW - age, rng)
            posted[str(serial)] = Posted(row, with_seven_digits(NOW - age, rng.randrange(10)), active)
    return Book(posted)


def next_transactions(before: Book[Posted], customer_numbers: Sequence[str]) -> Book[Posted]:
    """The next day's: some hours are corrected, one transaction is deleted, some are new.

    The newest transaction is never deleted, so that no number is given twice.
    """
    day = before.day + 1
    rng = Random(f"visma px transactions of day {day}")  # noqa: S311 - invented hours, not secrets
    posted, many = dict(before.things), 1 + len(customer_numbers) // _CUSTOMERS_PER_EVENT
    active = {each.row["Project"]: each.active for each in posted.values()}
    changeable = sorted(posted, key=int)[:-1]
    drawn = rng.sample(changeable, min(1 + many, len(changeable)))
    for key in drawn[:1]:
        del posted[key]
    for key in drawn[1:]:
        posted[key] = replace(posted[key], row=posted[key].row | _corrected(day, rng), stamp=_stamp(day, rng))
    worked_for = [*customer_numbers[-1:], *rng.sample(customer_numbers, min(many, len(customer_numbers)))]
    for serial, number in enumerate(worked_for, _next_serial(before.things)):
        row = _row(serial, project_number(number), now(day), rng)
        posted[str(serial)] = Posted(row, _stamp(day, rng), active.get(row["Project"], True))
    return before.turned(posted)


def _next_serial(posted: Mapping[str, Posted]) -> int:
    return 1 + max(map(int, posted), default=0)


def _corrected(day: int, rng: Random) -> dict[str, Any]:
    return _money(rng) | {"Textreported": f"Corrected on day {day}"}


def _stamp(day: int, rng: Random) -> str:
    age = dt.timedelta(microseconds=rng.randrange(3_600_000_000, 20 * 3_600_000_000))
    return with_seven_digits(now(day) - age, rng.randrange(10))


def _row(transaction_number: int, project: int, changed: dt.datetime, rng: Random) -> dict[str, Any]:
    day = changed.astimezone(HELSINKI).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "Transno": transaction_number,
        "Transtype": 1,
        "Transexists": 1,
        "Projectclasstype": 1,
        "Project": str(project),
        "Activity": "100",
        "Task": "",
        "Employeeid": str(rng.randrange(101, 140)),
        "Employmenttype": rng.choice((1, None)),
        "Timeaccperiod": f"{day:%Y%m}",
        "Intenddate": with_seven_digits(day, 0),
        "Timecode": "N",
        "Expensecode": "",
        "Articlecode": "",
        "Profitlossid": None,
        "Textreported": "Work on site",
        "Namereported": None,
        **_money(rng),
        "Pricesetmanually": 0,
        "Nodeb": 0,
        **_accounts(),
        "Invoiced": rng.choice((0, 1, None)),
        "Postedinaccounting": rng.choice((0, 1, None)),
    }


def _money(rng: Random) -> dict[str, Any]:
    """Hours in quarters; the price is the line's total, the cost six tenths of it."""
    role, price_each = rng.choice(_ROLES)
    hours = (Decimal(rng.randrange(1, 33)) / 4).quantize(Decimal("0.01"))
    price = price_each * hours
    return {
        "Role": role,
        "Hoursreported": hours,
        "Cost": price * Decimal("0.6"),
        "Numbertoinvoice": hours,
        "Invoiceunit": "h",
        "Pricelocalcurrency": rng.choice((price, None)),
        "Projectcurrency": "EUR",
        "Exchangerate": rng.choice((Decimal("1.0"), None)),
        "Price": price,
        "Priceeach": price_each,
        "Internalprice": Decimal("0.0"),
    }


def _accounts() -> dict[str, Any]:
    """Cost centre, company and the numbered objects of the project and of the employee; the gaps are the document's."""
    names = ("Costcenter", "Companycode", "Object2", "Object6", "Object7", "Object8")
    values = ("100", "01", "", "", None, None)
    return {
        f"{name}{side}": value for side in ("project", "employee") for name, value in zip(names, values, strict=True)
    }
