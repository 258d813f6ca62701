"""recordlinkage: blocks, graded comparisons made yes or no, expectation maximisation without labels."""

from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped]
import recordlinkage as rl  # type: ignore[import-not-found]

from benchmarks.labelled import Ids, Labelled
from benchmarks.matching_ways.clean import cleaned

LIKE = 0.85
"""From this similarity on, two texts agree."""
BLOCKS = {
    "nordic": [["org_number"], ["name"], ["domain"], ["phone"], ["postal_code", "street"], ["postal_code", "start"]],
    "febrl4": [["soc_sec_id"], ["date_of_birth"], ["given_name", "surname"], ["surname", "postcode"], ["address_1"]],
}
EXACT = {"nordic": ["phone", "postal_code", "domain"], "febrl4": ["postcode", "state", "street_number"]}
SIMILAR = {
    "nordic": ["name", "org_number", "email", "street", "city"],
    "febrl4": ["given_name", "surname", "address_1", "suburb", "date_of_birth", "soc_sec_id"],
}


def matched(labelled: Labelled) -> set[Ids]:
    source, target = (_frame(labelled, side) for side in ("source", "target"))
    index = rl.Index()
    for block in BLOCKS[labelled.name]:
        index.block(block)
    compare = rl.Compare()
    for column in EXACT[labelled.name]:
        compare.exact(column, column, label=column)
    for column in SIMILAR[labelled.name]:
        compare.string(column, column, method="jarowinkler", threshold=LIKE, label=column)
    features = compare.compute(index.index(source, target), source, target)
    return set(rl.ECMClassifier().fit_predict(features))


def _frame(labelled: Labelled, side: str) -> pd.DataFrame:
    frame = pd.DataFrame(cleaned(labelled, side)).set_index("id")
    first = "name" if "name" in frame else "surname"
    return frame.assign(start=frame[first].str[:4])
