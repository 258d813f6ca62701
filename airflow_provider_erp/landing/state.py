"""The current state of a stream: its last full batch, the changes after it, less what was deleted."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.landing.catalog import Catalog, Published, copy_part, copy_records
from airflow_provider_erp.landing.chain import Chain, chain_as_of, chain_up_to
from airflow_provider_erp.landing.deletions import Guard
from airflow_provider_erp.landing.known import KnownRecords
from airflow_provider_erp.landing.stream import EVERYTHING, Stream

_MEMORY_MB = 128

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All records that a system holds, as far as its batches tell.

    Attributes:
        records: a local Parquet file, one row a record, every column text, as in a batch.
        rows: how many records that are.
        deleted: a local Parquet file of the records that are gone: ``source_id``, ``last_seen`` and ``noticed``,
            the ``as_of`` of the batch that last had the record and of the one by which it was gone.
        deleted_rows: how many of these; they go back as far as the batches that were looked at.
        batches: what the state is made of, a full batch first, in the order of reading.
        remarks: sentences that a reader must know, such as that a short list deleted nothing.
    """

    records: Path
    rows: int
    deleted: Path
    deleted_rows: int
    batches: tuple[Published, ...]
    remarks: tuple[str, ...]

    @property
    def newest(self) -> Published:
        """The batch that was read last."""
        return self.batches[-1]

    @property
    def read_at(self) -> dt.datetime:
        """When reading of the newest batch began: what was created or changed until then is in the state."""
        return self.newest.manifest.observed_at


def current_state(
    base_path: str, stream: Stream, as_of: dt.datetime, folder: Path, *, guard: Guard | None = None
) -> State:
    """The state of a stream as of a moment, written into an empty local folder.

    It begins with the last full batch of that ``as_of`` or an earlier one;
    changes are merged in the order of reading, the last reading of a record
    wins. Gone is what a full batch lacks, where the guard believes it, and what
    the vendor's feed of deletions names in a batch of changes, until a record
    is shown again (a record that the same batch shows was there when it was
    read, and stays).

    Raises:
        ValueError: there is no full batch, a batch that is needed has raw lines only, or changes are missing.
        ErpInconsistentRead: a file is gone, or its bytes are not those that were published.
    """
    return _merged(chain_as_of(Catalog(base_path), stream, as_of), folder, guard or Guard())


def state_up_to(batch: Published, folder: Path, *, guard: Guard | None = None) -> State:
    """The same with a batch as the last: what was published or read after it does not count.

    Raises:
        ValueError: as ``current_state``, or the batch does not lie where its stream's batches lie.
        ErpInconsistentRead: as ``current_state``.
    """
    return _merged(chain_up_to(batch), folder, guard or Guard())


def _merged(chain: Chain, folder: Path, guard: Guard) -> State:
    guard.check()
    records, deleted = folder / "current.parquet", folder / "deleted.parquet"
    with open_engine(folder, memory_mb=_MEMORY_MB) as connection:
        known = KnownRecords(connection)
        first, objections = _go_through(chain.batches, known, folder, guard)
        known.write_records(records)
        deleted_rows = known.write_deleted(deleted)
        rows = len(known)
    batches = chain.batches[first:]
    return State(
        records=records,
        rows=rows,
        deleted=deleted,
        deleted_rows=deleted_rows,
        batches=batches,
        remarks=(*objections, *chain.remarks, *_limits(batches)),
    )


def _go_through(
    batches: Sequence[Published], known: KnownRecords, folder: Path, guard: Guard
) -> tuple[int, Sequence[str]]:
    """The place of the full batch that the state begins with, and why later ones deleted nothing."""
    first, objections = 0, list[str]()
    for number, batch in enumerate(batches):
        copies = folder / f"batch-{number}"
        copies.mkdir()
        known.show(copy_records(batch, copies), batch.manifest.as_of.isoformat())
        if batch.manifest.coverage == "full":
            objection = _judge(batch, known, guard)
            if objection is None:
                first, objections = number, []
            else:
                objections.append(objection)
        elif batch.manifest.deleted is not None:
            known.delete_fed(copy_part(batch, batch.manifest.deleted, copies))
        known.take()
    return first, objections


def _judge(batch: Published, known: KnownRecords, guard: Guard) -> str | None:
    """Deletes what a full batch lacks, or answers why not."""
    gone = known.gone()
    objection = guard.objection(batch.manifest, len(known), gone)
    if objection is None:
        known.delete_absent()
        if gone:
            log.info("%s: %d records are gone", batch.path, gone)
    return objection


def _limits(batches: tuple[Published, ...]) -> Iterator[str]:
    """What changes cannot tell."""
    changes = [batch.manifest for batch in batches if batch.manifest.coverage == "changes"]
    if not changes:
        return
    title = changes[-1].title
    whole = batches[0].manifest.observed_at
    if any(manifest.deleted is None for manifest in changes):
        yield (
            f"{title} was read whole on {whole:%Y-%m-%d %H:%M %Z} and its changes since: what was deleted there "
            "after that is still in the state"
        )
    if changes[-1].selection != EVERYTHING:
        yield (
            f"{title}'s changes were read with the filters {', '.join(changes[-1].filters)}: what no longer fits "
            "them is still in the state"
        )
