"""Lines in the log while long work is under way, so that nobody thinks it hangs: numbers, and no record's values."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

from airflow_provider_erp.protocol.messages import Page

EVERY_SECONDS = 10.0
LONG_SECONDS = 1.0
"""A step that took less is not told of."""

Clock = Callable[[], float]
Thing = TypeVar("Thing")
Some = TypeVar("Some", bound=Sized)
log = logging.getLogger(__name__)


class Progress:
    """How far one long work is, every ten seconds: how many by now, of how many, and how many a second."""

    def __init__(self, what: str, unit: str, clock: Clock = time.monotonic) -> None:
        self._what, self._unit, self._clock = what, unit, clock
        self._began = self._last = clock()

    def reached(self, done: int, total: int | None = None, remark: str = "") -> None:
        """May be called as often as it is known; between two lines it only looks at the clock."""
        now = self._clock()
        if now - self._last >= EVERY_SECONDS:
            of_all = "" if total is None else f" of {total:,}"
            rate = done / (now - self._began)
            log.info("%s: %s%s %s so far, %d a second%s", self._what, f"{done:,}", of_all, self._unit, rate, remark)
            self._last = now


def told(what: str, pages: Iterable[Page], clock: Clock = time.monotonic) -> Iterator[Page]:
    """The pages; a list that is read once more is counted from its beginning."""
    progress = Progress(what, "rows", clock)
    rows, look = 0, 1
    for page in pages:
        if page.look != look:
            rows, look = 0, page.look
        rows += len(page.raw)
        progress.reached(rows, page.total, "" if look == 1 else ", read once more because rows moved")
        yield page


def counted(
    what: str, unit: str, things: Iterable[Thing], total: int, clock: Clock = time.monotonic
) -> Iterator[Thing]:
    """The things, as they are done one after the other."""
    progress = Progress(what, unit, clock)
    for done, each in enumerate(things, 1):
        progress.reached(done, total)
        yield each


class Steps:
    """The steps of one long work: how far the one under way is, and when it is done how long it took."""

    def __init__(self, what: str, clock: Clock = time.monotonic) -> None:
        self._what, self._clock = what, clock
        self._began = clock()

    def counted(self, step: str, some: Iterable[Some], total: int) -> Iterator[Some]:
        """The lists of rows, some at a time, as they are done."""
        progress, done = Progress(f"{self._what}, {step}", "rows", self._clock), 0
        for each in some:
            yield each
            done += len(each)
            progress.reached(done, total)

    def finished(self, step: str, found: str) -> None:
        """A line on a step that took long; ``found`` has counts."""
        now = self._clock()
        if now - self._began >= LONG_SECONDS:
            log.info("%s, %s: %s, in %.1f seconds", self._what, step, found, now - self._began)
        self._began = now
