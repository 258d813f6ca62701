"""A fence around the reading of a list: what the vendor says was deleted meanwhile may have hidden other rows."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator

from airflow_provider_erp.exceptions import ErpAuthError, ErpInconsistentRead, ErpProtocolError
from airflow_provider_erp.landing.source import Source
from airflow_provider_erp.protocol.messages import Page

log = logging.getLogger(__name__)


def deleted_since(hook: Source, resource: str, since: str) -> list[str] | None:
    """What the vendor's feed says was deleted; None where there is no feed, or it may not be read."""
    try:
        return hook.deleted(resource, since)
    except (ErpAuthError, ErpProtocolError) as exc:
        log.warning("%s; going on without knowing what was deleted", exc)
        return None


def fenced(hook: Source, resource: str, pages: Iterator[Page], now: dt.datetime) -> Iterator[Page]:
    """The pages, unless a record was deleted while they were read.

    A row that is removed moves all rows after it up, and one of them onto a
    page that was read before. A list with a total shows that; of one without,
    only the vendor's feed of deletions can tell.

    Raises:
        ErpInconsistentRead: the feed names a deletion more at the end than at the beginning, or is not told any more.
    """
    yesterday = (now - dt.timedelta(days=1)).date().isoformat()
    before = deleted_since(hook, resource, yesterday)
    total = None
    for page in pages:
        total = page.total
        yield page
    if before is None or total is not None:
        return
    after = deleted_since(hook, resource, yesterday)
    label = f"{hook.vendor.conn_type} {resource}"
    if after is None:
        raise ErpInconsistentRead(
            f"{label}: which records were deleted while the list was read is not known, though it was told before; "
            "read again"
        )
    if meanwhile := set(after) - set(before):
        raise ErpInconsistentRead(
            f"{label}: {len(meanwhile)} records were deleted while the list was read, which may have hidden others; "
            "read again"
        )
