"""One field of a customer made different, in a way that no fair comparison may overlook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from airflow_provider_erp.sandbox.world.identifiers import Identifiers
from airflow_provider_erp.sandbox.world.population import Customer
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_NEXT_STATUS = {"active": "blocked", "blocked": "closed", "closed": "active"}
_Change = Callable[[Customer, Identifiers, Random], Customer]


def changed(customer: Customer, name: str, identifiers: Identifiers, rng: Random) -> Customer:
    """The customer with the named canonical field different and all others as they were."""
    return _CHANGES[name](customer, identifiers, rng)


def mistyped(customer: Customer) -> Customer:
    """The customer with a typing error in the last digit of its organisation number, which is the check digit."""
    number = customer.org_number
    return replace(customer, org_number=f"{number[:-1]}{(int(number[-1]) + 1) % 10}", mistyped=True)


def _name(customer: Customer, _identifiers: Identifiers, rng: Random) -> Customer:
    """One letter of the first word is lost, as by a typing error."""
    first, _, rest = customer.name.partition(" ")
    place = rng.choice([place for place, letter in enumerate(first) if place and letter.isalpha()])
    return replace(customer, name=f"{first[:place]}{first[place + 1 :]} {rest}")


def _email(customer: Customer, _identifiers: Identifiers, _rng: Random) -> Customer:
    return replace(customer, email=f"old.{customer.email}")


def _invoice_email(customer: Customer, _identifiers: Identifiers, rng: Random) -> Customer:
    emptied = rng.random() < 0.3
    return replace(customer, invoice_email="" if emptied else f"old.{customer.invoice_email}")


def _phone(customer: Customer, identifiers: Identifiers, rng: Random) -> Customer:
    emptied = rng.random() < 0.3
    return replace(customer, phone="" if emptied else identifiers.phone(customer.country))


def _org_number(customer: Customer, identifiers: Identifiers, _rng: Random) -> Customer:
    return replace(customer, org_number=identifiers.organisation(customer.country))


def _vat_number(customer: Customer, identifiers: Identifiers, _rng: Random) -> Customer:
    """Another German VAT number: elsewhere it would change the organisation number too."""
    return replace(customer, vat_number=identifiers.german_vat())


def _street(customer: Customer, _identifiers: Identifiers, _rng: Random) -> Customer:
    return replace(customer, house_number=str(int(customer.house_number) + 100))


def _postal_code(customer: Customer, _identifiers: Identifiers, _rng: Random) -> Customer:
    last = int(customer.postal_code[-1])
    return replace(customer, postal_code=f"{customer.postal_code[:-1]}{(last + 3) % 10}")


def _city(customer: Customer, _identifiers: Identifiers, rng: Random) -> Customer:
    others = [city for city, _ in COUNTRIES[customer.country].places if city != customer.city]
    return replace(customer, city=rng.choice(others))


def _country(customer: Customer, _identifiers: Identifiers, rng: Random) -> Customer:
    return replace(customer, country=rng.choice([code for code in COUNTRIES if code != customer.country]))


def _currency(customer: Customer, _identifiers: Identifiers, _rng: Random) -> Customer:
    return replace(customer, currency="USD")


def _status(customer: Customer, _identifiers: Identifiers, _rng: Random) -> Customer:
    return replace(customer, status=_NEXT_STATUS[customer.status])


_CHANGES: dict[str, _Change] = {
    "name": _name,
    "email": _email,
    "invoice_email": _invoice_email,
    "phone": _phone,
    "org_number": _org_number,
    "vat_number": _vat_number,
    "street": _street,
    "postal_code": _postal_code,
    "city": _city,
    "country": _country,
    "currency": _currency,
    "status": _status,
}
