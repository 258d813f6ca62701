"""splink with DuckDB: untrained by labels, u by sampling, m by expectation maximisation, threshold fixed in advance."""

from __future__ import annotations

import pyarrow as pa
import splink.comparison_level_library as cll  # type: ignore[import-not-found, unused-ignore]
import splink.comparison_library as cl  # type: ignore[import-not-found, unused-ignore]
from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # type: ignore[import-not-found, unused-ignore]

from benchmarks.labelled import Ids, Labelled
from benchmarks.matching_ways.clean import cleaned
from benchmarks.matching_ways.one_source import best_of_each_target

PROBABILITY = 0.95
COMPARISONS = {
    "nordic": [
        cl.JaroWinklerAtThresholds("name", [0.96, 0.92]).configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("org_number", [1, 2]),
        cl.CustomComparison(  # address, phone and mail go together: one comparison, as splink's manual advises
            output_column_name="contact",
            comparison_levels=[
                cll.And(cll.NullLevel("email"), cll.NullLevel("phone"), cll.NullLevel("street")),
                cll.And(cll.ExactMatchLevel("email"), cll.ExactMatchLevel("phone")),
                cll.Or(cll.ExactMatchLevel("email"), cll.ExactMatchLevel("phone")),
                cll.Or(cll.ExactMatchLevel("domain"), cll.JaroWinklerLevel("street", 0.9)),
                cll.ElseLevel(),
            ],
        ),
        cl.CustomComparison(
            output_column_name="address",
            comparison_levels=[
                cll.And(cll.NullLevel("street"), cll.NullLevel("postal_code")),
                cll.And(cll.ExactMatchLevel("postal_code"), cll.JaroWinklerLevel("street", 0.9)),
                cll.ExactMatchLevel("postal_code"),
                cll.ExactMatchLevel("city"),
                cll.ElseLevel(),
            ],
        ),
    ],
    "febrl4": [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.LevenshteinAtThresholds("street_number", [1]),
        cl.JaroWinklerAtThresholds("address_1", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("suburb", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ],
}
BLOCKS = {
    "nordic": [
        ["org_number"],
        ["name"],
        ["email"],
        ["domain"],
        ["phone"],
        ["postal_code", "street"],
        ["substr(name, 1, 4)", "city"],
        ["substr(name, 1, 4)", "postal_code"],
    ],
    "febrl4": [
        ["soc_sec_id"],
        ["date_of_birth"],
        ["given_name", "surname"],
        ["surname", "postcode"],
        ["given_name", "postcode"],
        ["address_1"],
        ["suburb", "street_number"],
        ["substr(given_name, 1, 3)", "substr(surname, 1, 4)"],
    ],
}
CERTAIN = {"nordic": [["org_number", "name"], ["name", "phone"]], "febrl4": [["soc_sec_id"]]}
"""Rules that are hardly ever wrong, for the share of pairs that are true; they are taken to find 60 % of these."""
TRAINED_ON = {"nordic": [["org_number"], ["name"]], "febrl4": [["soc_sec_id"], ["date_of_birth"]]}
"""Two blocks for expectation maximisation, so that every comparison is trained in one of them."""


def matched(labelled: Labelled) -> set[Ids]:
    database = DuckDBAPI()
    sides = [
        database.register(pa.Table.from_pylist(cleaned(labelled, side)), dataset_display_name=name)
        for name, side in (("a_source", "source"), ("b_target", "target"))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=COMPARISONS[labelled.name],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS[labelled.name]],
        retain_matching_columns=False,
    )
    linker = Linker(sides, settings, log_level=None)
    _train(linker, labelled.name)
    found = linker.inference.predict(threshold_match_probability=PROBABILITY)
    scored = ((row["id_l"], row["id_r"], row["match_weight"]) for row in found.as_record_list())
    return best_of_each_target(scored)


def _train(linker: Linker, name: str) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on(*each) for each in CERTAIN[name]], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in TRAINED_ON[name]:
        training.estimate_parameters_using_expectation_maximisation(block_on(*block))
