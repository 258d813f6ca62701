"""Processes that have everything imported when they start, so that a kill meets the task itself."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from airflow_provider_erp.sandbox import Sandbox
from soak.schedule import Kill
from soak.steps import Call, run

_ROOT = Path(__file__).parents[1]
_PATIENCE_SECONDS = 120.0


@cache
def _context() -> Any:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), before)))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["soak.warm"])
    return context


def run_in_a_process(
    call: Call, connections: Mapping[str, Mapping[str, Any]], sandbox: Sandbox, kill: Kill | None
) -> bool:
    """Runs the call to its end; whether it was killed before.

    Raises:
        TimeoutError: it neither ended nor died for two minutes.
    """
    seen = len(sandbox.seen)
    with _started(_context().Process(target=run, args=(call, connections))) as process:
        if kill is not None:
            _wait(process, sandbox, seen + kill.requests)
            process.join(kill.seconds)
            process.kill()
        process.join(_PATIENCE_SECONDS)
        if process.is_alive():
            raise TimeoutError(f"{call.task} of day {call.day}: still there after {_PATIENCE_SECONDS:.0f} s")
    return not call.answer.exists()


@contextmanager
def _started(process: BaseProcess) -> Iterator[BaseProcess]:
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _wait(process: BaseProcess, sandbox: Sandbox, requests: int) -> None:
    while len(sandbox.seen) < requests and process.is_alive():
        time.sleep(0.001)
