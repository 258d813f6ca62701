"""A plan that another task made or a person approved, read back and held against the digests it was named with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_erp.corrections.plan import Change, Plan, Selection

_NAMES = ("plan", "digest", "selection", "selection_digest")


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what of it was selected; without a selection all of it is meant."""

    plan: Plan
    selection: Selection | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is to be done."""
        return (self.selection or self.plan).changes

    @property
    def digests(self) -> dict[str, str]:
        """The plan's digest, and the selection's where there is one."""
        plan = {"digest": self.plan.digest}
        return plan | {"selection_digest": self.selection.digest} if self.selection else plan


def names_of(given: Any) -> Mapping[str, Any]:
    """By what one task names a plan to the next; of a path only that.

    Raises:
        ValueError: this is neither a task's output nor a path, it was not approved, or a digest is missing.
    """
    if isinstance(given, str) and given:
        return {"plan": given}
    if isinstance(given, Mapping) and given.get("approved") is False:
        raise ValueError("plan: it was not approved; nothing was sent")
    if isinstance(given, Mapping) and given.get("plan"):
        names = {name: given[name] for name in _NAMES if given.get(name)}
        if ("selection" in names) != ("selection_digest" in names):
            raise ValueError(
                "plan: expected a selection with its digest, got one of the two; pass on what the task that selected "
                "or approved it returned"
            )
        return names
    raise ValueError(
        "plan: expected the output of a task that made, selected or approved a plan, or the path of a plan.parquet; "
        f"got {type(given).__name__}"
    )


def read_planned(given: Any, workdir: Path) -> Planned:
    """The plan and the selection that are named, by way of copies in ``workdir``.

    Raises:
        ErpInconsistentRead: a file is not what it says itself.
        ValueError: it is not what was named, or as :func:`names_of`.
    """
    from airflow_provider_erp.corrections.files import read_plan  # noqa: PLC0415  # heavy
    from airflow_provider_erp.corrections.selections import read_selection  # noqa: PLC0415

    names = names_of(given)
    plan = read_plan(_copy(names["plan"], workdir))
    _check(names["plan"], names.get("digest"), plan.digest)
    if "selection" not in names:
        return Planned(plan)
    selection = read_selection(_copy(names["selection"], workdir), plan)
    _check(names["selection"], names.get("selection_digest"), selection.digest)
    return Planned(plan, selection)


def _copy(address: str, workdir: Path) -> Path:
    from airflow_provider_erp.landing import storage  # noqa: PLC0415

    local = workdir / address.rsplit("/", 1)[-1]
    storage.copy(address, local)
    return local


def _check(address: str, expected: str | None, found: str) -> None:
    if expected not in (None, found):
        raise ValueError(
            f"{address}: expected what was named {str(expected)[:12]}, it holds {found[:12]}; nothing was sent: plan "
            "and approve anew"
        )
