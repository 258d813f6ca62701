"""The customers that are pushed."""

from __future__ import annotations

DEFAULTS = {"overrideWithClassValues": True, "customerClassId": "1"}
"""What the vendor wants of every new customer."""


def customers(number: int) -> list[dict[str, str]]:
    """So many new ones, in canonical words."""
    return [
        {
            "number": str(700_000 + place),
            "name": f"Uusi Asiakas {place} Oy",
            "email": f"info@uusi{place}.fi",
            "phone": "+358 40 1234567",
            "street": "Rantatie 5",
            "postal_code": "00100",
            "city": "Helsinki",
            "country": "FI",
        }
        for place in range(number)
    ]
