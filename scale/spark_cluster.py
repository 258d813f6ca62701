"""A real Spark on this machine: a master, workers, and a Spark Connect server, on loopback and free ports."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scale.loopback import HOST, free_port
from scale.processes import Program, start
from scale.waiting import until

_PACKAGE = "org.apache.spark"
_READY_SECONDS = 120.0
_SETTINGS = {
    "spark.connect.grpc.binding.address": HOST,
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
}


@dataclass(slots=True)
class SparkCluster:
    """The processes; ``port`` is where Spark Connect listens."""

    home: Path
    folder: Path
    port: int
    workers: list[Program] = field(default_factory=list)
    others: list[Program] = field(default_factory=list)

    def start(self, name: str, *command: str) -> Program:
        """One of Spark's programs, with a log of its own."""
        settings = {"SPARK_HOME": str(self.home), "SPARK_LOCAL_IP": HOST, "SPARK_NO_DAEMONIZE": "1"}
        return start(name, command, settings, self.folder)

    def kill(self) -> None:
        """Ends everything."""
        with ExitStack() as stack:
            for each in (*self.others, *self.workers):
                stack.callback(each.kill)

    def listens(self, port: int) -> bool:
        """Whether a program answers there; raises where one ended that nobody killed."""
        for each in (*self.workers, *self.others):
            each.check()
        with closing(socket.socket()) as probe:
            return probe.connect_ex((HOST, port)) == 0


@contextmanager
def running_spark(home: Path, folder: Path, workers: int = 2) -> Iterator[SparkCluster]:
    """Ready to be asked; all processes end with the block.

    Raises:
        ChildProcessError: one of its programs ended by itself.
        TimeoutError: it did not come up; its logs lie in ``folder``.
    """
    cluster, master = SparkCluster(home, folder, free_port()), free_port()
    spark_class, address = str(home / "bin/spark-class"), f"spark://{HOST}:{master}"
    daemon = (spark_class, f"{_PACKAGE}.deploy.master.Master", "-h", HOST, "-p", str(master), "--webui-port", "0")
    try:
        cluster.others.append(cluster.start("master", *daemon))
        until("Spark's master listens", lambda: cluster.listens(master), _READY_SECONDS, folder)
        for number in range(workers):
            cluster.workers.append(
                cluster.start(
                    f"worker-{number}",
                    *(spark_class, f"{_PACKAGE}.deploy.worker.Worker", "-h", HOST, "-c", "1", "-m", "1g"),
                    *("--webui-port", "0", "-d", str(folder / f"work-{number}"), address),
                )
            )
        cluster.others.append(cluster.start("connect", *_connect_server(home, address, cluster.port)))
        until("Spark Connect listens", lambda: cluster.listens(cluster.port), _READY_SECONDS, folder)
        yield cluster
    finally:
        cluster.kill()


def _connect_server(home: Path, address: str, port: int) -> list[str]:
    settings = _SETTINGS | {"spark.connect.grpc.binding.port": str(port)}
    return [
        str(home / "bin/spark-submit"),
        *("--class", f"{_PACKAGE}.sql.connect.service.SparkConnectServer", "--master", address),
        *("--driver-memory", "1g", "--executor-memory", "768m", "--executor-cores", "1", "--total-executor-cores", "2"),
        *(part for key, value in settings.items() for part in ("--conf", f"{key}={value}")),
        "spark-internal",
    ]
