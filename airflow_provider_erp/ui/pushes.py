"""What the push tasks of a run left: the counts of their receipts, and the records that were not taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.receipts import RECEIPTS
from airflow_provider_erp.pushing.claim import CLAIM, Claim
from airflow_provider_erp.ui.fetches import PUSHES, companies
from airflow_provider_erp.ui.folders import names_in

SHOWN_RECEIPTS = 200
_FIRST = ("unknown", "rejected", "refused")


class ReceiptLine(msgspec.Struct, frozen=True):
    """One record's receipt: its key, what became of it, and why; what the system said stays in the file."""

    record: str
    outcome: str
    reason: str = ""


_RECEIPT, _CLAIM = msgspec.json.Decoder(ReceiptLine), msgspec.json.Decoder(Claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One plan's receipts: counts by outcome, and the first lines, those that went wrong before the others.

    ``unreadable`` are lines that are no receipts, such as the last one of a file that was cut.
    """

    task_id: str
    plan: str
    counts: Mapping[str, int]
    lines: tuple[ReceiptLine, ...]
    unreadable: int = 0

    @property
    def records(self) -> int:
        """How many records have a receipt."""
        return sum(self.counts.values())


def pushes_of_run(base_path: str, run: tuple[str, str], task_id: str | None, map_index: int | None) -> list[Push]:
    """What the tasks of a run (its DAG's id and its own) pushed, or one of them; the caller checks who may see it."""
    return [
        push
        for company in companies(base_path)
        for digest in names_in(join(company, PUSHES))
        for claim in [_claim(join(company, PUSHES, digest, CLAIM))]
        if claim is not None
        and (claim.dag_id, claim.run_id) == run
        and task_id in (None, claim.task_id)
        and map_index in (None, claim.map_index)
        for push in _pushes(join(company, PUSHES, digest), claim, digest)
    ]


def _pushes(folder: str, claim: Claim, digest: str) -> Iterator[Push]:
    """The plan's receipts, and those of each selection of it."""
    selections = [name for name in names_in(folder) if name.startswith("selection-")]
    for place in (folder, *(join(folder, name) for name in selections)):
        try:
            content = storage.read(join(place, RECEIPTS))
        except (FileNotFoundError, NotADirectoryError):
            continue
        told = content.splitlines()
        lines = list(_readable(told))
        ordered = sorted(lines, key=lambda each: (each.outcome not in _FIRST, each.record))
        counts = dict(sorted(Counter(line.outcome for line in lines).items()))
        first = tuple(ordered[:SHOWN_RECEIPTS])
        unreadable = len(told) - len(lines)
        yield Push(task_id=claim.task_id, plan=digest, counts=counts, lines=first, unreadable=unreadable)


def _readable(lines: Iterable[bytes]) -> Iterator[ReceiptLine]:
    for line in lines:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            yield _RECEIPT.decode(line)


def _claim(address: str) -> Claim | None:
    try:
        return _kept_claim(address)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


@lru_cache(maxsize=2_000)
def _kept_claim(address: str) -> Claim:
    """A claim is written once and never changes."""
    return _CLAIM.decode(storage.read(address))
