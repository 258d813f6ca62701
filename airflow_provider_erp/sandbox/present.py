"""The four systems on the same day, and how all of them move on to the next."""

from __future__ import annotations

from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from threading import Lock
from typing import Any

from airflow_provider_erp.sandbox.customers import Customers, Tally
from airflow_provider_erp.sandbox.fynn.api import Fynn
from airflow_provider_erp.sandbox.lemonsoft.api import Lemonsoft
from airflow_provider_erp.sandbox.lemonsoft.sessions import Sessions
from airflow_provider_erp.sandbox.system import System
from airflow_provider_erp.sandbox.told import looking, told
from airflow_provider_erp.sandbox.visma_net.api import VismaNet
from airflow_provider_erp.sandbox.visma_net.limits import Limit
from airflow_provider_erp.sandbox.visma_net.tokens import Tokens
from airflow_provider_erp.sandbox.visma_px.api import VismaPx
from airflow_provider_erp.sandbox.world.calendar import Calendar, World
from airflow_provider_erp.sandbox.world.seen import Seen


class Present:
    """What day it is, and the systems as they stand on it, by vendor.

    Safe to move on from another thread than the server's: each system shows one day or the next, never a mixture.
    """

    def __init__(
        self,
        calendar: Calendar,
        tokens: Tokens,
        limit: Limit,
        sessions: Sessions,
        *,
        unique_corporate_ids: bool = False,
    ) -> None:
        self._calendar, self._lock = calendar, Lock()
        world = calendar.today
        visma_net = VismaNet(world, tokens, limit, unique_corporate_ids=unique_corporate_ids)
        lemonsoft = Lemonsoft(world, sessions)
        self.systems: dict[str, System] = {
            "visma_px": VismaPx(world),
            "visma_net": visma_net,
            "lemonsoft": lemonsoft,
            "fynn": Fynn(world),
        }
        self._writable: dict[str, Customers] = {"visma_net": visma_net.customers, "lemonsoft": lemonsoft.customers}

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

    def tally(self, vendor: str) -> Tally:
        """What was written into a system since the sandbox began, counted.

        Raises:
            ValueError: the system takes no writes.
        """
        if vendor not in self._writable:
            raise ValueError(f"sandbox: expected one of {', '.join(self._writable)}, which take writes, got {vendor!r}")
        customers = self._writable[vendor]
        with customers.lock:
            return deepcopy(customers.tally)

    def tallies(self) -> dict[str, Any]:
        """The same of all systems that take writes, as plain JSON values."""
        return {vendor: self.tally(vendor).plain() for vendor in self._writable}

    def look(self, vendor: str, source_id: str) -> Seen:
        """A customer as a system holds it now, as a comparison sees it.

        Raises:
            KeyError: the system has none with this id.
        """
        with self._lock:
            return looking(self._calendar, self._writable)(vendor, source_id)

    def truth(self) -> dict[str, Any]:
        """The breaks that stand, and what was planted to come, change and go since the day before.

        A planted break that a write put right is not among them; one that a write made is.
        """
        with self._lock:
            changes = {
                vendor: {name: each.plain() for name, each in system.changes().items()}
                for vendor, system in self.systems.items()
            }
            with ExitStack() as stack:
                for customers in self._writable.values():
                    stack.enter_context(customers.lock)
                world = replace(self.world, reconciliations=told(self._calendar, self._writable))
            return world.truth() | {"changes": changes}
