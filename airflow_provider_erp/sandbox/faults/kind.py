"""What a kind of fault is, however it does its harm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from aiohttp import web
from aiohttp.typedefs import Handler

from airflow_provider_erp.sandbox.faults.targets import TARGETS, Target

Hit = Callable[[web.Request, Handler, Target], Awaitable[web.StreamResponse]]


class Need(Enum):
    """What a vendor must have, so that a fault can spoil it."""

    NOTHING = "nothing"
    TOKEN = "token that could expire"  # noqa: S105 - words for an error message
    PAGES = "pages"
    TOTAL = "announced total"
    CHANGE_FILTER = "change filter"
    WRITES = "writes"
    BACKGROUND = "writes in the background"
    REFUSALS_IN_200 = "refusals with status 200"

    def met_by(self, target: Target) -> bool:
        """Whether a vendor has it."""
        return {
            Need.NOTHING: True,
            Need.TOKEN: target.token,
            Need.PAGES: bool(target.page),
            Need.TOTAL: target.total,
            Need.CHANGE_FILTER: bool(target.change_filters),
            Need.WRITES: target.writes,
            Need.BACKGROUND: target.background,
            Need.REFUSALS_IN_200: target.refusals_in_200,
        }[self]


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault by name: what a client sees, how it is done to one request, and what the vendor must have for it.

    ``only_writes``: requests that read neither meet it nor count for it.
    """

    name: str
    words: str
    hit: Hit
    need: Need = Need.NOTHING
    only_writes: bool = False

    @property
    def vendors(self) -> tuple[str, ...]:
        """The vendors that it can hit."""
        return tuple(vendor for vendor, target in TARGETS.items() if self.need.met_by(target))
