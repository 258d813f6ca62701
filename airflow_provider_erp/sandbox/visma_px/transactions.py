"""Project transactions of Visma PX: hours and expenses on projects, without a customer and without a change stamp.

Those of type 1 are inside hours, which nobody invoices; those of type 2 are the
work on projects that Lemonsoft's invoices are compared with, unless they do not
exist (0). Source: visma-px-trans document. The meanings of the codes are not
public: those of the sandbox are its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from airflow_provider_erp.sandbox.world.bookings import LOCAL_RATE, PRICE_EACH, WORK_TYPE, Work
from airflow_provider_erp.sandbox.world.books import Book
from airflow_provider_erp.sandbox.world.identifiers import project_number
from airflow_provider_erp.sandbox.world.postings import FIRST_ID, Postings
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


def first_transactions(customer_numbers: Iterable[str], postings: Postings) -> Book[Posted]:
    """Two inside hours for each customer's project, and the work that is planted."""
    rng = Random("visma px transactions")  # noqa: S311 - invented hours, not secrets
    posted: dict[str, Posted] = {}
    for place, number in enumerate(sorted(customer_numbers)):
        active = rng.random() < 0.9
        for part in range(2):
            age = dt.timedelta(microseconds=rng.randrange(3_600_000_000, 200 * 86_400_000_000))
            serial = 1 + 2 * place + part
            row = _row(serial, project_number(number), NOW - age, rng)
            posted[str(serial)] = Posted(row, with_seven_digits(NOW - age, rng.randrange(10)), active)
    return Book(posted | _planted(postings))


def next_transactions(before: Book[Posted], customer_numbers: Sequence[str], postings: Postings) -> Book[Posted]:
    """The next day's: some hours are corrected, one transaction is deleted, some are new.

    The newest transaction is never deleted, so that no number is given twice.
    """
    day = before.day + 1
    rng = Random(f"visma px transactions of day {day}")  # noqa: S311 - invented hours, not secrets
    posted = {key: each for key, each in before.things.items() if int(key) < FIRST_ID}
    many, next_serial = 1 + len(customer_numbers) // _CUSTOMERS_PER_EVENT, 1 + max(map(int, posted), default=0)
    active = {each.row["Project"]: each.active for each in posted.values()}
    changeable = sorted(posted, key=int)[:-1]
    drawn = rng.sample(changeable, min(1 + many, len(changeable)))
    for key in drawn[:1]:
        del posted[key]
    for key in drawn[1:]:
        posted[key] = replace(posted[key], row=posted[key].row | _corrected(day, rng), stamp=_stamp(day, rng))
    worked_for = [*customer_numbers[-1:], *rng.sample(customer_numbers, min(many, len(customer_numbers)))]
    for serial, number in enumerate(worked_for, next_serial):
        row = _row(serial, project_number(number), now(day), rng)
        posted[str(serial)] = Posted(row, _stamp(day, rng), active.get(row["Project"], True))
    return before.turned(posted | _planted(postings))


def _planted(postings: Postings) -> dict[str, Posted]:
    return {str(work.serial): Posted(_work_row(work), _work_stamp(work), active=True) for work in postings.works()}


def _work_row(work: Work) -> dict[str, Any]:
    rng = Random(f"{work.project} {work.line}")  # noqa: S311 - invented hours, not secrets
    local = {"Pricelocalcurrency": work.price_local, "Projectcurrency": work.currency}
    return {
        **_row(work.serial, work.project, dt.datetime.combine(work.date, dt.time(), HELSINKI), rng),
        **local,
        "Transtype": WORK_TYPE,
        "Transexists": int(not work.is_void),
        "Exchangerate": Decimal("1.0") if work.currency == "EUR" else LOCAL_RATE,
        "Role": "Consultant",
        "Hoursreported": work.hours,
        "Numbertoinvoice": work.hours,
        "Price": work.price,
        "Priceeach": PRICE_EACH,
        "Cost": work.price * Decimal("0.6"),
        "Invoiced": 1,
        "Postedinaccounting": 1,
    }


def _work_stamp(work: Work) -> str:
    rng = Random(f"{work.serial} on day {work.changed_on}")  # noqa: S311 - invented hours, not secrets
    return _stamp(work.changed_on, rng)


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
