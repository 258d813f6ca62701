"""Lines in the log while a long list is read, so that nobody thinks it hangs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator

from airflow_provider_erp.protocol.messages import Page

EVERY_SECONDS = 10.0

log = logging.getLogger(__name__)


def told(what: str, pages: Iterable[Page], clock: Callable[[], float] = time.monotonic) -> Iterator[Page]:
    """The pages; every ten seconds a line says how many rows there are by now, of how many, and how many a second."""
    began = last = clock()
    rows, look = 0, 1
    for page in pages:
        if page.look != look:
            rows, look = 0, page.look
        rows += len(page.raw)
        now = clock()
        if now - last >= EVERY_SECONDS:
            of_all = "" if page.total is None else f" of {page.total:,}"
            again = "" if look == 1 else ", read once more because rows moved"
            log.info("%s: %s%s rows so far, %d a second%s", what, f"{rows:,}", of_all, rows / (now - began), again)
            last = now
        yield page
