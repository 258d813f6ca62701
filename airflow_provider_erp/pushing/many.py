"""All records of a plan: several in flight, each told as it is done; or none sent and all previewed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Lock

from airflow_provider_erp.pushing.deciding import Deed
from airflow_provider_erp.pushing.journal import Entry, Journal, Receipt, key_of
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Wish

Told = tuple[Wish, Receipt]


def push_all(
    pusher: Pusher, wishes: Sequence[Wish], entries: Mapping[str, Entry], *, in_flight: int = 4
) -> Iterator[Told]:
    """Yields each record's receipt as it is done, in any order; never more in flight than the system takes at once.

    What an earlier try had under way comes first, so that no other record of
    one customer is written before it is known what came of that. Where the
    system cannot be asked any more nothing new is begun; what is under way is
    told before the error is raised.

    Raises:
        ValueError: two wishes are of one record; nothing was sent.
        ErpError: as ``Pusher.push``.
    """
    _check_keys(wishes)
    pusher.seen.update(_seen_before(wishes, entries))
    in_flight = min(in_flight, pusher.target.most_in_flight or in_flight)
    begun_before = [wish for wish in wishes if _is_under_way(entries.get(key_of(wish.key, wish.to)))]
    yield from _push_some(pusher, begun_before, entries, in_flight)
    keys = {wish.key for wish in begun_before}
    yield from _push_some(pusher, (wish for wish in wishes if wish.key not in keys), entries, in_flight)


class _Line:
    """Records that wait for their turn, until one fails."""

    def __init__(self, wishes: Iterable[Wish]) -> None:
        self._waiting = iter(wishes)
        self._lock = Lock()
        self._failures: list[BaseException] = []
        self._is_closed = False

    def next(self) -> Wish | None:
        """The next one, or None where nothing more is to be begun."""
        with self._lock:
            return None if self._is_closed else next(self._waiting, None)

    def close(self, failure: BaseException | None = None) -> None:
        with self._lock:
            self._is_closed = True
            if failure is not None:
                self._failures.append(failure)

    def raise_failure(self) -> None:
        """The first one, if there was any."""
        if self._failures:
            raise self._failures[0]


def _push_some(pusher: Pusher, wishes: Iterable[Wish], entries: Mapping[str, Entry], in_flight: int) -> Iterator[Told]:
    """Each thread takes its next record by itself: to be handed one by another thread would take it longer."""
    line = _Line(wishes)
    told: SimpleQueue[Told | None] = SimpleQueue()

    def work() -> None:
        try:
            while (wish := line.next()) is not None:
                told.put((wish, _push_one(pusher, wish, entries, line)))
        finally:
            told.put(None)

    with ThreadPoolExecutor(in_flight, thread_name_prefix="erp-push") as pool:
        try:
            for _ in range(in_flight):
                pool.submit(work)
            for _ in range(in_flight):
                yield from iter(told.get, None)
        finally:
            line.close()
    line.raise_failure()


def _push_one(pusher: Pusher, wish: Wish, entries: Mapping[str, Entry], line: _Line) -> Receipt:
    """Ends the line where the record's push ended in an error."""
    try:
        return pusher.push(wish, entries.get(key_of(wish.key, wish.to)))
    except BaseException as error:
        error.add_note(f"the push ended at record {wish.key!r}")
        line.close(error)
        raise


def _is_under_way(entry: Entry | None) -> bool:
    return entry is not None and entry.receipt is None


def _seen_before(wishes: Iterable[Wish], entries: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """The ids of records that an earlier try of this push changed, was about to change, or left as they were.

    Not of those that it created: a system may name a new one by another id than that which it is found by.
    """
    for wish in wishes:
        entry = entries.get(key_of(wish.key, wish.to))
        intent, receipt = (entry.intent, entry.receipt) if entry else (None, None)
        if intent and intent.id:
            yield intent.id, wish.key
        elif receipt and receipt.id and receipt.outcome in ("updated", "unchanged"):
            yield receipt.id, wish.key


def told_by_now(journal: Journal, wishes: Iterable[Wish]) -> Iterator[Told]:
    """The receipts that the journal has, also of earlier tries."""
    entries = journal.entries()
    for wish in wishes:
        entry = entries.get(key_of(wish.key, wish.to))
        if entry and entry.receipt and entry.receipt.outcome != "unsent":
            yield wish, entry.receipt


def preview(pusher: Pusher, wishes: Iterable[Wish]) -> Iterator[tuple[Wish, Receipt | Deed]]:
    """What would be sent for each record, or why nothing would be; only reads, and nothing is noted."""
    for wish in wishes:
        yield wish, pusher.decider.decide(wish)


def _check_keys(wishes: Sequence[Wish]) -> None:
    keys = {wish.key for wish in wishes}
    if len(keys) != len(wishes):
        raise ValueError(
            f"push: expected each record once, got {len(wishes)} records with {len(keys)} keys; nothing was sent, "
            "leave out the repeated ones"
        )
