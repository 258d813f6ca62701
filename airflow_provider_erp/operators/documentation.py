"""What Airflow shows as a reconcile task's documentation: its spec, in Markdown, of which no value can be markup."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from airflow.providers.common.compat.sdk import XComArg

from airflow_provider_erp.reconciliation.code_spans import code_span
from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.rules import Accepted, Money
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.words import plural

KINDS_OF_DOC = ("doc", "doc_md", "doc_json", "doc_yaml", "doc_rst")
"""The arguments by which an author documents a task."""
_MOST_SHOWN = 200
_HEADING = ("name", "title")
_LISTED = ("kinds", "thresholds")
_CUSTOMERS = ("keys", "fields")


def with_spec_doc(arguments: dict[str, Any], spec: object, sides: Sequence[object]) -> dict[str, Any]:
    """An operator's arguments, with the spec as documentation where the author gives none."""
    if not isinstance(spec, ReconciliationSpec | PostingSpec) or any(arguments.get(name) for name in KINDS_OF_DOC):
        return arguments
    return {**arguments, "doc_md": spec_doc(spec, sides)}


def spec_doc(spec: ReconciliationSpec | PostingSpec, sides: Sequence[object]) -> str:
    """The sides, the keys, the fields and every other part of a spec that is not as it is by default."""
    source, target = map(_side, sides)
    lines = [
        f"### {_span(spec.title or spec.name)}",
        "",
        f"Source: {source}. Target: {target}. Spec {_span(spec.name)}.",
    ]
    if isinstance(spec, ReconciliationSpec):
        similarity = "; what none matches, by similarity" if spec.similar else ""
        lines += [
            "",
            f"Matched by {', then '.join(map(_span, spec.keys))}{similarity}.",
            "",
            "| field | rules |",
            "|---|---|",
        ]
        lines += [
            f"| {_span(each.name)} | {_parts(each, 'name') or 'the same after normalising'} |" for each in spec.rules
        ]
    for name in _LISTED:
        for rule in getattr(spec, name, ()):
            lines += ["", f"- {name.removesuffix('s')}: {_parts(rule)}"]
    others = list(_others(spec, (*_HEADING, *_LISTED, *_CUSTOMERS)))
    if others:
        lines += ["", "| setting | value |", "|---|---|", *(f"| {_span(name)} | {value} |" for name, value in others)]
    return "\n".join((*lines, ""))


def _side(given: object) -> str:
    if isinstance(given, XComArg):
        return f"what {', '.join(_span(task.task_id) for task, _ in given.iter_references())} fetched"
    return "a batch that was fetched before"


def _parts(rule: Any, *but: str) -> str:
    """What a rule says beyond the defaults."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in _others(rule, but))


def _others(record: Any, but: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in dataclasses.fields(record):
        value = getattr(record, each.name)
        if each.name in but or value == each.default or not (value or value == 0):
            continue
        yield each.name, _words(value)


def _words(value: Any) -> str:
    if isinstance(value, Money):
        return _span(f"{value.amount:f} {value.currency}")
    if isinstance(value, Mapping):
        value = tuple(f"{key}: {_plain(one)}" for key, one in value.items())
    if isinstance(value, tuple | frozenset):
        return _listed(tuple(value))
    return _span(getattr(value, "__name__", None) or str(value))


def _listed(values: tuple[Any, ...]) -> str:
    if all(isinstance(each, Accepted) for each in values):
        return (
            f"{plural(len(values), 'difference', 'differences')}, the next until {min(each.until for each in values)}"
        )
    return _span("; ".join(map(_plain, values)))


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return " = ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _span(text: str) -> str:
    return code_span(text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…")
