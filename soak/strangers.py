"""Customers that no system has, to be pushed as records."""

from __future__ import annotations

from random import Random


def strangers(seed: int, day: int) -> list[dict[str, str]]:
    """Customers that no system has, the same for the same schedule and day; half have a number, half a register's."""
    rng = Random(f"{seed} {day}")
    words = [f"{first}{second}" for first in ("Kuu", "Kivi", "Salo", "Honka") for second in ("vuori", "niemi", "järvi")]
    return [
        {
            **({"number": str(70_000 + 100 * day + place)} if place % 2 else {"org_number": _registered(rng)}),
            "name": f"{rng.choice(words)} {rng.choice(words)} {rng.randrange(10**6)} Oy",
            "street": f"Rantatie {rng.randrange(1, 99)}",
            "postal_code": "00100",
            "city": "Helsinki",
            "country": "FI",
        }
        for place in range(rng.randint(2, 8))
    ]


def _registered(rng: Random) -> str:
    """A Finnish business id with its check digit."""
    while True:
        digits = f"{rng.randrange(5_000_000, 9_999_999)}"
        rest = sum(int(digit) * weight for digit, weight in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
        if rest != 1:
            return f"{digits}-{(11 - rest) % 11}"
