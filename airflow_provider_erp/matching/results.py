"""What matching answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows that are, or may be, the same. ``score`` is a probability; ``reasons`` name no values."""

    source_id: str
    target_id: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Rows that belong together, but in more than one way that is equally good."""

    source_ids: tuple[str, ...]
    target_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The bands of the pairs, each in the order of ids, and the groups of duplicates of each side.

    A group of duplicates matches as one: each of its rows is in a pair with
    each row of the other side's group.
    """

    applied: tuple[Pair, ...]
    suggested: tuple[Pair, ...]
    ambiguous: tuple[Ambiguous, ...]
    source_duplicates: tuple[tuple[str, ...], ...]
    target_duplicates: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """``groups`` of ids that are the same; ``applied`` are the pairs that made them, ``suggested`` may be more."""

    groups: tuple[tuple[str, ...], ...]
    applied: tuple[Pair, ...]
    suggested: tuple[Pair, ...]
