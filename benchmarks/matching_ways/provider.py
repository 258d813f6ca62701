"""This provider, as it ships."""

from __future__ import annotations

from airflow_provider_erp.matching import match
from benchmarks.labelled import Ids, Labelled


def matched(labelled: Labelled) -> set[Ids]:
    found = match(labelled.rows("source"), labelled.rows("target"), labelled.fields)
    return {(pair.source_id, pair.target_id) for pair in found.applied}
