"""The four systems on the same day, and how all of them move on to the next."""

from __future__ import annotations

from threading import Lock
from typing import Any

from airflow_provider_erp.sandbox.fynn.api import Fynn
from airflow_provider_erp.sandbox.lemonsoft.api import Lemonsoft
from airflow_provider_erp.sandbox.lemonsoft.sessions import Sessions
from airflow_provider_erp.sandbox.system import System
from airflow_provider_erp.sandbox.visma_net.api import VismaNet
from airflow_provider_erp.sandbox.visma_net.limits import Limit
from airflow_provider_erp.sandbox.visma_net.tokens import Tokens
from airflow_provider_erp.sandbox.visma_px.api import VismaPx
from airflow_provider_erp.sandbox.world.calendar import Calendar, World


class Present:
    """What day it is, and the systems as they stand on it, by vendor.

    Safe to move on from another thread than the server's: each system shows one day or the next, never a mixture.
    """

    def __init__(self, calendar: Calendar, tokens: Tokens, limit: Limit, sessions: Sessions) -> None:
        self._calendar, self._lock = calendar, Lock()
        world = calendar.today
        self.systems: dict[str, System] = {
            "visma_px": VismaPx(world),
            "visma_net": VismaNet(world, tokens, limit),
            "lemonsoft": Lemonsoft(world, sessions),
            "fynn": Fynn(world),
        }

    @property
    def world(self) -> World:
        """What the systems show."""
        return self._calendar.today

    def advance(self) -> None:
        """Moves all systems on to the next day."""
        with self._lock:
            world = self._calendar.turn()
            for system in self.systems.values():
                system.show(world)

    def advance_to(self, day: int) -> None:
        """Moves all systems on until it is this day.

        Raises:
            ValueError: a day that is past.
        """
        if day < self.world.day:
            raise ValueError(f"sandbox: expected a day of {self.world.day} or later, got {day}")
        while self.world.day < day:
            self.advance()

    def truth(self) -> dict[str, Any]:
        """The planted breaks, and what each system added, changed and deleted since the day before."""
        with self._lock:
            changes = {
                vendor: {name: each.plain() for name, each in system.changes().items()}
                for vendor, system in self.systems.items()
            }
            return self.world.truth() | {"changes": changes}
