"""The application: the routes behind Airflow's access checks, or nothing at all where these are not to be had."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from airflow_provider_erp.ui.folders import Unreachable
from airflow_provider_erp.ui.headers import POLICY, REFUSAL_POLICY, ProtectiveHeaders

log = logging.getLogger(__name__)

_SAID = {
    401: "Log in to Airflow first, then open this page again.",
    403: "You have no right to see this. Who administers Airflow can give it to you.",
}


def make_application() -> ProtectiveHeaders:
    """An ASGI application without pages of documentation: they would be open to anyone."""
    try:
        from airflow_provider_erp.ui.access import may_view  # noqa: PLC0415  # may not be there to be imported
        from airflow_provider_erp.ui.routes import router  # noqa: PLC0415
    except ImportError:
        log.exception("Airflow's access checks are not to be had: the page ERP reconciliation shows nothing")
        return ProtectiveHeaders(closed)
    application = FastAPI(
        title="ERP reconciliation", dependencies=[may_view], openapi_url=None, docs_url=None, redoc_url=None
    )
    application.include_router(router)
    application.add_exception_handler(HTTPException, _refused)
    application.add_exception_handler(RequestValidationError, _refused)
    application.add_exception_handler(Unreachable, _refused)
    application.add_exception_handler(Exception, _refused)
    return ProtectiveHeaders(application)


async def closed(scope: Any, receive: Any, send: Any) -> None:
    """Answers 503 to whatever is asked."""
    if scope["type"] == "http":
        text = "This page needs access checks that this version of Airflow does not have; nothing is shown without."
        await PlainTextResponse(text, status_code=503)(scope, receive, send)


def _refused(request: Request, exc: Exception) -> Response:
    from airflow_provider_erp.ui.pages import page  # noqa: PLC0415

    status, said = _answer(exc)
    refusal = page(request, "refused.html.j2", {"status": status, "said": said}, status)
    refusal.headers[POLICY] = REFUSAL_POLICY
    return refusal


def _answer(exc: Exception) -> tuple[int, str]:
    if isinstance(exc, HTTPException):
        return exc.status_code, _SAID.get(exc.status_code) or str(exc.detail)
    if isinstance(exc, RequestValidationError):
        return 404, "There is no such page."
    return 503, str(exc if isinstance(exc, Unreachable) else Unreachable(exc))
