"""The manifest: what a batch holds, where it came from, and the proof that it is whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

FORMAT = 1
NAME = "manifest.json"

Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Coverage = Literal["full", "changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a batch; its digest is part of its name.

    It lies beside the manifest, or in ``folder``, the sibling folder of an
    earlier try of the same task that wrote it.
    """

    name: str
    sha256: str
    rows: int
    bytes: int
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs from the batch before, where the vendor has no change filter.

    ``records`` is a Parquet file of the added and changed canonical records.
    """

    added: int
    changed: int
    unchanged: int
    gone: int
    records: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBy:
    """The task instance that published a batch; only who may read its DAG is shown the batch."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one fetch read. A folder without a manifest is no batch.

    ``rows`` is ``distinct + repeated + rejected``: every row that the server
    sent is a record of its own, an older copy of one, or unreadable.
    ``coverage`` is ``full``, or ``changes`` since ``cursor_in``; ``cursor_out``
    is the same where no rows came, which may have been lost. ``observed_at``
    is when reading began. ``announced_total`` is what the server said.
    ``selection`` is the stream's: ``all``, or a digest of what was sent to
    select rows; ``filters`` are the names only, for the values may be personal.
    ``records`` is None where raw lines only were asked for. ``looks`` is 2
    where the list was read twice because rows moved. ``overlap`` counts rows
    of a fetch of changes that an earlier one may have had. ``schema`` holds
    the JSON types of the raw records' fields, ``drift`` what is otherwise than
    in the batch before, ``deleted`` the ids that the vendor says are gone.
    ``seconds`` is how long after ``observed_at`` it was published, ``conn_id``
    Airflow's name of the connection.
    """

    format: int
    conn_type: str
    title: str
    company: str
    resource: str
    selection: str
    filters: tuple[str, ...]
    coverage: Coverage
    cursor_in: str | None
    cursor_out: str | None
    as_of: Moment
    observed_at: Moment
    rows: int
    distinct: int
    repeated: int
    rejected: int
    announced_total: int | None
    pages: int
    parts: tuple[Part, ...]
    records: Part | None
    rejected_file: Part | None
    versions: dict[str, str]
    looks: int = 1
    overlap: int | None = None
    schema: dict[str, list[str]] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    deleted: Part | None = None
    changes: Changes | None = None
    made_by: MadeBy | None = None
    seconds: float | None = None
    conn_id: str | None = None


class _Format(msgspec.Struct):
    format: int


_FORMAT_OF, _MANIFEST = msgspec.json.Decoder(_Format).decode, msgspec.json.Decoder(Manifest).decode


def encode(manifest: Manifest) -> bytes:
    """The manifest as JSON, one field a line."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(content: bytes, address: str) -> Manifest:
    """The manifest that ``encode`` wrote; ``address`` is for messages. Fields of a later version are ignored.

    Raises:
        ValueError: this is no manifest, or one of a newer format.
    """
    try:
        found = _FORMAT_OF(content).format
        if found <= FORMAT:
            return _MANIFEST(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise ValueError(f"{address}: expected the manifest of a batch, but {exc}") from exc
    raise ValueError(
        f"{address}: manifest format {found} is newer than this package reads ({FORMAT}); upgrade the package"
    )
