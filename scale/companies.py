"""Twenty companies, each with systems of its own, and with connections for each of several runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

COMPANIES, CUSTOMERS = 20, 60
SYSTEMS = ("lemonsoft", "visma_net")
_LATENCY_SECONDS = 0.4
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Companies:
    """The sandboxes in the companies' order."""

    sandboxes: list[Sandbox]

    def names(self, run: str) -> list[str]:
        """What a run calls the companies: each run has batches and reports of its own."""
        return [f"{run}_{place:02}" for place in range(len(self.sandboxes))]

    def connections(self, *runs: str) -> dict[str, str]:
        """Connections for Airflow's environment, each naming its company."""
        found = {}
        for run in runs:
            for name, sandbox in zip(self.names(run), self.sandboxes, strict=True):
                for connection in sandbox.connections().values():
                    if (system := connection["conn_type"]) in SYSTEMS:
                        connection["extra"] |= {"company": name}
                        found[f"AIRFLOW_CONN_{system}_{name}".upper()] = json.dumps(connection)
        return found

    def writes(self) -> list[Counter[tuple[str, str]]]:
        """By company: how often each request came that writes a record."""
        return [Counter(each for each in sandbox.requests if _writes(*each)) for sandbox in self.sandboxes]


def _writes(method: str, path: str) -> bool:
    """Whether it is a write, and no sign-in."""
    return method in _WRITES and "/customer" in path.lower()


@contextmanager
def running_companies() -> Iterator[Companies]:
    """All systems end with the block."""
    with ExitStack() as stack:
        running = [
            running_sandbox(
                seed=place + 1,
                customers=CUSTOMERS,
                requests_per_session=10_000,
                visma_net_limit=100_000,
                latency_seconds=_LATENCY_SECONDS,
            )
            for place in range(COMPANIES)
        ]
        yield Companies([stack.enter_context(each) for each in running])
