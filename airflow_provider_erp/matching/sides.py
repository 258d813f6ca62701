"""Rows by their places: those of the source first, then those of the target; or one table's."""

from __future__ import annotations

from dataclasses import dataclass

Edge = tuple[int, int]
"""A pair of rows by their places, the smaller one first."""


@dataclass(frozen=True, slots=True)
class Sides:
    """How many rows there are, and how many of them are the source's; None where there is but one table."""

    rows: int
    source: int | None = None

    @property
    def larger(self) -> int:
        """How many rows the larger table has."""
        return self.rows if self.source is None else max(self.source, self.rows - self.source)

    def is_source(self, place: int) -> bool:
        """Whether the row is the source's."""
        return self.source is not None and place < self.source

    def is_across(self, edge: Edge) -> bool:
        """Whether the pair is of both tables."""
        return self.is_source(edge[0]) != self.is_source(edge[1])

    def is_within(self, edge: Edge) -> bool:
        """Whether the pair is of one table while there are two: a double."""
        return self.source is not None and not self.is_across(edge)
