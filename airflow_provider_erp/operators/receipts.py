"""What a push tells people: a preview in the log; receipts, rejected and refused records in files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from airflow_provider_erp.corrections.given import ACTION, CREATE, EXPECTED
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.planned import Planned
from airflow_provider_erp.pushing.journal import Receipt
from airflow_provider_erp.pushing.many import Told, preview
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Value, Wish

RECEIPTS, REJECTED, REFUSED = "receipts.jsonl", "rejected.jsonl", "refused.jsonl"
_ENCODER = msgspec.json.Encoder()


def write_receipts(told: Sequence[Told], planned: Planned, folder: str, workdir: Path) -> dict[str, Any]:
    """Writes a receipt a record, the records that the system rejected, and what was refused here.

    A rejected record can be mended and pushed again, with what the system is
    expected to hold, or that it is to be created. One that was refused can
    not: pushed again it would write over what the refusal protects, so its
    rows are no records. Those of a selection lie in a folder of its own. The
    counts by outcome and the paths come back. A file of nothing is removed.
    """
    selection = planned.selection.digest if planned.selection else None
    folder = join(folder, f"selection-{selection[:16]}") if selection else folder
    ordered = sorted(told, key=lambda each: each[0].key)
    _put(folder, RECEIPTS, (_receipt(wish, receipt) for wish, receipt in ordered), workdir)
    rejected = [_rejected(wish, receipt) for wish, receipt in ordered if receipt.outcome == "rejected"]
    refused = [_refused(wish, receipt) for wish, receipt in ordered if receipt.outcome == "refused"]
    return {
        "plan": planned.plan.digest,
        **({"selection": selection} if selection else {}),
        "records": len(ordered),
        "counts": dict(sorted(Counter(receipt.outcome for _, receipt in ordered).items())),
        "receipts": join(folder, RECEIPTS),
        "rejected": _put_or_remove(folder, REJECTED, rejected, workdir),
        "refused": _put_or_remove(folder, REFUSED, refused, workdir),
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
    expected = {EXPECTED: {name: value or "" for name, value in held.items()}} if (held := _held(wish)) else {}
    action = {ACTION: CREATE} if wish.mode == "create" else {}
    version = {"version": wish.version} if wish.version else {}
    record = {**_known(wish), **wish.to, **version, **expected, **action}
    return {"record": record, "reason": receipt.reason, "said": receipt.said}


def _held(wish: Wish) -> Mapping[str, Value]:
    """What the record is expected to hold: of one that had to be there its key, so that no push creates it."""
    match = wish.match
    if wish.expected or wish.mode != "update" or match is None or match.by == "source_id":
        return wish.expected
    return {match.by: match.value}


def _refused(wish: Wish, receipt: Receipt) -> dict[str, Any]:
    return {
        "record": wish.key,
        "known": _known(wish),
        "wanted": wish.to,
        "expected": wish.expected,
        "id": receipt.id,
        "reason": receipt.reason,
    }


def _known(wish: Wish) -> dict[str, str]:
    """By what the record is found; the id of one that is to be created is another system's."""
    match = wish.match
    known = {"source_id": wish.record_id} if wish.record_id and wish.mode != "create" else {}
    return known | {match.by: match.value} if match and match.by != "source_id" else known


def _put_or_remove(folder: str, name: str, rows: Sequence[dict[str, Any]], workdir: Path) -> str | None:
    """Where the rows lie; None where there are none, nor a file of an earlier try."""
    address = join(folder, name)
    if rows:
        _put(folder, name, rows, workdir)
        return address
    storage.remove(address)
    return None


def _put(folder: str, name: str, rows: Iterable[dict[str, Any]], workdir: Path) -> None:
    local = workdir / name
    local.write_bytes(b"".join(_ENCODER.encode(row) + b"\n" for row in rows))
    storage.put(local, join(folder, name))
