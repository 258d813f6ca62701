"""What faults have to know of each vendor's requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web


def _nothing(_request: web.Request) -> None:
    """Does nothing: the vendor has neither tokens nor sessions."""


@dataclass(frozen=True, slots=True)
class Target:
    """One vendor's requests; what the vendor does not have is left out.

    ``page`` is the query's parameter with the number of the page, ``change_filters``
    are its parameters with a moment, ``total`` is whether lists announce one,
    ``background`` and ``refusals_in_200`` are ways in which a write may be answered.
    ``expire`` makes the token or session of a request unknown.
    """

    page: str = ""
    change_filters: tuple[str, ...] = ()
    total: bool = False
    token: bool = False
    writes: bool = False
    background: bool = False
    refusals_in_200: bool = False
    expire: Callable[[web.Request], None] = _nothing


def _both(*stamps: str) -> tuple[str, ...]:
    return tuple(f"filter.{stamp}_{side}" for stamp in stamps for side in ("before", "after"))


TARGETS = {
    "visma_px": Target(change_filters=("changedSince",)),
    "visma_net": Target(
        page="pageNumber",
        change_filters=tuple(
            f"{stamp}DateTime{part}" for stamp in ("lastModified", "created") for part in ("", "Condition")
        ),
        total=True,
        token=True,
        writes=True,
        background=True,
    ),
    "lemonsoft": Target(
        page="filter.page",
        change_filters=_both("modified", "updated", "created"),
        token=True,
        writes=True,
        refusals_in_200=True,
    ),
    "fynn": Target(page="page", total=True),
}
VENDORS = tuple(TARGETS)
