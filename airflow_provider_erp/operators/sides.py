"""The two sides of a reconciliation, from the batches that a task is given: each system's current state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.chain import name_of
from airflow_provider_erp.landing.deletions import Guard
from airflow_provider_erp.landing.manifest import Manifest
from airflow_provider_erp.landing.state import State, state_up_to


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentSide:
    """One system's records as of its batch."""

    batch: Published
    state: State

    @property
    def title(self) -> str:
        """The system's name."""
        return self.batch.manifest.title

    @property
    def name(self) -> str:
        """What errors call the batch."""
        return name_of(self.batch)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the report must know of the side."""
        return (*_rejects(self.state), *_filters(self.batch.manifest), *self.state.remarks)

    @property
    def rejected(self) -> int:
        """How many records could not be read."""
        return sum(batch.manifest.rejected for batch in self.state.batches)


def current_side(batch: Published, folder: Path, *, resource: str, allow_filtered: bool, guard: Guard) -> CurrentSide:
    """The side's current state, copied into a new local folder.

    Raises:
        ValueError: the batch holds other records than the comparison needs, or was read with filters.
    """
    manifest = batch.manifest
    if manifest.resource != resource:
        raise ValueError(f"batch {name_of(batch)!r}: expected {resource}s, got {manifest.resource!r}")
    if manifest.filters and not allow_filtered:
        raise ValueError(
            f"cannot report missing {resource}s: batch {name_of(batch)!r} was read with the filters "
            f"{', '.join(manifest.filters)}; fetch without them, or pass allow_filtered=True if they say which "
            f"{resource}s the systems should agree on"
        )
    folder.mkdir()
    return CurrentSide(batch=batch, state=state_up_to(batch, folder, guard=guard))


def _rejects(state: State) -> Iterator[str]:
    """Which records of the side are not as they should be, or not at all in it."""
    for batch in state.batches:
        manifest = batch.manifest
        if manifest.rejected_file:
            yield (
                f"{manifest.rejected} of {manifest.title}'s records could not be read on "
                f"{manifest.observed_at.date().isoformat()}, were not compared as they then were and may show as "
                f"missing; they are kept with the reasons in {batch.file(manifest.rejected_file)}"
            )


def _filters(manifest: Manifest) -> Iterator[str]:
    if manifest.filters:
        yield (
            f"{manifest.title} was read with the filters {', '.join(manifest.filters)}; what these leave out shows as "
            "missing"
        )
