"""What both sets promise, made use of for the peers: a row of the target belongs to one row of the source."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.labelled import Ids


def best_of_each_target(scored: Iterable[tuple[str, str, float]]) -> set[Ids]:
    """The pair of each target row that scores highest; of equals the smaller source id."""
    best: dict[str, tuple[float, str]] = {}
    for source_id, target_id, score in sorted(scored):
        if target_id not in best or score > best[target_id][0]:
            best[target_id] = score, source_id
    return {(source_id, target_id) for target_id, (_, source_id) in best.items()}
