"""The programs of the tests at scale end with all that they started, and one that is gone is told at once."""

from __future__ import annotations

from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from scale.processes import start
from scale.spark_cluster import running_spark
from scale.waiting import until

PATIENCE_SECONDS = 10.0
LEAVES_A_CHILD = "sleep 600 & echo $!"


def is_over(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_a_program_that_ended_by_itself_is_ended_with_the_child_that_it_left(tmp_path: Path) -> None:
    program = start("leaver", ("sh", "-c", LEAVES_A_CHILD), {}, tmp_path)
    assert program.process.wait(PATIENCE_SECONDS) == 0
    child = int(program.log.read_text())
    assert not is_over(child)
    program.kill()
    until("the child has ended", lambda: is_over(child), PATIENCE_SECONDS, program.log)


def test_a_program_is_ended_with_its_child_and_may_be_ended_again(tmp_path: Path) -> None:
    program = start("waiter", ("sh", "-c", f"{LEAVES_A_CHILD}; wait"), {}, tmp_path)
    until("the child has started", lambda: program.log.read_text().endswith("\n"), PATIENCE_SECONDS, program.log)
    child = int(program.log.read_text())
    program.kill()
    program.kill()
    until("the child has ended", lambda: is_over(child), PATIENCE_SECONDS, program.log)


def test_a_spark_whose_master_is_dead_is_not_waited_for(tmp_path: Path) -> None:
    program = tmp_path / "bin/spark-class"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(ChildProcessError, match=r"^master ended by itself, with status 3; see .*/master\.log$"):
        with running_spark(tmp_path, tmp_path):
            pytest.fail("it is not ready")
