"""How far two values agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DIFFERENT, CONFLICT, PARTLY, CLOSE, SAME = range(5)
"""Levels of agreement. ``CONFLICT`` is partial agreement where each side has a word that the other lacks."""


class Agreement(NamedTuple):
    """``surprise`` is the natural logarithm of one over the chance that two strangers agree like this."""

    level: int
    surprise: float


Agreements = Mapping[int, Agreement]
"""How two rows agree, by the field's place; a field that one of them lacks is not in it."""

NO_AGREEMENT = Agreement(DIFFERENT, 0.0)
