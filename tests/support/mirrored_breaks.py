"""Breaks as they must be where source and target change places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from airflow_provider_erp.reconciliation.result import Break, Suggestion
from airflow_provider_erp.reconciliation.rules import Authority
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

KINDS = {
    "missing_in_source": "missing_in_target",
    "missing_in_target": "missing_in_source",
    "duplicate_in_source": "duplicate_in_target",
    "duplicate_in_target": "duplicate_in_source",
}
AUTHORITIES: dict[Authority, Authority] = {"source": "target", "target": "source"}
SIDES = {"source": "target", "target": "source", None: None}


def mirrored_rules(spec: ReconciliationSpec) -> ReconciliationSpec:
    """Who is right under the old name is right under the new one."""
    rules = (replace(rule, authority=AUTHORITIES.get(rule.authority, rule.authority)) for rule in spec.rules)
    return replace(spec, fields=tuple(rules))


def plain(breaks: Iterable[Break]) -> Counter[Break]:
    """Without what a side's place decides: the source's values and number come first, and its name counts."""
    return Counter(replace(each, break_id="", digest="", key="", name="") for each in breaks)


def mirrored(breaks: Iterable[Break]) -> Counter[Break]:
    """What the other order of sides must find."""
    return plain(map(_mirrored, breaks))


def mirrored_suggestions(suggestions: Iterable[Suggestion]) -> set[tuple[str, str, float]]:
    """Their ids and scores."""
    return {(each.target_id, each.source_id, each.score) for each in suggestions}


def _mirrored(each: Break) -> Break:
    in_doubt = each.kind == "ambiguous"
    return replace(
        each,
        kind=KINDS.get(each.kind, each.kind),
        source_id=each.target_id,
        target_id=each.source_id,
        members=each.candidates if in_doubt else each.members,
        candidates=each.members if in_doubt else each.candidates,
        source_value=each.target_value,
        target_value=each.source_value,
        correct_side=SIDES[each.correct_side],
    )
