"""The current state of a stream: its last full batch, the changes after it, less what was deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.landing.catalog import Catalog, Published, copy_part, copy_records
from airflow_provider_erp.landing.chain import SHORT_BATCHES_BELIEVED, Chain, chain_as_of, chain_up_to
from airflow_provider_erp.landing.deletions import Guard, believed
from airflow_provider_erp.landing.known import KnownRecords
from airflow_provider_erp.landing.lineage import tell_read
from airflow_provider_erp.landing.manifest import Manifest
from airflow_provider_erp.landing.stream import EVERYTHING, Stream

_MEMORY_MB = 128


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
        short: of these, those that say that the newest full batches lacked more than is believed.
        complete: whether all that the newest full batch lacks is known to be gone.
    """

    records: Path
    rows: int
    deleted: Path
    deleted_rows: int
    batches: tuple[Published, ...]
    remarks: tuple[str, ...]
    short: tuple[str, ...] = ()
    complete: bool = True

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
    tell_read(chain.batches[-1].folder)
    records, deleted = folder / "current.parquet", folder / "deleted.parquet"
    with open_engine(folder, memory_mb=_MEMORY_MB) as connection:
        known = KnownRecords(connection)
        merging = _Merging(known, guard)
        for number, batch in enumerate(chain.batches):
            copies = folder / f"batch-{number}"
            copies.mkdir()
            merging.take(number, batch, copies)
        known.write_records(records)
        deleted_rows = known.write_deleted(deleted)
        rows = len(known)
    batches = chain.batches[merging.first :]
    return State(
        records=records,
        rows=rows,
        deleted=deleted,
        deleted_rows=deleted_rows,
        batches=batches,
        remarks=(*merging.told, *chain.remarks, *_limits(batches)),
        short=tuple(merging.short),
        complete=not merging.objected,
    )


class _Merging:
    """Takes batches in the order of reading.

    ``first`` is the place of the full batch that the state begins with.
    """

    def __init__(self, known: KnownRecords, guard: Guard) -> None:
        self._known = known
        self._guard = guard
        self._believed: list[str] = []
        self._objections: dict[dt.datetime, tuple[Manifest, str]] = {}
        """Those in a row, by the moment: a list that is read again for one moment is short once."""
        self.first = 0

    @property
    def objected(self) -> bool:
        """Whether records stay that the newest full batch lacks."""
        return bool(self._objections)

    @property
    def told(self) -> list[str]:
        """What must be said of the full batch that the state begins with, and of full batches after it."""
        return [*self._believed, *(sentence for _, sentence in self._objections.values())]

    @property
    def short(self) -> list[str]:
        """Of these, the sentences that say that a batch was suspiciously short."""
        return [sentence for manifest, sentence in self._objections.values() if not manifest.rejected]

    def take(self, number: int, batch: Published, folder: Path) -> None:
        """Lays a batch over those before it; ``folder`` takes copies of its files."""
        manifest = batch.manifest
        self._known.show(copy_records(batch, folder), manifest.as_of.isoformat())
        if manifest.coverage == "full":
            self._judge(number, manifest)
        elif manifest.deleted is not None:
            self._known.delete_fed(copy_part(batch, manifest.deleted, folder))
        self._known.take()

    def _judge(self, number: int, manifest: Manifest) -> None:
        """Deletes what a full batch lacks, or says why not."""
        known, gone = len(self._known), self._known.gone()
        objection = self._guard.objection(manifest, known, gone)
        in_a_row = len({*self._objections, manifest.as_of})
        is_believed = in_a_row >= SHORT_BATCHES_BELIEVED and gone > manifest.rejected
        if objection is not None and not is_believed:
            self._objections[manifest.as_of] = manifest, objection
            return
        self._believed = [] if objection is None else [believed(manifest, known, gone)]
        self._objections = {}
        self._known.delete_absent()
        self.first = number


def _limits(batches: tuple[Published, ...]) -> Iterator[str]:
    """What changes cannot tell."""
    changes = [batch.manifest for batch in batches if batch.manifest.coverage == "changes"]
    if not changes:
        return
    title = changes[-1].title
    whole = batches[0].manifest.observed_at
    if changes[-1].deleted is None:  # the next that is told of deletions is told of these, too
        yield (
            f"{title} was read whole on {whole:%Y-%m-%d %H:%M %Z} and its changes since: what was deleted there "
            "after that is still in the state"
        )
    if changes[-1].selection != EVERYTHING:
        yield (
            f"{title}'s changes were read with the filters {', '.join(changes[-1].filters)}: what no longer fits "
            "them is still in the state"
        )
