"""The labelled sets: two tables, the kinds of their fields and the pairs that are true.

Imports nothing but the standard library: the environments of the peers read it, too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Row = Mapping[str, str | None]
Ids = tuple[str, str]
"""The id in the source and the one in the target."""

HERE = Path(__file__).parent
BUNDLED = HERE.parent / ".bench" / "labelled"
"""Where the sets are put that a peer's package brings along."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set, by the name its files begin with."""

    name: str
    title: str
    folder: Path
    fields: Mapping[str, str]
    """The kind of each column that is compared; the rest is not looked at."""

    def rows(self, side: str) -> list[Row]:
        """The rows of ``source`` or ``target``."""
        with (self.folder / f"{self.name}-{side}.jsonl").open() as file:
            return [json.loads(line) for line in file]

    def true_pairs(self) -> frozenset[Ids]:
        """Every pair of ids that is one and the same."""
        with (self.folder / f"{self.name}-pairs.csv").open() as file:
            return frozenset((row["source_id"], row["target_id"]) for row in csv.DictReader(file))


NORDIC = Labelled(
    "nordic",
    "Nordic customers",
    HERE / "data",
    {
        "name": "name",
        "org_number": "identifier",
        "country": "exact",
        "email": "email",
        "phone": "phone",
        "street": "text",
        "postal_code": "exact",
        "city": "text",
    },
)
FEBRL4 = Labelled(
    "febrl4",
    "FEBRL4 persons",
    BUNDLED,
    {
        "given_name": "name",
        "surname": "name",
        "street_number": "exact",
        "address_1": "text",
        "address_2": "text",
        "suburb": "text",
        "postcode": "exact",
        "state": "exact",
        "date_of_birth": "date",
        "soc_sec_id": "identifier",
    },
)
SETS = {each.name: each for each in (NORDIC, FEBRL4)}
