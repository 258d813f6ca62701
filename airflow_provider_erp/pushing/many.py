"""All records of a plan: several in flight, each told as it is done; or none sent and all previewed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

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


def _push_some(pusher: Pusher, wishes: Iterable[Wish], entries: Mapping[str, Entry], in_flight: int) -> Iterator[Told]:
    waiting = iter(wishes)
    with ThreadPoolExecutor(in_flight, thread_name_prefix="erp-push") as pool:

        def begun(number: int) -> dict[Future[Receipt], Wish]:
            some = list(islice(waiting, number))
            return {pool.submit(pusher.push, each, entries.get(key_of(each.key, each.to))): each for each in some}

        under_way = begun(in_flight)
        failed: BaseException | None = None
        while under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            finished = [(future, under_way.pop(future)) for future in done]
            failed = failed or next(_failures(finished), None)
            if failed is None:
                under_way |= begun(len(finished))
            yield from ((wish, future.result()) for future, wish in finished if future.exception() is None)
        if failed is not None:
            raise failed


def _failures(finished: Iterable[tuple[Future[Receipt], Wish]]) -> Iterator[BaseException]:
    """What ended the push, with the name of the record at which it did."""
    for future, wish in finished:
        if error := future.exception():
            error.add_note(f"the push ended at record {wish.key!r}")
            yield error


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
