"""A selection of a plan as a file of its own: the digests of the changes that a person marked."""

from __future__ import annotations

from pathlib import Path

import msgspec

from airflow_provider_erp.corrections.plan import Plan, Selection
from airflow_provider_erp.exceptions import ErpInconsistentRead


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    plan: str
    digest: str
    changes: list[str]


_FILE = msgspec.json.Decoder(_File).decode


def write_selection(selection: Selection, folder: Path) -> Path:
    """Write ``selection-<digest>.json``: no values, only the digests of the plan, the selection and its changes."""
    changes = [each.change_id for each in selection.changes]
    file = folder / f"selection-{selection.digest[:16]}.json"
    file.write_bytes(msgspec.json.encode(_File(plan=selection.plan, digest=selection.digest, changes=changes)))
    return file


def read_selection(file: Path, plan: Plan) -> Selection:
    """The selection of this plan that was written.

    Raises:
        ErpInconsistentRead: the file is no selection of this plan, or not the one that its digest names.
    """
    try:
        said = _FILE(file.read_bytes())
        selection = plan.select(said.changes)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as exc:
        raise ErpInconsistentRead(
            f"{file.name}: expected a selection of plan {plan.digest[:12]}; mark it anew"
        ) from exc
    if (said.plan, said.digest) != (plan.digest, selection.digest):
        raise ErpInconsistentRead(
            f"{file.name}: it names plan {said.plan[:12]} and selection {said.digest[:12]}, but its changes are "
            f"{selection.digest[:12]} of {plan.digest[:12]}: mark the plan anew"
        )
    return selection
