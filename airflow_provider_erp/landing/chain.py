"""Which batches a current state is made of, in the order in which they were read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, dropwhile

from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.stream import Stream

SHORT_BATCHES_BELIEVED = 3
"""What the full batches of so many moments in a row lack is gone, whatever the guard says."""

FULL_BATCHES = SHORT_BATCHES_BELIEVED + 1
"""Of so many of the last moments with full batches these are looked at: those, and one to know what they lack."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A full batch and what was read after it, further full batches and changes, the oldest first.

    ``remarks`` say what cannot be told of how they continue one another.
    """

    batches: tuple[Published, ...]
    remarks: tuple[str, ...] = ()


def chain_as_of(catalog: Catalog, stream: Stream, as_of: dt.datetime) -> Chain:
    """What was published for ``as_of`` and before.

    Of several batches for one ``as_of`` all count, as they were read one after
    another: what the last one lacks may have been lost on the way.

    Raises:
        ValueError: there is no full batch, a batch that is needed has raw lines only, or changes are not continuous.
    """
    found = (batch for batch in catalog.latest_first(stream) if batch.manifest.as_of <= as_of)
    return _linked(list(_needed(found)), f"{stream.conn_type} {stream.resource} of {stream.company!r}", as_of)


def chain_up_to(last: Published) -> Chain:
    """What was published up to a batch, itself the last: nothing of a later ``as_of``, nothing that was read later.

    Raises:
        ValueError: as ``chain_as_of``, or the batch was moved.
    """
    earlier = (
        batch
        for batch in Catalog.of(last).latest_first(last.stream)
        if batch.path != last.path
        and batch.manifest.as_of <= last.manifest.as_of
        and batch.manifest.observed_at <= last.manifest.observed_at
    )
    found = list(_needed(chain([last], earlier)))
    return _linked(found, f"batch {name_of(last)!r}", last.manifest.as_of)


def looked_at_from(latest_first: Iterable[Published]) -> dt.datetime | None:
    """The earliest ``as_of`` that a state as of now looks at; None where there is no batch at all.

    Where there is no full batch it is the last one's, from whose cursor the
    next fetch goes on.
    """
    newest = None
    full: set[dt.datetime] = set()
    for batch in latest_first:
        newest = newest or batch.manifest.as_of
        full |= _full_moment(batch)
        if len(full) == FULL_BATCHES:
            break
    return min(full, default=newest)


def name_of(batch: Published) -> str:
    """What messages call a batch."""
    found = batch.manifest
    return f"{found.conn_type}/{found.company}/{found.resource}/{found.as_of.date().isoformat()}"


def _needed(latest_first: Iterable[Published]) -> Iterator[Published]:
    """Back to the oldest full batch to look at, or to what holds raw lines only: no state can begin before that."""
    full: set[dt.datetime] = set()
    for batch in _with_records(latest_first):
        is_older = len(full) == FULL_BATCHES and batch.manifest.as_of < min(full)
        if is_older or (full and batch.manifest.records is None):
            return
        yield batch
        full |= _full_moment(batch)


def _with_records(latest_first: Iterable[Published]) -> Iterator[Published]:
    """Less those with raw lines only that were read again, with records."""
    seen: set[tuple[dt.datetime, str | None]] = set()
    for batch in latest_first:
        asked = (batch.manifest.as_of, batch.manifest.cursor_in)
        if batch.manifest.records is not None or asked not in seen:
            yield batch
        seen.add(asked)


def _full_moment(batch: Published) -> set[dt.datetime]:
    return {batch.manifest.as_of} if batch.manifest.coverage == "full" else set()


def _linked(found: Sequence[Published], label: str, as_of: dt.datetime) -> Chain:
    for batch in found:
        if batch.manifest.records is None:
            raise ValueError(
                f"{label}: a current state needs canonical records, but batch {batch.path} has raw lines only; "
                "fetch everything once with canonical=True"
            )
    since_a_full_one = dropwhile(lambda batch: batch.manifest.coverage != "full", reversed(found))
    in_order = sorted(since_a_full_one, key=lambda batch: (batch.manifest.observed_at, batch.manifest.as_of))
    batches = tuple(dropwhile(lambda batch: batch.manifest.coverage != "full", in_order))
    if not batches:
        raise ValueError(_no_full_batch(found, label, as_of))
    return Chain(batches, tuple(_gaps(batches)))


def _no_full_batch(found: Sequence[Published], label: str, as_of: dt.datetime) -> str:
    covered = f" covers changes since {found[0].manifest.cursor_in} only; fetch a full batch" if found else ""
    return (
        f"no current state as of {as_of.isoformat()}: {label}{covered or ' has no full batch'} "
        "(there is none at or before that moment): without one nobody can tell what is missing"
    )


def _gaps(batches: Sequence[Published]) -> Iterator[str]:
    """Nothing where each batch of changes goes on from a cursor that a batch for an earlier moment had reached.

    Cursors are compared as texts, as a fetch does that looks for the greatest.

    Raises:
        ValueError: changes begin after all that was read before.
    """
    reached: str | None = None
    for batch in sorted(batches, key=lambda batch: (batch.manifest.as_of, batch.manifest.observed_at)):
        manifest = batch.manifest
        if manifest.cursor_in is not None and reached is None:
            yield (
                f"{manifest.title}'s changes since {manifest.cursor_in} may not continue what was read before them: "
                "it has no cursor to compare"
            )
        elif manifest.cursor_in is not None and manifest.cursor_in > (reached or ""):
            raise ValueError(
                f"batch {batch.path} covers changes since {manifest.cursor_in}, but what was read before it reaches "
                f"only to {reached}: the changes between are missing; fetch with since='last', or a full batch"
            )
        reached = max(filter(None, (reached, manifest.cursor_out)), default=None)
