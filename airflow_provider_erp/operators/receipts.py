"""What a push tells people: a preview in the log, receipts and rejected records in files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.planned import Planned
from airflow_provider_erp.pushing.journal import Receipt
from airflow_provider_erp.pushing.many import Told, preview
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Wish

RECEIPTS, REJECTED = "receipts.jsonl", "rejected.jsonl"
_NOT_DONE = frozenset({"rejected", "refused"})
_ENCODER = msgspec.json.Encoder()


def write_receipts(told: Sequence[Told], planned: Planned, folder: str, workdir: Path) -> dict[str, Any]:
    """Writes a receipt a record, and the records that were not taken, so that they can be mended and pushed again.

    Those of a selection lie in a folder of its own. The counts by outcome and
    the paths come back. ``rejected.jsonl`` is gone when nothing is rejected any
    more.
    """
    selection = planned.selection.digest if planned.selection else None
    folder = join(folder, f"selection-{selection[:16]}") if selection else folder
    ordered = sorted(told, key=lambda each: each[0].key)
    _put(folder, RECEIPTS, (_receipt(wish, receipt) for wish, receipt in ordered), workdir)
    rejected = [_rejected(wish, receipt) for wish, receipt in ordered if receipt.outcome in _NOT_DONE]
    if rejected:
        _put(folder, REJECTED, rejected, workdir)
    else:
        storage.remove(join(folder, REJECTED))
    return {
        "plan": planned.plan.digest,
        **({"selection": selection} if selection else {}),
        "records": len(ordered),
        "counts": dict(sorted(Counter(receipt.outcome for _, receipt in ordered).items())),
        "receipts": join(folder, RECEIPTS),
        "rejected": join(folder, REJECTED) if rejected else None,
    }


def preview_lines(pusher: Pusher, wishes: Iterable[Wish]) -> Iterator[tuple[str, list[str]]]:
    """What would become of each record, and the lines that say so: each field from what it is to what it shall be."""
    for wish, decided in preview(pusher, wishes):
        if isinstance(decided, Receipt):
            yield decided.outcome, [f"{wish.key}: {decided.outcome} {decided.reason}".rstrip()]
            continue
        current = decided.current.fields if decided.current else {}
        outcome = "updated" if decided.current else "created"
        changes = [f"  {name}: {current.get(name)!r} -> {value!r}" for name, value in decided.fields.items()]
        yield outcome, [f"{wish.key}: would be {outcome}", *changes]


def _receipt(wish: Wish, receipt: Receipt) -> dict[str, Any]:
    return {"record": wish.key, **msgspec.structs.asdict(receipt)}


def _rejected(wish: Wish, receipt: Receipt) -> dict[str, Any]:
    match = wish.match
    known = {"source_id": wish.record_id} if wish.record_id else {}
    if match and match.by != "source_id":
        known[match.by] = match.value
    return {"record": {**known, **wish.to}, "reason": receipt.reason, "said": receipt.said}


def _put(folder: str, name: str, rows: Iterable[dict[str, Any]], workdir: Path) -> None:
    local = workdir / name
    local.write_bytes(b"".join(_ENCODER.encode(row) + b"\n" for row in rows))
    storage.put(local, join(folder, name))
