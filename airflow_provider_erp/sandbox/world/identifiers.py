"""Organisation numbers, VAT numbers and phone numbers that are valid by their check digits and belong to nobody known.

Source: the registers' published check digit rules (Y-tunnus modulus 11, Swedish
organisation number Luhn, Norwegian organisation number modulus 11, German VAT
number ISO 7064 modulus 11,10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

_FI_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_NO_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_PHONES = {
    "FI": ("358", ("40", "44", "45", "50"), 7),
    "SE": ("46", ("70", "72", "73", "76"), 7),
    "NO": ("47", ("40", "91", "92", "95"), 6),
    "DE": ("49", ("151", "160", "170", "175"), 7),
}
_DE_LONG_PREFIX = "151"


def _digits(text: str) -> list[int]:
    return [int(character) for character in text]


def _weighted(digits: Iterable[int], weights: Iterable[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True))


def finnish_check_digit(stem: str) -> int | None:
    """The eighth digit of a Y-tunnus, or ``None`` where its seven digits cannot be one."""
    rest = _weighted(_digits(stem), _FI_WEIGHTS) % 11
    if rest == 1:
        return None
    return 0 if rest == 0 else 11 - rest


def swedish_check_digit(stem: str) -> int:
    """The tenth digit of a Swedish organisation number (Luhn)."""
    doubled = [digit * (2 if place % 2 == 0 else 1) for place, digit in enumerate(_digits(stem))]
    return -sum(digit // 10 + digit % 10 for digit in doubled) % 10


def norwegian_check_digit(stem: str) -> int | None:
    """The ninth digit of a Norwegian organisation number, or ``None`` where its eight digits cannot be one."""
    check = -_weighted(_digits(stem), _NO_WEIGHTS) % 11
    return None if check == 10 else check


def is_valid_organisation(country: str, compact: str) -> bool:
    """Whether an organisation number without separators keeps the rule of its register; Germany's has none."""
    rules: dict[str, tuple[int, Callable[[str], int | None]]] = {
        "FI": (8, finnish_check_digit),
        "SE": (10, swedish_check_digit),
        "NO": (9, norwegian_check_digit),
    }
    if country not in rules:
        return True
    length, check_digit = rules[country]
    if not (compact.isascii() and compact.isdecimal() and len(compact) == length):
        return False
    return check_digit(compact[:-1]) == int(compact[-1])


def german_check_digit(stem: str) -> int:
    """The ninth digit of a German VAT number (ISO 7064, modulus 11,10)."""
    product = 10
    for digit in _digits(stem):
        total = (digit + product) % 10 or 10
        product = (2 * total) % 11
    return (11 - product) % 10


def vat_from_organisation(country: str, org_number: str) -> str:
    """The VAT number of a Finnish, Swedish or Norwegian organisation number, without spaces.

    A German VAT number derives from nothing public: it is empty, as for an empty number.
    """
    digits = "".join(filter(str.isdigit, org_number))
    if not digits or country == "DE":
        return ""
    return {"FI": f"FI{digits}", "SE": f"SE{digits}01", "NO": f"NO{digits}MVA"}[country]


def project_number(customer_number: str) -> int:
    """The one project of a customer: Visma PX's transactions and Lemonsoft's invoices both name it."""
    return 400_000 + int(customer_number)


class Identifiers:
    """Draws identifiers from a seeded source, none of them twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._drawn: set[str] = set()

    def organisation(self, country: str) -> str:
        """A new organisation number as its register writes it; for Germany a commercial register number."""
        return self._fresh(lambda: self._organisation(country))

    def german_vat(self) -> str:
        """A new German VAT number without spaces."""
        return self._fresh(self._german_vat)

    def phone(self, country: str) -> str:
        """A new mobile number as E.164."""
        return self._fresh(lambda: self._phone(country))

    def _organisation(self, country: str) -> str | None:
        if country == "DE":
            return f"HRB {self._rng.randrange(10_000, 999_999)}"
        if country == "FI":
            stem = f"{self._rng.randrange(100_000, 3_400_000):07d}"
            check = finnish_check_digit(stem)
            return None if check is None else f"{stem}-{check}"
        if country == "SE":
            stem = f"55{self._rng.randrange(6_000_000, 9_999_999)}"
            return f"{stem[:6]}-{stem[6:]}{swedish_check_digit(stem)}"
        stem = str(self._rng.randrange(81_000_000, 99_999_999))
        check = norwegian_check_digit(stem)
        return None if check is None else f"{stem}{check}"

    def _german_vat(self) -> str:
        stem = str(self._rng.randrange(10_000_000, 99_999_999))
        return f"DE{stem}{german_check_digit(stem)}"

    def _phone(self, country: str) -> str:
        calling_code, prefixes, length = _PHONES[country]
        prefix = self._rng.choice(prefixes)
        length += prefix == _DE_LONG_PREFIX
        return f"+{calling_code}{prefix}{self._rng.randrange(2 * 10 ** (length - 1), 10**length)}"

    def _fresh(self, draw: Callable[[], str | None]) -> str:
        while (value := draw()) is None or value in self._drawn:
            pass
        self._drawn.add(value)
        return value
