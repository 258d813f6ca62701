"""What agreements weigh before anything is learnt of the rows at hand.

ASSUMED: the shares are judged from customers, persons and papers whose pairs
are known, and rounded; no table of numbers was fitted to a set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airflow_provider_erp.matching.agreement import CLOSE, CONFLICT, DIFFERENT, PARTLY, SAME
from airflow_provider_erp.matching.fields import Field

Shares = Mapping[int, float]
"""By level of agreement: the share of the pairs that agree so."""

SAME_THING: Mapping[str, Shares] = {
    "name": {SAME: 0.75, CLOSE: 0.15, PARTLY: 0.06, CONFLICT: 0.03, DIFFERENT: 0.01},
    "text": {SAME: 0.65, CLOSE: 0.12, PARTLY: 0.1, CONFLICT: 0.03, DIFFERENT: 0.1},
    "exact": {SAME: 0.85, CLOSE: 0.05, DIFFERENT: 0.1},
    "phone": {SAME: 0.6, CLOSE: 0.03, DIFFERENT: 0.37},
    "email": {SAME: 0.45, CLOSE: 0.05, PARTLY: 0.25, DIFFERENT: 0.25},
    "identifier": {SAME: 0.94, CLOSE: 0.03, DIFFERENT: 0.03},
    "date": {SAME: 0.9, CLOSE: 0.06, DIFFERENT: 0.04},
    "form": {SAME: 0.9, CLOSE: 0.1, DIFFERENT: 0.1},
}
"""By kind: how often the same thing is written so; a legal form that is nearly the same weighs like another one."""

SISTERS: Mapping[str, Shares] = {
    "name": {SAME: 0.02, CLOSE: 0.04, PARTLY: 0.3, CONFLICT: 0.44, DIFFERENT: 0.2},
    "identifier": {SAME: 0.0002, CLOSE: 0.01, DIFFERENT: 0.99},
    "date": {SAME: 0.05, CLOSE: 0.03, DIFFERENT: 0.92},
    "exact": {SAME: 0.7, CLOSE: 0.05, DIFFERENT: 0.25},
    "form": {SAME: 0.5, CLOSE: 0.5, DIFFERENT: 0.5},
}
"""By kind: how often two that belong together, but are not the same, agree so; other kinds do not tell them apart."""

DIRECT = frozenset({"name", "identifier"})
"""Kinds that say who it is; the others say where, when and how to reach it, and hang together."""


def telling_kinds(fields: Sequence[Field]) -> tuple[str, ...]:
    """The kind by which each field tells sisters apart: its own.

    Where no field is a name, the text that says most stands for one.
    """
    texts = [field for field in fields if field.kind == "text"]
    has_name = any(field.kind == "name" for field in fields)
    richest = None if has_name else max(texts, key=lambda each: (each.rarity.usual, each.name), default=None)
    return tuple("name" if field is richest else field.kind for field in fields)
