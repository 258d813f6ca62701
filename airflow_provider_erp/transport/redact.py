"""Keeps secrets out of the HTTP libraries' own debug logs."""

from __future__ import annotations

import logging
import re

_QUERY = re.compile(r"\?\S*")


class QueryFilter(logging.Filter):
    """Cuts the query off every address in a log record: it may hold a key or a person's data."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record is changed on the way."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(argument) for argument in record.args)
        record.msg = _cut(record.msg)
        return True


def _cut(value: object) -> object:
    return _QUERY.sub("?...", value) if isinstance(value, str) else value


def redact_library_logs() -> None:
    """Puts the filter before the loggers of urllib3; harmless when repeated."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "requests"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, QueryFilter) for known in logger.filters):
            logger.addFilter(QueryFilter())
