"""The addresses of the pages.

A name in an address is looked up among what is listed for the user, never joined to a path.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from starlette.background import BackgroundTask

from airflow_provider_erp.ui.access import Asking, ReadableDag
from airflow_provider_erp.ui.breaks import OBSERVATIONS, first_seen, read_history, read_page
from airflow_provider_erp.ui.copies import Gone, copy, workspace
from airflow_provider_erp.ui.fetches import last_fetches
from airflow_provider_erp.ui.filters import ORDERS, Filters
from airflow_provider_erp.ui.folders import base_path
from airflow_provider_erp.ui.headers import FILE_POLICY, POLICY
from airflow_provider_erp.ui.ledgers import Comparison, Report, find_comparison, list_newest
from airflow_provider_erp.ui.pages import page, segment
from airflow_provider_erp.ui.plans import plan_digest
from airflow_provider_erp.ui.runs import left_by
from airflow_provider_erp.ui.trend import trend

router = APIRouter()

FILES = {
    "report.html": "text/html; charset=utf-8",
    "breaks.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "breaks.csv": "text/csv; charset=utf-8",
    "breaks.json": "application/json",
    "breaks.parquet": "application/vnd.apache.parquet",
}
ASSETS = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_DIGEST = re.compile("[0-9a-f]{16}")
_NOT_FOUND = "There is no such page, or it is not for you to see."
_GONE = (
    "The report's files are not there, or are not those that its run wrote: they were removed, or are just being "
    "written, or are of before digests were kept, or a run was stopped while it wrote. Its numbers are kept; clear its "
    "task to write the files anew."
)


@router.get("/")
def index(request: Request, reader: Asking) -> HTMLResponse:
    """All comparisons with their last verdict, and the last fetches."""
    base = base_path()
    listing = list_newest(base, reader.may_read)
    values = {
        "listing": listing,
        "trends": {each.identity: trend(each) for each in listing.comparisons},
        "fetches": last_fetches(base, reader.may_read),
    }
    return page(request, "index.html.j2", values)


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """The style sheet or the script."""
    if name not in ASSETS:
        raise HTTPException(404, _NOT_FOUND)
    return Response((files(__package__) / "assets" / name).read_bytes(), media_type=ASSETS[name])


@router.get("/comparisons/{comparison}")
def newest(request: Request, comparison: str, reader: Asking) -> RedirectResponse:
    """On to the newest report."""
    found = _comparison(comparison, reader)
    root = request.scope.get("root_path", "")
    return RedirectResponse(f"{root}/comparisons/{found.identity}/{segment(found.newest.name)}", status_code=307)


@router.get("/comparisons/{comparison}/{report}")
def breaks(request: Request, comparison: str, report: str, reader: Asking) -> HTMLResponse:
    """The breaks of a day, filtered, a page at a time."""
    chosen, shown = _report(comparison, report, reader)
    filters = Filters.of(request.query_params)
    values = {"comparison": chosen, "report": shown, "filters": filters, "orders": ORDERS, "files": tuple(FILES)}
    try:
        with workspace() as folder:
            return page(request, "breaks.html.j2", values | {"breaks": read_page(shown, filters, folder)})
    except Gone:
        return page(request, "breaks.html.j2", values | {"breaks": None, "gone": _GONE}, 404)


@router.get("/comparisons/{comparison}/{report}/view")
def view(request: Request, comparison: str, report: str, reader: Asking) -> HTMLResponse:
    """The day's report within the page."""
    chosen, shown = _report(comparison, report, reader)
    return page(request, "view.html.j2", {"comparison": chosen, "report": shown})


@router.get("/comparisons/{comparison}/{report}/{file}")
def download(comparison: str, report: str, file: str, reader: Asking) -> Response:
    """One of the report's files; no script in it can run."""
    if file not in FILES:
        raise HTTPException(404, _NOT_FOUND)
    _, shown = _report(comparison, report, reader)
    name = None if file == "report.html" else f"{shown.name}-{file}"
    return _sent(shown.file(file), shown.digest(file), name, FILES[file])


@router.get("/comparisons/{comparison}/{report}/plans/{digest}")
def plan(comparison: str, report: str, digest: str, reader: Asking) -> Response:
    """The workbook of a plan that was made of the report, by the beginning of the plan's digest."""
    if not _DIGEST.fullmatch(digest):
        raise HTTPException(404, _NOT_FOUND)
    _, shown = _report(comparison, report, reader)
    workbook = shown.file(f"plan-{digest}/plan.xlsx")
    return _sent(workbook, plan_digest(shown, digest), f"plan-{digest}.xlsx", FILES["breaks.xlsx"])


def _sent(address: str, sha256: str | None, name: str | None, media_type: str) -> Response:
    """A copy of the file with the digest, under a name where it is to be saved."""
    folder = TemporaryDirectory(prefix="erp-page-")
    try:
        local = copy(address, Path(folder.name) / "file", sha256)
    except BaseException as exc:
        folder.cleanup()
        if isinstance(exc, Gone):
            raise HTTPException(404, _GONE) from None
        raise
    return FileResponse(
        local,
        media_type=media_type,
        filename=name,
        headers={POLICY: FILE_POLICY},
        background=BackgroundTask(folder.cleanup),
    )


@router.get("/history/{comparison}/{break_id}")
def history(request: Request, comparison: str, break_id: str, reader: Asking) -> HTMLResponse:
    """What the last observations say of one break."""
    chosen = _comparison(comparison, reader)
    with workspace() as folder:
        found = read_history(chosen.reports, break_id, folder)
    if found is None:
        raise HTTPException(404, f"None of the last {OBSERVATIONS} observations that you may see has this break.")
    return page(request, "history.html.j2", {"comparison": chosen, "history": found, "first": first_seen(found)})


@router.get("/dags/{dag_id}/runs/{run_id}")
def run(request: Request, dag_id: ReadableDag, run_id: str, reader: Asking) -> HTMLResponse:
    """What a run's tasks left: the tab on the run."""
    return _left(request, reader, dag_id, run_id, None, None)


@router.get("/dags/{dag_id}/runs/{run_id}/tasks/{task_id}")
def task(request: Request, dag_id: ReadableDag, run_id: str, task_id: str, reader: Asking) -> HTMLResponse:
    """What one task instance left: the tab on it, and where the extra links lead."""
    given = request.query_params.get("map_index", "")
    map_index = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
    return _left(request, reader, dag_id, run_id, task_id, map_index)


def _left(
    request: Request, reader: Asking, dag_id: str, run_id: str, task_id: str | None, map_index: int | None
) -> HTMLResponse:
    left = left_by(base_path(), reader.may_read, dag_id, run_id, task_id, map_index)
    values = {"left": left, "dag_id": dag_id, "run_id": run_id, "task_id": task_id}
    return page(request, "left.html.j2", values)


def _comparison(identity: str, reader: Asking) -> Comparison:
    found = find_comparison(base_path(), identity, reader.may_read)
    if found is None:
        raise HTTPException(404, _NOT_FOUND)
    return found


def _report(identity: str, name: str, reader: Asking) -> tuple[Comparison, Report]:
    comparison = _comparison(identity, reader)
    report = comparison.find(name)
    if report is None:
        raise HTTPException(404, _NOT_FOUND)
    return comparison, report
