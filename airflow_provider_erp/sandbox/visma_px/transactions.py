"""Project transactions of Visma PX: hours and expenses on projects, without a customer and without a change stamp.

Source: visma-px-trans document. The meanings of the codes are not public: the
values here are constants that mean nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

from airflow_provider_erp.sandbox.world.identifiers import project_number
from airflow_provider_erp.sandbox.world.stamps import HELSINKI, NOW, with_seven_digits

_ROLES = (
    ("Consultant", Decimal("95.0")),
    ("Senior consultant", Decimal("125.0")),
    ("Project manager", Decimal("140.0")),
)


def transactions(customer_numbers: Iterable[str]) -> Iterator[tuple[dict[str, Any], str, bool]]:
    """Two transactions for each customer's project, each with its hidden change stamp and "project is active"."""
    rng = Random("visma px transactions")  # noqa: S311 - invented hours, not secrets
    for place, number in enumerate(sorted(customer_numbers)):
        active = rng.random() < 0.9
        for part in range(2):
            age = dt.timedelta(microseconds=rng.randrange(3_600_000_000, 200 * 86_400_000_000))
            row = _row(1 + 2 * place + part, project_number(number), NOW - age, rng)
            yield row, with_seven_digits(NOW - age, rng.randrange(10)), active


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
