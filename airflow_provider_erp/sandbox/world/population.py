"""One population of invented customers, the same for the same seed, from which all four systems are filled."""

from __future__ import annotations

import datetime as dt
import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from airflow_provider_erp.sandbox.world.identifiers import Identifiers, vat_from_organisation
from airflow_provider_erp.sandbox.world.stamps import NOW
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES, Country

_SHARES = {"FI": 40, "SE": 25, "NO": 15, "DE": 20}
_STATUSES = {"active": 88, "blocked": 7, "closed": 5}


class Shape(Enum):
    """What kind of customer is wanted.

    A freelancer has a German VAT number and stands in no register; of an
    unregistered company nobody knows any such number.
    """

    ANY = "any"
    COMPANY = "company"
    NORDIC_COMPANY = "nordic company"
    GERMAN_COMPANY = "german company"
    GERMAN_FREELANCER = "german freelancer"
    UNREGISTERED_COMPANY = "unregistered nordic company"
    PERSON = "person"


_NORDIC = {Shape.NORDIC_COMPANY, Shape.UNREGISTERED_COMPANY}
_UNREGISTERED = {Shape.GERMAN_FREELANCER, Shape.UNREGISTERED_COMPANY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer as it truly is: the phone as E.164, identifiers as their registers write them, empty for none.

    ``mistyped`` says that the organisation number has a typing error, which its check digit tells.
    """

    country: str
    is_person: bool
    name: str
    org_number: str
    vat_number: str
    email: str
    invoice_email: str
    phone: str
    street: str
    house_number: str
    addition: str
    postal_code: str
    city: str
    currency: str
    status: str
    created: dt.datetime
    modified: dt.datetime
    mistyped: bool = False


def _slug(name: str) -> str:
    plain = name.lower().replace("ø", "o").replace("ß", "ss")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in ascii_only).split())


def _names_of(country: Country) -> Iterator[str]:
    return (f"{first} {last}" for last in country.last_names for first in country.first_names)


class Population:
    """Draws customers from a seeded source; every name, e-mail address and identifier is drawn once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.identifiers = Identifiers(rng)
        self._serial = itertools.count(1)
        self._names: set[str] = set()
        self._last_domain: dict[str, str] = {}
        self._persons: Counter[str] = Counter()
        self._others: dict[str, Iterator[str]] = {}
        self._homes: set[tuple[str, str]] = set()

    def draw(self, shape: Shape) -> Customer:
        """A new customer of a shape; persons come only if that or any shape is asked for, freelancers only by name."""
        if shape is Shape.ANY:
            shape = Shape.PERSON if self._rng.random() < 0.15 else Shape.COMPANY
        country = self._country(shape)
        if shape is Shape.PERSON:
            return self._person(country)
        return self._company(country, registered=shape not in _UNREGISTERED)

    def draw_household(self, customer: Customer) -> list[Customer]:
        """Two persons of other names than the customer's, who share its e-mail address."""
        household: dict[str, Customer] = {}
        while len(household) < 2:
            person = self.draw(Shape.PERSON)
            if person.name != customer.name:
                household[person.name] = replace(person, email=customer.email, invoice_email=customer.email)
        return list(household.values())

    def _country(self, shape: Shape) -> Country:
        if shape in {Shape.GERMAN_COMPANY, Shape.GERMAN_FREELANCER}:
            return COUNTRIES["DE"]
        codes = ["FI", "SE", "NO"] if shape in _NORDIC else list(_SHARES)
        return COUNTRIES[self._rng.choices(codes, [_SHARES[code] for code in codes])[0]]

    def _person(self, country: Country) -> Customer:
        name = self._persons_name(country)
        self._persons[name] += 1
        address = f"{_slug(name).replace('-', '.')}.{self._persons[name]}@post.{country.code.lower()}.example"
        phone = "" if self._rng.random() < 0.3 else self.identifiers.phone(country.code)
        person = self._customer(country, name, ("", ""), (address, address), phone=phone, is_person=True)
        return self._settled(country, person)

    def _persons_name(self, country: Country) -> str:
        """A name that nobody has, while there are any: Visma PX keeps no town to tell namesakes apart by."""
        drawn = f"{self._rng.choice(country.first_names)} {self._rng.choice(country.last_names)}"
        if drawn not in self._persons:
            return drawn
        others = self._others.setdefault(country.code, _names_of(country))
        return next((name for name in others if name not in self._persons), drawn)

    def _settled(self, country: Country, person: Customer) -> Customer:
        """Namesakes live in different towns, while there are any: nobody could say that those of one town are two."""
        places = [(person.city, person.postal_code), *country.places]
        free = (place for place in places if (person.name, place[1]) not in self._homes)
        city, postal_code = next(free, places[0])
        self._homes.add((person.name, postal_code))
        return replace(person, city=city, postal_code=postal_code)

    def _company(self, country: Country, *, registered: bool) -> Customer:
        org_number = self.identifiers.organisation(country.code) if registered else ""
        vat_number = vat_from_organisation(country.code, org_number)
        if country.code == "DE":
            vat_number = self.identifiers.german_vat()
        elif self._rng.random() < 0.08:
            vat_number = ""
        name = self._company_name(country)
        phone = self.identifiers.phone(country.code)
        addresses = self._company_addresses(country, name)
        return self._customer(country, name, (org_number, vat_number), addresses, phone=phone, is_person=False)

    def _company_name(self, country: Country) -> str:
        """A company name that nobody has: a city, then a number is put in where the plain name is taken."""
        stem, trade = self._rng.choice(country.stems), self._rng.choice(country.trades)
        city = self._rng.choice(country.places)[0]
        numbered = f"{stem} {trade} {city} {next(self._serial)}"
        plain = next(
            name for name in (f"{stem} {trade}", f"{stem} {trade} {city}", numbered) if name not in self._names
        )
        self._names.add(plain)
        return f"{plain} {country.legal_form}"

    def _company_addresses(self, country: Country, name: str) -> tuple[str, str]:
        """The e-mail address and the one for invoices; sister companies share a domain and no address."""
        last = self._last_domain.get(country.code)
        if last and self._rng.random() < 0.06:
            local = f"office{next(self._serial)}"
            return f"{local}@{last}", f"{local}.invoices@{last}"
        domain = f"{_slug(name)}.example"
        self._last_domain[country.code] = domain
        return f"info@{domain}", f"invoices@{domain}"

    def _customer(
        self,
        country: Country,
        name: str,
        identifiers: tuple[str, str],
        addresses: tuple[str, str],
        *,
        phone: str,
        is_person: bool,
    ) -> Customer:
        city, postal_code = self._rng.choice(country.places)
        modified = self._moment(within_days=700)
        return Customer(
            country=country.code,
            is_person=is_person,
            name=name,
            org_number=identifiers[0],
            vat_number=identifiers[1],
            email=addresses[0],
            invoice_email=addresses[1],
            phone=phone,
            street=self._rng.choice(country.streets),
            house_number=str(self._rng.randrange(1, 90)),
            addition=self._rng.choice(country.additions) if self._rng.random() < 0.2 else "",
            postal_code=postal_code,
            city=city,
            currency=country.currency,
            status=self._rng.choices(list(_STATUSES), list(_STATUSES.values()))[0],
            created=modified - dt.timedelta(days=self._rng.randrange(30, 2000), seconds=self._rng.randrange(86_400)),
            modified=modified,
        )

    def _moment(self, *, within_days: int) -> dt.datetime:
        """A moment before ``NOW``, recent ones more often."""
        microseconds = int(within_days * 86_400_000_000 * self._rng.random() ** 3)
        return NOW - dt.timedelta(hours=1, microseconds=microseconds)
