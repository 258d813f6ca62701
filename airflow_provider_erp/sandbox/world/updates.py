"""What truly changes about a customer from one day to the next: it moves, is renamed, gets another phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from airflow_provider_erp.sandbox.world.identifiers import Identifiers
from airflow_provider_erp.sandbox.world.population import Customer
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_NEXT_STATUS = {"active": "blocked", "blocked": "closed", "closed": "active"}
_GROUP = " Group "


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an update may need beside the customer: the day, and where new identifiers and chance come from."""

    day: int
    identifiers: Identifiers
    rng: Random


def update(customer: Customer, name: str, circumstances: Circumstances) -> dict[str, Any]:
    """The customer's fields that change with the named canonical field, with their new values.

    Matching keys stay unique: no two customers ever get the same e-mail address.
    """
    return _UPDATES[name](customer, circumstances)


def _name(customer: Customer, circumstances: Circumstances) -> dict[str, Any]:
    """A person takes or drops a second surname; a company joins or leaves its group."""
    if not customer.is_person:
        if _GROUP in customer.name:
            return {"name": customer.name.replace(_GROUP, " ")}
        return {"name": _GROUP.join(customer.name.rsplit(" ", 1))}
    single, _, second = customer.name.partition("-")
    other = circumstances.rng.choice(COUNTRIES[customer.country].last_names)
    return {"name": single if second else f"{single}-{other}"}


def _redirected(address: str, day: int) -> str:
    """An address that only this day gives; the mark of an earlier day is dropped."""
    _, _, plain = address.rpartition("+")
    return f"day{day}+{plain}"


def _email(customer: Customer, circumstances: Circumstances) -> dict[str, Any]:
    return {"email": _redirected(customer.email, circumstances.day)}


def _invoice_email(customer: Customer, circumstances: Circumstances) -> dict[str, Any]:
    return {"invoice_email": _redirected(customer.invoice_email, circumstances.day)}


def _phone(customer: Customer, circumstances: Circumstances) -> dict[str, Any]:
    return {"phone": circumstances.identifiers.phone(customer.country)}


def _street(customer: Customer, _circumstances: Circumstances) -> dict[str, Any]:
    return {"house_number": str(int(customer.house_number) + 2)}


def _postal_code(customer: Customer, _circumstances: Circumstances) -> dict[str, Any]:
    last = int(customer.postal_code[-1])
    return {"postal_code": f"{customer.postal_code[:-1]}{(last + 1) % 10}"}


def _city(customer: Customer, circumstances: Circumstances) -> dict[str, Any]:
    others = [city for city, _ in COUNTRIES[customer.country].places if city != customer.city]
    return {"city": circumstances.rng.choice(others)}


def _currency(customer: Customer, _circumstances: Circumstances) -> dict[str, Any]:
    return {"currency": "USD" if customer.currency != "USD" else COUNTRIES[customer.country].currency}


def _status(customer: Customer, _circumstances: Circumstances) -> dict[str, Any]:
    return {"status": _NEXT_STATUS[customer.status]}


_UPDATES: dict[str, Callable[[Customer, Circumstances], dict[str, Any]]] = {
    "name": _name,
    "email": _email,
    "invoice_email": _invoice_email,
    "phone": _phone,
    "street": _street,
    "postal_code": _postal_code,
    "city": _city,
    "currency": _currency,
    "status": _status,
}
FIELDS = tuple(_UPDATES)
