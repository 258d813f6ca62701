"""Deletions: which absent records are taken for deleted, and what keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_erp.landing.chain import SHORT_BATCHES_BELIEVED
from airflow_provider_erp.landing.manifest import Manifest

MOST_DELETED_SHARE = 0.2
ALWAYS_ALLOWED = 10
"""So many records may go at once however short the list is, unless that is all of it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Judges a full batch that lacks records which were there before.

    A batch that is incomplete, or lacks more than a share of the records, or
    all of them, deletes nothing: they stay, beside what it has. The next full
    batch is judged against all that stayed, so that a second short list does
    not slip through. The guard gives way when the list has the records again
    (all but a share), when the author allows the share, or to the third full
    batch in a row that it objects to and that lacks more records than could
    not be read in it; those of one moment count once.
    """

    most_deleted_share: float = MOST_DELETED_SHARE

    def check(self) -> None:
        """Does nothing, unless the share is none.

        Raises:
            ValueError: it is no number from 0 to 1.
        """
        share = self.most_deleted_share
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ValueError(f"most_deleted_share: expected a share from 0.0 to 1.0, got {share!r}")

    def objection(self, manifest: Manifest, known: int, gone: int) -> str | None:
        """Why ``gone`` of the ``known`` records stay, in a sentence; None when they go."""
        opening = _opening(manifest)
        if not gone:
            return None
        if manifest.rejected:
            return (
                f"{opening} is incomplete ({manifest.rejected} records could not be read): {gone} of {known} earlier "
                "records that it lacks stay, for they may be among them"
            )
        if gone <= self._allowed(known):
            return None
        return (
            f"{opening} lacks {gone} of {known} earlier records, more than is believed at once "
            f"({self.most_deleted_share:.0%}): they stay, until the full batches of {SHORT_BATCHES_BELIEVED} moments "
            "in a row lack them; if they were deleted, allow it with most_deleted_share"
        )

    def _allowed(self, known: int) -> int:
        if self.most_deleted_share >= 1:
            return known
        return min(known - 1, max(ALWAYS_ALLOWED, int(self.most_deleted_share * known)))


def believed(manifest: Manifest, known: int, gone: int) -> str:
    """That records go though the guard objected, for it was the third time, in a sentence."""
    return (
        f"{_opening(manifest)} is the last of {SHORT_BATCHES_BELIEVED} in a row that lack earlier records or are "
        f"incomplete: the {gone} of {known} that it lacks are taken for deleted"
    )


def _opening(manifest: Manifest) -> str:
    return f"{manifest.title}'s full batch of {manifest.as_of.date().isoformat()}"
