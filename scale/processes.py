"""Programs that are started with an Airflow home of their own, and end together with all that they started."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

import psutil  # type: ignore[import-untyped]

_STOP_SECONDS = 10.0
_NOT_KEPT = ("AIRFLOW", "PYTHON", "PYTEST", "SPARK_DAEMON")


@dataclass(frozen=True, slots=True)
class Program:
    """One that was started: its home, and the file of its output."""

    name: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        """Raises what a person needs when it has ended by itself."""
        if (code := self.process.poll()) is not None:
            raise ChildProcessError(f"{self.name} ended by itself, with status {code}; see {self.log}")

    def kill(self) -> None:
        """Ends it and all that it started, at once and unasked, as a machine that loses its power.

        Of one that ended by itself before: what it left behind in its process group, which is its own.
        """
        for each in _stopped(self.process.pid):
            with suppress(psutil.NoSuchProcess):
                each.kill()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, SIGKILL)
        self.process.wait(_STOP_SECONDS)


def start(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Program:
    """A program whose home and log are in the folder."""
    home, log = folder / name, folder / f"{name}.log"
    home.mkdir(exist_ok=True)
    (home / "tmp").mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_KEPT)}
    settings = {**kept, **environment, "AIRFLOW_HOME": str(home), "TMPDIR": str(home / "tmp")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=home, env=settings, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    return Program(name, home, log, process)


def run(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path, seconds: float) -> None:
    """Runs a program to its end.

    Raises:
        ChildProcessError: it failed, or did not end in this time.
    """
    program = start(name, command, environment, folder)
    try:
        code = program.process.wait(seconds)
    except subprocess.TimeoutExpired:
        program.kill()
        raise ChildProcessError(f"{name} did not end within {seconds:.0f} s; see {program.log}") from None
    if code:
        raise ChildProcessError(f"{name} ended with status {code}; see {program.log}")


def _stopped(pid: int) -> set[psutil.Process]:
    """A process and its descendants, none of which can start another one any more."""
    found: set[psutil.Process] = set()
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        while new := {root, *root.children(recursive=True)} - found:
            for each in new:
                with suppress(psutil.NoSuchProcess):
                    each.suspend()
            found |= new
    return found
