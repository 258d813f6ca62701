"""What normalising a million customers costs: CPU seconds by field, on one core, from an invented population.

Run it with ``python -m benchmarks.normalising``. Values are as the systems write them: identifiers with dashes or as
VAT numbers, phones national or international, streets short or long. Names, identifiers, addresses, phones and streets
are distinct or nearly so; cities, countries and codes repeat, as they do among real customers.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from random import Random

from airflow_provider_erp.normalise.countries import country
from airflow_provider_erp.normalise.fields import NORMALISERS, normalise
from airflow_provider_erp.sandbox.world.phones import national, spaced, with_zeros
from airflow_provider_erp.sandbox.world.population import Customer, Population, Shape
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

ROWS = 100_000
GOAL = 25.0


def population(rows: int = ROWS, seed: int = 7) -> list[dict[str, str]]:
    """Customers as one of four systems would write them, all canonical fields, the same for the same seed."""
    rng = Random(seed)
    people = Population(rng)
    return [_written(number, people.draw(Shape.ANY), rng) for number in range(rows)]


def _written(number: int, customer: Customer, rng: Random) -> dict[str, str]:
    phones = (spaced(customer.phone), national(customer.phone, customer.country), with_zeros(customer.phone))
    street = rng.choice(COUNTRIES[customer.country].stems) + customer.street.lower()
    return {
        "number": str(10_000 + number),
        "name": rng.choice((customer.name, customer.name.upper())),
        "org_number": rng.choice((customer.org_number, customer.vat_number)),
        "vat_number": customer.vat_number,
        "email": customer.email,
        "invoice_email": customer.invoice_email,
        "phone": rng.choice(phones),
        "street": f"{street} {rng.randrange(1, 2_000)} {customer.addition}",
        "postal_code": rng.choice((customer.postal_code, f"{customer.country}-{customer.postal_code}")),
        "city": customer.city,
        "country": rng.choice((customer.country, COUNTRIES[customer.country].name)),
        "currency": customer.currency,
        "language": rng.choice((COUNTRIES[customer.country].language, f"{COUNTRIES[customer.country].language}-XX")),
        "payment_terms": f"{rng.choice((7, 14, 30))} pv",
        "status": customer.status,
    }


def seconds_by_field(rows: list[dict[str, str]]) -> Iterator[tuple[str, float]]:
    """Each field with the CPU seconds that a million of its values would take."""
    countries = [country(row["country"]) for row in rows]
    for field in NORMALISERS:
        values = [row[field] for row in rows]
        began = time.process_time()
        for value, code in zip(values, countries, strict=True):
            normalise(field, value, code)
        yield field, (time.process_time() - began) * 1_000_000 / len(rows)


def main() -> None:
    """Print the table and the sum."""
    print(f"{ROWS:,} invented customers, Python {platform.python_version()}; CPU seconds per million on one core")
    total = 0.0
    for field, seconds in seconds_by_field(population()):
        total += seconds
        print(f"{field:>14} {seconds:6.2f}")
    print(f"{'all':>14} {total:6.2f}  (goal: at most {GOAL:.0f})")


if __name__ == "__main__":
    main()
