"""The check digits of the Nordic registers' numbers, in a third of python-stdnum's time; a test holds them to it.

Source: python-stdnum's ``dk.cvr``, ``fi.alv``, ``no.orgnr`` and ``luhn``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import mul

_DIGITS = b"0123456789"
_VALUES = bytes.maketrans(_DIGITS, bytes(range(10)))
_DOUBLED = bytes.maketrans(_DIGITS, bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
"""Twice the digit, and of two digits their sum."""


def _modulo_11(*weights: int) -> Callable[[str], int]:
    return lambda number: sum(map(mul, weights, number.encode().translate(_VALUES))) % 11


def _luhn(number: str) -> int:
    """Of an even number of digits."""
    digits = number.encode()
    return (sum(digits[::2].translate(_DOUBLED)) + sum(digits[1::2].translate(_VALUES))) % 10


CHECKSUMS: Mapping[str, Callable[[str], int]] = {
    "DK": _modulo_11(2, 7, 6, 5, 4, 3, 2, 1),
    "FI": _modulo_11(7, 9, 10, 5, 8, 4, 2, 1),
    "NO": _modulo_11(3, 2, 7, 6, 5, 4, 3, 2, 1),
    "SE": _luhn,
}
"""By the register's country, of the whole number in ASCII digits; a right number's is zero."""
