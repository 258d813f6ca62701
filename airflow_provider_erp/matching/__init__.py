"""Which rows of two tables are the same customer, person or paper; which rows of one table are.

Nothing is trained and nothing is labelled: what two rows share weighs by how
rare it is in the tables at hand. docs/matching.md says how, and how well.
"""

from __future__ import annotations

from airflow_provider_erp.matching.api import APPLY_AT, SUGGEST_AT, deduplicate, match
from airflow_provider_erp.matching.fields import KINDS
from airflow_provider_erp.matching.results import Ambiguous, Duplicates, Matches, Pair

__all__ = ["APPLY_AT", "KINDS", "SUGGEST_AT", "Ambiguous", "Duplicates", "Matches", "Pair", "deduplicate", "match"]
