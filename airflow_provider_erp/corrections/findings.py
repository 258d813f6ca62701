"""What a plan is made from: the breaks of a comparison, and what else it found out about the two sides."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.result import Reconciliation, SideResult
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The breaks of one comparison of customers.

    ``breaks`` is a local Parquet file with the columns of a break, with or
    without those of its history. ``titles`` is what people call source and
    target, ``batches`` names what was read of each, ``whole`` whether each of them is known to lack no record.
    ``suggested`` are pairs that may be one, by source and target id.
    """

    breaks: Path
    spec_digest: str
    as_of: dt.datetime
    titles: tuple[str, str]
    batches: tuple[str, str]
    whole: tuple[bool, bool]
    suggested: frozenset[tuple[str, str]] = frozenset()


def findings_of(result: Reconciliation) -> Findings:
    """The findings of a comparison that has just been made.

    Raises:
        ValueError: it is of no moment.
    """
    if result.as_of is None:
        raise ValueError(f"result of {result.spec!r}: expected the moment that it is of, got as_of=None")
    sides = (result.source, result.target)
    return Findings(
        breaks=result.breaks,
        spec_digest=result.provenance["spec"],
        as_of=result.as_of,
        titles=(result.source.title, result.target.title),
        batches=(result.source.batch, result.target.batch),
        whole=(_is_whole(sides[0]), _is_whole(sides[1])),
        suggested=frozenset((each.source_id, each.target_id) for each in result.suggestions),
    )


def read_findings(folder: Path) -> Findings:
    """The findings of a published report: ``breaks.json`` and ``breaks.parquet`` in a local folder.

    Raises:
        ErpInconsistentRead: ``breaks.json`` is not what a report writes.
    """
    try:
        said = _REPORT((folder / "breaks.json").read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise ErpInconsistentRead(
            f"{folder.name}/breaks.json: expected the file of a report; make the report again"
        ) from exc
    return Findings(
        breaks=folder / "breaks.parquet",
        spec_digest=said.provenance.get("spec", ""),
        as_of=said.as_of,
        titles=(said.source.title, said.target.title),
        batches=(said.source.batch, said.target.batch),
        whole=(_is_whole(said.source), _is_whole(said.target)),
        suggested=frozenset((each.source_id, each.target_id) for each in said.suggestions),
    )


def digest_of(spec: ReconciliationSpec) -> str:
    """The digest by which a result names its spec."""
    return hashlib.sha256(msgspec.json.encode(spec, order="deterministic")).hexdigest()[:32]


class _Side(msgspec.Struct):
    title: str
    batch: str
    complete: bool
    rejected: int


class _Suggestion(msgspec.Struct):
    source_id: str
    target_id: str


class _Report(msgspec.Struct):
    as_of: dt.datetime
    source: _Side
    target: _Side
    suggestions: list[_Suggestion]
    provenance: dict[str, str]


_REPORT = msgspec.json.Decoder(_Report).decode


def _is_whole(side: SideResult | _Side) -> bool:
    """A record that could not be read may be the one that seems to be missing."""
    return side.complete and not side.rejected
