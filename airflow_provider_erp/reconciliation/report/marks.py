"""Where two values differ, for the eye: a number in which two digits changed places, a name with one letter more."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

Piece = tuple[str, bool]
"""A part of a value, and whether it is marked."""

SHOWN_CHARACTERS = 120
"""As many characters of a value stand in the page; the files beside it have all."""

_ALIKE = 0.5
"""Values that share less than this of their characters are marked as a whole: there is nothing to find in them."""

_ISLAND = 3
"""Equal characters within a difference are marked, too, where they are fewer than this."""


def clipped(value: str) -> str:
    """The value, or its beginning with an ellipsis."""
    return value if len(value) <= SHOWN_CHARACTERS else f"{value[: SHOWN_CHARACTERS - 1]}…"


def marked(source: str, target: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both values in pieces, each clipped, the differing characters marked.

    Where the visible parts are equal nothing is marked.
    """
    first, second = clipped(source), clipped(target)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ((first, True),), ((second, True),)
    blocks = [
        (at, to, size)
        for at, to, size in matcher.get_matching_blocks()
        if size >= _ISLAND or (at == to == 0) or (at + size == len(first) and to + size == len(second))
    ]
    return (
        tuple(_pieces(first, [(at, size) for at, _, size in blocks])),
        tuple(_pieces(second, [(to, size) for _, to, size in blocks])),
    )


def _pieces(value: str, equal: list[tuple[int, int]]) -> Iterator[Piece]:
    end = 0
    for start, size in equal:
        if start > end:
            yield value[end:start], True
        if size:
            yield value[start : start + size], False
        end = start + size
