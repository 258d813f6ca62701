"""The comparison's statements, one text for every SQL engine."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.reconciliation.customers.row import CHECKED, IDENTIFIERS, alike_in
from airflow_provider_erp.reconciliation.spec import SIMILARITY, ReconciliationSpec

_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  SQL, not markup; only names of a checked spec come in
    trim_blocks=True,
    lstrip_blocks=True,
)
_DAY_SECONDS = 86_400
_MOST_CARRIERS = 5
"""A value that more customers carry does not say whom another is a copy of."""


class Statements:
    """Each method is a query; the tables that they read are named like the methods, and ``source`` and ``target``.

    Nothing has a type in the first branch of a union, from which some engines
    take it. Excluded, because engines differ in them: string functions, casts,
    divisions, patterns, and data values. Only names come in, from a checked
    spec, and the number of days after which a record is stale.
    """

    def __init__(self, spec: ReconciliationSpec, supplied: Collection[str]) -> None:
        """``supplied`` are the compared fields that both sides have a value for anywhere."""
        self.fields = [name for name in spec.field_names if name in supplied]
        self._names: dict[str, Any] = {
            "keys": spec.keys,
            "direct": spec.keys[0] in IDENTIFIERS,
            "identifiers": IDENTIFIERS,
            "fields": self.fields,
            "all_fields": spec.field_names,
            "knows_country": "country" in spec.field_names,
            "by_digest": len(self.fields) == len(spec.field_names),
            "checked": CHECKED,
            "alike": alike_in(spec) if spec.similar else (),
            "similarity": SIMILARITY,
            "no_text": "CASE WHEN 1 = 0 THEN '' END",
            "no_moment": "CASE WHEN 1 = 0 THEN 0 END",
            "most_carriers": _MOST_CARRIERS,
            "tolerant": [rule.name for rule in spec.rules if rule.tolerance and rule.name in self.fields],
            "stale_seconds": None if spec.stale_after_days is None else spec.stale_after_days * _DAY_SECONDS,
        }

    def shared(self, side: str) -> str:
        """Who carries an identifier that several do: the id of its first record, and theirs, that record's own, too."""
        return self._render("shared", side=side)

    def loose(self) -> str:
        """Pairs by the first key that differ, and records without a partner; what agrees is never read again."""
        return self._render("loose")

    def wanted(self, side: str) -> str:
        """The records that must be looked at one by one: loose ones, and those of a group."""
        return self._render("wanted", side=side)

    def late(self, side: str) -> str:
        """What is compared and told of ``wanted`` and ``near`` records, and their group."""
        return self._render("late", side=side)

    def rest(self, side: str) -> str:
        """The keys of the records that the first key did not pair directly."""
        return self._render("rest", side=side)

    def key_pairs(self) -> str:
        """Pairs of groups by the keys in their order, each on what the earlier ones left."""
        return self._render("cascade")

    def rest_pairs(self) -> str:
        """Those of the ``key_pairs`` that are not ``undone``."""
        return self._render("rest_pairs")

    def alone(self, side: str) -> str:
        """The groups without a partner, by their first record."""
        return self._render("alone", side=side)

    def near(self, side: str) -> str:
        """The groups with a partner that one without a partner may be a copy of."""
        return self._render("near", side=side)

    def sharing(self) -> str:
        """Groups without a partner, and the keys that they share with some of the other side."""
        return self._render("sharing")

    def leftovers(self, side: str, columns: Collection[str]) -> str:
        """What similarity is judged by, of the groups without a partner and of those that they may be copies of."""
        other = "target" if side == "source" else "source"
        return self._render("leftovers", side=side, other=other, columns=columns)

    def pairs(self) -> str:
        """The pairs that must be compared one by one, and by what they were found."""
        return self._render("pairs")

    def beside(self) -> str:
        """The pairs with what is told of the source's records: two sides at once may be more than memory holds."""
        return self._render("beside")

    def wide(self) -> str:
        """The pairs with both sides, in which fields they differ, and which earlier key was changed."""
        return self._render("wide")

    def compared(self, fields: Collection[str]) -> str:
        """Of the pairs that agree in everything: how many have a value in these fields on both sides."""
        return self._render("compared", counted=fields)

    def unequal(self, field: str) -> str:
        """The pairs that differ in a field, with both values as they were written."""
        return self._render("unequal", field=field)

    def agreement(self) -> str:
        """Of the other pairs: how many have a value in each field on both sides, and how many differ in it."""
        return self._render("agreement")

    def findings(self) -> str:
        """Everything that is not as it should be."""
        return self._render("findings")

    def _render(self, name: str, **names: Any) -> str:
        return _TEMPLATES.get_template(f"{name}.sql.j2").render(self._names | names).strip()
