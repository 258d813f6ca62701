"""What a conversation yields and what it is given: requests, pauses and pages out, answers in."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

import msgspec

from airflow_provider_erp.exceptions import UnreadableRecord

decode_record = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
"""One JSON object as a dict; numbers with a fraction or an exponent are ``Decimal``."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError)
"""What decoding raises: no JSON, no UTF-8, nested too deeply, a number beyond any decimal."""

T = TypeVar("T")

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; ``label`` is what errors and logs call it.

    ``repeatable`` says that sending it twice does no harm: true of reads and
    token requests, never of data that is written. ``stream`` asks for an
    ``Opened`` answer, whose body is asked for piece by piece.
    """

    label: str
    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    repeatable: bool = True
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer; header names are in lower case, ``seconds`` is how long it took."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime
    seconds: float = 0.0

    @property
    def json(self) -> bytes:
        """The body without the byte order mark that some servers put before JSON."""
        return self.body.removeprefix(_BOM)

    @property
    def request_id(self) -> str | None:
        """The vendor's own id of the request, where it names one."""
        return self.headers.get("x-request-id") or self.headers.get("request-id")


@dataclass(frozen=True, slots=True)
class Opened(Response):
    """An answer whose body is still to come; ``source`` is the transport's own, for the driver only."""

    source: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer: ``reason`` in words, ``sent`` is false only when no connection could be opened."""

    reason: str
    sent: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Sleep:
    """A pause that the driver makes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class More:
    """Asks for the next piece of an opened answer: bytes, none at its end, or ``Lost``."""

    opened: Opened


@dataclass(frozen=True, slots=True)
class Start:
    """Begins another conversation beside this one; the answer is its ticket."""

    conversation: Generator[Any, Any, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Asks for the outcome of a conversation that was started; many may wait for one."""

    ticket: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a started conversation returned, or the error that ended it."""

    value: Any = None
    error: Exception | None = None

    def get(self) -> Any:
        """The value; raises the error if there is one."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, in the server's order, doubles included.

    ``raw`` holds each record exactly as the server wrote it, checked to be one
    JSON value, ``keys`` its key; ``records`` decodes them when asked. ``total`` is what the
    server announced for the whole list, ``cursor`` what this page offers to go
    on from later, verbatim; either may be absent. ``look`` is 2 when the list
    is read a second time because rows moved during the first: what a first
    look handed on no longer counts. ``overlap`` counts rows that an earlier
    fetch of changes may have had.
    """

    number: int
    raw: list[msgspec.Raw] = field(repr=False)
    total: int | None = None
    cursor: str | None = None
    keys: list[bytes] = field(default_factory=list, repr=False)
    look: int = 1
    overlap: int = 0

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows as dicts; numbers with a fraction or an exponent are ``Decimal``.

        Raises:
            UnreadableRecord: a row is no object in UTF-8, or goes beyond what can be read.
        """
        return [self._decoded(position, row) for position, row in enumerate(self.raw, start=1)]

    def _decoded(self, position: int, row: msgspec.Raw) -> dict[str, Any]:
        try:
            return decode_record(row)
        except UNREADABLE as exc:
            raise UnreadableRecord(
                f"page {self.number}, row {position}: no JSON object in UTF-8 that can be read ({type(exc).__name__})"
            ) from None


Answer = Response | Lost
"""What is given for a request."""

Step = Request | Sleep | Page | More | Start | Wait
Conversation = Generator[Step, Any, T]
"""A conversation yields steps, is given what each asks for (else ``None``) and returns a ``T``."""


def ask(request: Request) -> Conversation[Answer]:
    """The driver's answer to one request."""
    answer = yield request
    if answer is None:
        raise TypeError(f"{request.label}: the driver gave no answer to a request")
    return cast("Answer", answer)


def more(opened: Opened) -> Conversation[bytes | Lost]:
    """The next piece of an opened answer, empty at its end."""
    piece = yield More(opened)
    return cast("bytes | Lost", piece)


def start(conversation: Conversation[Any]) -> Conversation[Any]:
    """The ticket of another conversation, which goes on beside this one."""
    return (yield Start(conversation))


def wait(ticket: Any) -> Conversation[Any]:
    """What a started conversation returns; raises what it raised."""
    outcome = yield Wait(ticket)
    return outcome.get()
