"""When a request may be sent again, and how long to wait before that."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from airflow_provider_erp.exceptions import ErpUnavailable, OutcomeUnknown
from airflow_provider_erp.protocol.messages import Answer, Conversation, Lost, Request, Response, Sleep, ask

TOO_MANY = 429
_GIVEN_UP = frozenset({408, 499})
"""A server or a gateway gave up waiting. ASSUMED: what is behind a gateway may have done a write all the same."""
LONGEST_WAIT = 86_400.0
"""Seconds. ASSUMED: no server means to be left alone for longer; a task cannot be put off for centuries."""


class Pace(Protocol):
    """How fast a server may be asked."""

    def turn(self, most_seconds: float) -> tuple[float, bool]:
        """Seconds until the caller's turn, and whether it is taken: not where that is much longer than it may be."""
        ...

    def learn(self, response: Response) -> None:
        """Takes note of what an answer says of the server's limits."""
        ...


class Unlimited:
    """As fast as it goes."""

    def turn(self, most_seconds: float) -> tuple[float, bool]:
        """At once."""
        return 0.0, True

    def learn(self, response: Response) -> None:
        """Nothing to note."""


UNLIMITED = Unlimited()


def _unnoted(_seconds: float) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class Retry:
    """A budget for one request: attempts in all, and seconds after its first failure.

    The clock starts with the first failure, so that one long time-out still
    leaves a second try. ``pace`` says when each attempt may go out; ``note`` is
    told of each pause before something is asked for once more.
    """

    max_attempts: int = 5
    max_seconds: float = 15.0
    first_pause_seconds: float = 0.5
    jitter: Callable[[], float] = random.random
    pace: Pace = UNLIMITED
    note: Callable[[float], object] = _unnoted

    def delay(self, failures: int, spent_seconds: float, asked_seconds: float | None) -> float | None:
        """Seconds to wait after that many failures, at least what the server asked for; None when spent."""
        if failures >= self.max_attempts:
            return None
        pause: float = self.first_pause_seconds * 2 ** (failures - 1) * (0.75 + self.jitter() / 2)
        pause = max(pause, asked_seconds or 0.0)
        return pause if spent_seconds + pause <= self.max_seconds else None


def persist(request: Request, retry: Retry) -> Conversation[Response]:
    """The server's answer to ``request``, which is sent again while that is safe and the budget lasts.

    Raises:
        ErpUnavailable: no usable answer within the budget; ``retry_after`` as the server asked.
        OutcomeUnknown: a write may have been done, and its answer was lost.
    """
    failures = 0
    spent = 0.0
    while True:
        yield from _await_turn(request, retry)
        answer = yield from ask(request)
        if isinstance(answer, Response):
            retry.pace.learn(answer)
        if isinstance(answer, Response) and not _is_transient(answer.status):
            return answer
        if not request.repeatable and _may_have_been_done(answer):
            raise OutcomeUnknown(f"{request.label}: {_what_came(answer)}; look before it is sent again")
        spent += answer.seconds if failures else 0.0
        failures += 1
        asked = retry_after_seconds(answer)
        pause = retry.delay(failures, spent, asked)
        if pause is None:
            raise _unavailable(request, answer, failures, asked)
        spent += pause
        retry.note(pause)
        yield Sleep(pause)


def _await_turn(request: Request, retry: Retry) -> Conversation[None]:
    seconds, is_taken = retry.pace.turn(retry.max_seconds)
    if not is_taken:
        reason = f"the server's limit, or the connection's, allows the next request in {seconds:.0f} s"
        raise ErpUnavailable(
            f"{request.label}: {reason}; nothing was sent, try the task again then", reason=reason, retry_after=seconds
        )
    if seconds > 0:
        yield Sleep(seconds)


def retry_after_seconds(answer: Answer) -> float | None:
    """What ``Retry-After`` asks for, given in seconds or as a date; a date is held against the server's own clock."""
    text = answer.headers.get("retry-after", "").strip() if isinstance(answer, Response) else ""
    if not text or isinstance(answer, Lost):
        return None
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    until = _http_date(text)
    if until is None:
        return None
    now = _http_date(answer.headers.get("date", "")) or answer.received_at
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _is_transient(status: int) -> bool:
    return status >= 500 or status == TOO_MANY or status in _GIVEN_UP


def _may_have_been_done(answer: Answer) -> bool:
    return answer.sent if isinstance(answer, Lost) else answer.status != TOO_MANY


def _what_came(answer: Answer) -> str:
    return answer.reason if isinstance(answer, Lost) else f"status {answer.status}"


def _unavailable(request: Request, answer: Answer, failures: int, asked: float | None) -> ErpUnavailable:
    wait = "" if asked is None else f", the server asks to wait {asked:.0f} s"
    reason = f"{_what_came(answer)} after {failures} attempt{'s' * (failures > 1)}{wait}"
    response = answer if isinstance(answer, Response) else None
    return ErpUnavailable(
        f"{request.label}: {reason}; try the task again later, or raise max_attempts and retry_seconds in the "
        "connection",
        reason=reason,
        status=response.status if response else None,
        request_id=response.request_id if response else None,
        retry_after=asked,
    )
