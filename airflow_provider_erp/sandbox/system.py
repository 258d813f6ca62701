"""What each of the four systems is to the rest of the sandbox."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from airflow_provider_erp.sandbox.world.books import Changes
from airflow_provider_erp.sandbox.world.calendar import World


class System(Protocol):
    """One vendor's server; it shows one day of the world, and the next when it is told to."""

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host."""

    def show(self, world: World) -> None:
        """Serves the next day from now on; no day may be left out."""

    def changes(self) -> dict[str, Changes]:
        """What was added, changed and deleted since the day before, by resource."""
