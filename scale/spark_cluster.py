"""A real Spark on this machine: a master, workers, and a Spark Connect server, on loopback and free ports."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scale.loopback import HOST, free_port

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
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """One of Spark's programs, with a log of its own."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("SPARK_DAEMON")}
        settings = kept | {"SPARK_HOME": str(self.home), "SPARK_LOCAL_IP": HOST, "SPARK_NO_DAEMONIZE": "1"}
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, cwd=self.folder, env=settings, stdout=log, stderr=subprocess.STDOUT)


@contextmanager
def running_spark(home: Path, folder: Path, workers: int = 2) -> Iterator[SparkCluster]:
    """Ready to be asked; all processes end with the block.

    Raises:
        TimeoutError: it did not come up; its logs lie in ``folder``.
    """
    cluster, master = SparkCluster(home, folder, free_port()), free_port()
    spark_class, address = str(home / "bin/spark-class"), f"spark://{HOST}:{master}"
    daemon = (spark_class, f"{_PACKAGE}.deploy.master.Master", "-h", HOST, "-p", str(master), "--webui-port", "0")
    try:
        cluster.others.append(cluster.start("master", *daemon))
        _await(master, folder)
        for number in range(workers):
            cluster.workers.append(
                cluster.start(
                    f"worker-{number}",
                    *(spark_class, f"{_PACKAGE}.deploy.worker.Worker", "-h", HOST, "-c", "1", "-m", "1g"),
                    *("--webui-port", "0", "-d", str(folder / f"work-{number}"), address),
                )
            )
        cluster.others.append(cluster.start("connect", *_connect_server(home, address, cluster.port)))
        _await(cluster.port, folder)
        yield cluster
    finally:
        for process in (*cluster.workers, *cluster.others):
            process.kill()
            process.wait()


def _connect_server(home: Path, address: str, port: int) -> list[str]:
    settings = _SETTINGS | {"spark.connect.grpc.binding.port": str(port)}
    return [
        str(home / "bin/spark-submit"),
        *("--class", f"{_PACKAGE}.sql.connect.service.SparkConnectServer", "--master", address),
        *("--driver-memory", "1g", "--executor-memory", "768m", "--executor-cores", "1", "--total-executor-cores", "2"),
        *(part for key, value in settings.items() for part in ("--conf", f"{key}={value}")),
        "spark-internal",
    ]


def _await(port: int, folder: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"port {port} of {HOST} does not listen after {_READY_SECONDS:.0f} s; the logs are in {folder}")
