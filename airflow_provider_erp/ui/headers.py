"""The headers of every answer: nothing from elsewhere, no other site's frame, nothing kept by a browser."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders

log = logging.getLogger(__name__)

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
FILE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "sandbox allow-same-origin allow-downloads allow-popups",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
"""For reports and downloads: no script runs, whatever a file holds. ``allow-same-origin`` lets the login's cookie go
along with the links to the files beside a report; without ``allow-scripts`` it grants nothing else."""

REFUSAL_POLICY = "; ".join(
    ("default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "frame-ancestors 'self'")
)
"""For refusals: they bring their few lines of style along, because the style sheet is refused like everything else."""

POLICY = "Content-Security-Policy"


class ProtectiveHeaders:
    """Adds them to every answer, refusals and errors among them; a policy that an answer has stays."""

    def __init__(self, app: Any) -> None:
        self.application = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answers as the application does, with the headers.

        An error that it could not foresee it has answered, and raises once
        more: here it is logged, so that Airflow does not answer it again.
        """

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault(POLICY, PAGE_POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "SAMEORIGIN"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self.application(scope, receive, send_with_headers)
        except Exception:  # an outer edge: each storage's library has errors of its own
            log.exception("A page of ERP reconciliation could not be made")
