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
) -> int | None:
    """Runs the call to its end, or kills it before; the exit code of its process.

    Raises:
        TimeoutError: for two minutes it neither ended nor asked as often as it should before it is killed.
    """
    seen, name = len(sandbox.seen), f"{call.task} of day {call.day}"
    with _started(_context().Process(name=name, target=run, args=(call, connections))) as process:
        if kill is not None:
            _wait(process, sandbox, seen + kill.requests)
            process.join(kill.seconds)
            process.kill()
        process.join(_PATIENCE_SECONDS)
        if process.is_alive():
            raise _hanging(process)
        return process.exitcode


@contextmanager
def _started(process: BaseProcess) -> Iterator[BaseProcess]:
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _wait(process: BaseProcess, sandbox: Sandbox, requests: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(sandbox.seen) < requests and process.is_alive():
        if time.monotonic() > deadline:
            raise _hanging(process)
        time.sleep(0.001)


def _hanging(process: BaseProcess) -> TimeoutError:
    return TimeoutError(f"{process.name}: still there after {_PATIENCE_SECONDS:g} s")
