"""What is no vendor's: the list of contents, the truth, the day and the faults, over HTTP."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, read_body
from airflow_provider_erp.sandbox.connections import connections
from airflow_provider_erp.sandbox.faults.board import Fault, FaultBoard
from airflow_provider_erp.sandbox.present import Present

PLACES = ("truth", "written", "day", "faults")


class Control:
    """The routes beside the vendors' own."""

    def __init__(self, url: str, present: Present, board: FaultBoard) -> None:
        self._url, self._present, self._board = url, present, board

    def routes(self) -> list[web.RouteDef]:
        """The routes below the sandbox's address."""
        return [
            web.get("/", self.contents),
            web.get("/truth", self.truth),
            web.get("/written", self.written),
            web.get("/day", self.day),
            web.post("/day", self.advance),
            web.get("/faults", self.list_faults),
            web.post("/faults", self.arm),
            web.delete("/faults", self.clear),
        ]

    async def contents(self, _request: web.Request) -> web.Response:
        """Where everything is."""
        systems = {each["conn_type"]: each["host"] for each in connections(self._url).values()}
        return json_answer({"systems": systems, **{name: f"{self._url}/{name}" for name in PLACES}})

    async def truth(self, _request: web.Request) -> web.Response:
        """The planted breaks and the changes since the day before."""
        return json_answer(self._present.truth())

    async def written(self, _request: web.Request) -> web.Response:
        """How many customers were created and changed by writes, by system."""
        return json_answer(self._present.tallies())

    async def day(self, _request: web.Request) -> web.Response:
        """How many days after day 0 it is."""
        return json_answer({"day": self._present.world.day})

    async def advance(self, request: web.Request) -> web.Response:
        """The next day, which the systems show from now on."""
        self._present.advance()
        return await self.day(request)

    async def list_faults(self, _request: web.Request) -> web.Response:
        """What is still armed, in order."""
        return json_answer([asdict(fault) for fault in self._board.armed()])

    async def arm(self, request: web.Request) -> web.Response:
        """What is armed after the fault of the body was added, or 400 with the reason."""
        try:
            self._board.arm(await read_body(request, Fault))
        except ValueError as exc:
            return json_answer({"message": str(exc)}, 400)
        return await self.list_faults(request)

    async def clear(self, request: web.Request) -> web.Response:
        """What is armed after everything was disarmed: an empty list."""
        self._board.clear()
        return await self.list_faults(request)
