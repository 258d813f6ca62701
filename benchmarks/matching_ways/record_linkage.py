"""recordlinkage: blocks, graded comparisons, a weighted mean of them above a threshold set by hand.

Its unsupervised classifier (``ECMClassifier``) was tried first: it takes a missing value for a difference and
finds the groups of sister companies instead of the companies, F1 .926 on the Nordic set.
"""

from __future__ import annotations

import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]
import recordlinkage as rl  # type: ignore[import-not-found, unused-ignore]

from benchmarks.labelled import Ids, Labelled
from benchmarks.matching_ways.clean import cleaned
from benchmarks.matching_ways.one_source import best_of_each_target

ENOUGH = 0.65
"""Pairs from this weighted mean on are applied."""
UNKNOWN = 0.5
"""What a comparison counts where a side says nothing."""
BLOCKS = {
    "nordic": [["org_number"], ["name"], ["domain"], ["phone"], ["postal_code", "street"], ["postal_code", "start"]],
    "febrl4": [["soc_sec_id"], ["date_of_birth"], ["given_name", "surname"], ["surname", "postcode"], ["address_1"]],
}
EXACT = {"nordic": ["phone", "postal_code", "domain"], "febrl4": ["postcode", "state", "street_number"]}
SIMILAR = {
    "nordic": ["name", "org_number", "street"],
    "febrl4": ["given_name", "surname", "address_1", "suburb", "date_of_birth", "soc_sec_id"],
}
WEIGHTS = {"name": 3, "org_number": 3, "surname": 2, "date_of_birth": 2, "soc_sec_id": 3}
"""How much a comparison counts; 1 where not named."""


def matched(labelled: Labelled) -> set[Ids]:
    source, target = (_frame(labelled, side) for side in ("source", "target"))
    index = rl.Index()
    for block in BLOCKS[labelled.name]:
        index.block(block)
    compare = rl.Compare()
    for column in EXACT[labelled.name]:
        compare.exact(column, column, label=column, missing_value=UNKNOWN)
    for column in SIMILAR[labelled.name]:
        compare.string(column, column, method="damerau_levenshtein", label=column, missing_value=UNKNOWN)
    features = compare.compute(index.index(source, target), source, target)
    weights = pd.Series({column: WEIGHTS.get(column, 1) for column in features})
    scores = features.mul(weights).sum(axis=1) / weights.sum()
    return best_of_each_target((*ids, score) for ids, score in scores[scores >= ENOUGH].items())


def _frame(labelled: Labelled, side: str) -> pd.DataFrame:
    frame = pd.DataFrame(cleaned(labelled, side)).set_index("id")
    first = "name" if "name" in frame else "surname"
    return frame.assign(start=frame[first].str[:4])
