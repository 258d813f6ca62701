"""Who is told how far a comparison is: it knows no clock and no log itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Protocol, TypeVar

Some = TypeVar("Some", bound=Sized)


class Steps(Protocol):
    """Is told of the steps of a comparison, in their order; with counts, never with a value."""

    def counted(self, step: str, some: Iterable[Some], total: int) -> Iterator[Some]:
        """Hands on the lists of rows, of ``total`` rows in all, while a step goes through them."""
        ...

    def finished(self, step: str, found: str) -> None:
        """A step is done; ``found`` are its counts in words."""
        ...


class Untold:
    """Nobody is told."""

    def counted(self, step: str, some: Iterable[Some], total: int) -> Iterator[Some]:
        """As they are."""
        return iter(some)

    def finished(self, step: str, found: str) -> None:
        """Nothing."""


UNTOLD = Untold()
