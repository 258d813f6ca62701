"""What stands in the columns of the two systems for one break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_erp.reconciliation.report.marks import Piece, clipped, marked
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.words import field_words, sentence_case


@dataclass(frozen=True, slots=True)
class Cell:
    """A note in our words, and a value in the system's own; ``alarm`` where there is nothing."""

    note: str = ""
    pieces: tuple[Piece, ...] = ()
    alarm: bool = False


def what(found: Break, kinds: Mapping[str, str]) -> str:
    """The break's kind in words, with its field where it has one."""
    kind, field = kinds.get(found.kind, found.kind), field_words(found.field)
    if found.kind == "field_differs":
        kind, field = f"{field} differs", ""
    return clipped(sentence_case(f"{kind}: {field}" if field else kind))


def both_cells(found: Break) -> tuple[Cell, Cell]:
    """Source and target; where both have a value, the differing characters are marked."""
    if found.source_value and found.target_value:
        source, target = marked(found.source_value, found.target_value)
        return Cell(pieces=source), Cell(pieces=target)
    return (
        _cell(found, "source", found.source_value, found.source_id, found.target_id),
        _cell(found, "target", found.target_value, found.target_id, found.source_id),
    )


def _cell(found: Break, side: str, value: str | None, own_id: str | None, other_id: str | None) -> Cell:
    if value is not None:
        return Cell(pieces=((clipped(value), False),)) if value else Cell("(empty)", alarm=True)
    if found.kind == f"missing_in_{side}":
        return Cell("missing", alarm=True)
    if own_id is None:
        return Cell()
    if found.kind == "ambiguous":
        several = found.members if side == "source" else found.candidates
        return _listed("may be" if len(several) > 1 else "record", several)
    if found.members and other_id is None:
        return _listed("records", found.members)
    return _listed("record", (own_id,))


def _listed(note: str, ids: tuple[str, ...]) -> Cell:
    return Cell(note, ((clipped(", ".join(ids)), False),)) if ids else Cell()
