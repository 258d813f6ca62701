"""A slow and simple comparison of customers in plain Python, to hold the SQL text against.

It follows the definition in words: groups of duplicates, a cascade of keys,
clusters of candidates, fields. It knows keys only, no similarity, and reads the
few spellings that :mod:`small_worlds` writes by itself: it shares nothing with
the package but the spec.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from stdnum.dk import cvr
from stdnum.fi import ytunnus

from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

Row = Mapping[str, str | None]
Group = tuple["Customer", ...]
Ids = tuple[str, ...]
Found = tuple[str, str | None, str | None, str | None, Ids, Ids, str | None, str | None, str | None]
"""Kind, field, the two ids, members, candidates, matched by, the two values."""

COUNTRIES = {"suomi": "FI", "fi": "FI", "se": "SE"}
IDENTIFIERS = ("number", "org_number", "vat_number")
OUT_OF_USE = ("closed", "blocked")


@dataclass(frozen=True, eq=False)
class Customer:
    """A row, with what it is matched by and what of it is compared; None is no value."""

    row: Row
    id: str
    keys: Mapping[str, str | None]
    texts: Mapping[str, str | None]
    modified: dt.datetime | None

    def written(self, field: str) -> str | None:
        """What the system wrote, where that is a value."""
        text = self.texts[field]
        return text if self.row[field] is None else self.row[field]


@dataclass(frozen=True)
class Expected:
    """Totals of a side are records, matched, only here, duplicates, ambiguous; agreement is compared and equal."""

    breaks: Counter[Found]
    matched_by: Mapping[str, int]
    agreement: Mapping[str, tuple[int, int]]
    totals: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Pair:
    """Two customers that are one, with the key that says so and the groups that they stand for."""

    key: str
    source: Customer
    target: Customer
    groups: tuple[Group, Group]


def expect(spec: ReconciliationSpec, source: Iterable[Row], target: Iterable[Row]) -> Expected:
    """What the comparison must find."""
    sides = [[_read(spec, row) for row in rows] for rows in (source, target)]
    groups = [_connected(side, _is_duplicate) for side in sides]
    pairs = list(_cascade(spec, groups[0], groups[1]))
    open_groups = [[g for g in groups[place] if all(p.groups[place] != g for p in pairs)] for place in (0, 1)]
    clusters = list(_clusters(spec, open_groups[0], open_groups[1]))
    only_here = [[g for g in open_groups[place] if all(g not in c[place] for c in clusters)] for place in (0, 1)]
    fields = [name for name in spec.field_names if all(any(c.texts[name] is not None for c in side) for side in sides)]
    breaks = [
        *_missing_and_duplicate(only_here, groups),
        *(_ambiguous(*cluster) for cluster in clusters),
        *(found for pair in pairs for found in _differences(spec, fields, pair)),
    ]
    totals = [
        (
            len(side),
            len(pairs),
            len(only_here[place]),
            len(side) - len(groups[place]),
            sum(len(cluster[place]) for cluster in clusters),
        )
        for place, side in enumerate(sides)
    ]
    agreement = {name: _agreement(name, pairs) for name in fields}
    return Expected(Counter(breaks), Counter(pair.key for pair in pairs), agreement, (totals[0], totals[1]))


def _read(spec: ReconciliationSpec, row: Row) -> Customer:
    country = COUNTRIES.get(_plain(row["country"] or ""), "")
    absent = {rule.name: rule.absent for rule in spec.rules}
    texts = {name: _compared(name, row[name], how) for name, how in absent.items()}
    keys: dict[str, str | None] = {name: _spelt(name, row[name] or "") or None for name in (*IDENTIFIERS, "email")}
    keys["number"] = None if not (keys["number"] or "").strip("0") else keys["number"]
    for name in ("org_number", "vat_number"):
        keys[name] = keys[name] if any(sign in "123456789" for sign in keys[name] or "") else None
    keys["org_number"] = keys["org_number"] and f"{country or _register(keys['org_number'])}|{keys['org_number']}"
    modified = dt.datetime.fromisoformat(row["modified_at"]) if row["modified_at"] else None
    return Customer(row, str(row["source_id"]), keys, texts, modified)


def _register(number: str) -> str:
    """Of eight digits without a country, where they are right in one register only."""
    right = [nation for nation, checker in (("DK", cvr), ("FI", ytunnus)) if checker.is_valid(number)]
    return right[0] if len(right) == 1 else ""


def _compared(field: str, value: str | None, absent: str) -> str | None:
    text = None if value is None else _spelt(field, value)
    if absent == "skip_empty":
        return text or None
    return text or "" if absent == "compare" else text


def _spelt(field: str, value: str) -> str:
    if field in {"org_number", "vat_number"}:
        return value.replace("-", "").replace(" ", "").replace("/", "").upper()
    return COUNTRIES.get(_plain(value), "") if field == "country" else _plain(value)


def _plain(value: str) -> str:
    return value.strip().casefold()


def _is_duplicate(one: Customer, other: Customer) -> bool:
    return any(one.keys[key] and one.keys[key] == other.keys[key] for key in IDENTIFIERS)


def _connected(customers: Iterable[Customer], belong: Callable[[Customer, Customer], bool]) -> list[Group]:
    """Those that belong together, through others too; each part in the order of ids, the shorter first."""
    parts: list[list[Customer]] = []
    for customer in customers:
        joined = [part for part in parts if any(belong(customer, member) for member in part)]
        parts = [part for part in parts if part not in joined]
        parts.append([customer, *(member for part in joined for member in part)])
    return [tuple(sorted(part, key=lambda customer: (len(customer.id), customer.id))) for part in parts]


def _cascade(spec: ReconciliationSpec, source: list[Group], target: list[Group]) -> Iterator[Pair]:
    left, right = source, target
    for key in spec.keys:
        ours, theirs = _sole_carriers(key, left), _sole_carriers(key, right)
        unsure = (_carried(key, left) & _carried(key, right)) - (ours.keys() & theirs.keys())
        shared = sorted(ours.keys() & theirs.keys())
        candidates = {(ours[text], theirs[text]) for text in shared}
        found = [
            Pair(key, _carrier(key, text, ours[text]), _carrier(key, text, theirs[text]), (ours[text], theirs[text]))
            for text in reversed(shared)
            if sum(one == ours[text] for one, _ in candidates) == sum(one == theirs[text] for _, one in candidates) == 1
            and not _carried(key, [ours[text], theirs[text]]) & unsure
        ]
        by_groups = {pair.groups: pair for pair in found}  # of several texts the smallest counts
        yield from by_groups.values()
        settled = candidates if key in IDENTIFIERS else by_groups.keys()
        left = [group for group in left if all(group != one for one, _ in settled)]
        right = [group for group in right if all(group != one for _, one in settled)]


def _sole_carriers(key: str, groups: list[Group]) -> dict[str, Group]:
    """The groups by a text that no other group carries."""
    carried = [(text, group) for group in groups for text in {customer.keys[key] for customer in group} if text]
    times = Counter(text for text, _ in carried)
    return {text: group for text, group in carried if times[text] == 1}


def _carried(key: str, groups: list[Group]) -> set[str | None]:
    return {customer.keys[key] for group in groups for customer in group} - {None}


def _carrier(key: str, text: str, group: Group) -> Customer:
    return min((customer for customer in group if customer.keys[key] == text), key=lambda customer: customer.id)


def _clusters(
    spec: ReconciliationSpec, source: list[Group], target: list[Group]
) -> Iterator[tuple[list[Group], list[Group]]]:
    """Groups that share a key with some of the other side, connected through each other."""
    texts = {group: _texts(spec, group) for side in (source, target) for group in side}
    edges = [(one, other) for one, other in product(source, target) if texts[one] & texts[other]]
    while edges:
        ours, theirs = {edges[0][0]}, {edges[0][1]}
        while near := [edge for edge in edges if (edge[0] in ours) != (edge[1] in theirs)]:
            ours |= {one for one, _ in near}
            theirs |= {other for _, other in near}
        edges = [edge for edge in edges if edge[0] not in ours]
        yield sorted(ours, key=_in_order), sorted(theirs, key=_in_order)


def _texts(spec: ReconciliationSpec, group: Group) -> set[Hashable]:
    return {(key, customer.keys[key]) for customer in group for key in spec.keys if customer.keys[key]}


def _first(group: Group) -> str:
    return group[0].id


def _in_order(group: Group) -> tuple[int, str]:
    return len(_first(group)), _first(group)


def _ids(group: Group) -> Ids:
    return tuple(sorted(customer.id for customer in group))


def _missing_and_duplicate(only_here: list[list[Group]], groups: list[list[Group]]) -> Iterator[Found]:
    rest = ((), None, None, None)
    yield from (("missing_in_target", None, _first(g), None, (), *rest) for g in only_here[0])
    yield from (("missing_in_source", None, None, _first(g), (), *rest) for g in only_here[1])
    yield from (("duplicate_in_source", None, _first(g), None, _ids(g), *rest) for g in groups[0] if len(g) > 1)
    yield from (("duplicate_in_target", None, None, _first(g), _ids(g), *rest) for g in groups[1] if len(g) > 1)


def _ambiguous(ours: list[Group], theirs: list[Group]) -> Found:
    members, candidates = tuple(sorted(map(_first, ours))), tuple(sorted(map(_first, theirs)))
    return ("ambiguous", None, _first(ours[0]), _first(theirs[0]), members, candidates, None, None, None)


def _differences(spec: ReconciliationSpec, fields: list[str], pair: Pair) -> Iterator[Found]:
    def found(kind: str, field: str | None, ours: str | None = None, theirs: str | None = None) -> Found:
        return (kind, field, pair.source.id, pair.target.id, (), (), pair.key, ours, theirs)

    source, target = pair.source, pair.target
    earlier = spec.keys[: spec.keys.index(pair.key)]
    changed = next((key for key in earlier if _is_changed(key, fields, source, target)), None)
    if changed:
        yield found("key_changed", changed, *(_key_shown(changed, fields, each) for each in (source, target)))
    differing = [name for name in fields if _differ(source.texts[name], target.texts[name])]
    for name in differing:
        if name != changed:
            kind = "status_conflict" if name == "status" and _is_conflict(source, target) else "field_differs"
            yield found(kind, name, source.written(name), target.written(name))
    if differing and _is_stale(spec, source, target):
        yield found("stale", None, _moment(source), _moment(target))


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _is_changed(key: str, fields: list[str], source: Customer, target: Customer) -> bool:
    one, other = source.keys[key], target.keys[key]
    if key == "number" and (one is None) != (other is None):
        return all(each.row["number"] is not None for each in (source, target))
    in_sight = key not in fields or key == "number" or _differ(source.texts[key], target.texts[key])
    return _differ(one, other) and in_sight


def _is_stale(spec: ReconciliationSpec, source: Customer, target: Customer) -> bool:
    if spec.stale_after_days is None or not source.modified or not target.modified:
        return False
    return abs(source.modified - target.modified) > dt.timedelta(days=spec.stale_after_days)


def _moment(customer: Customer) -> str | None:
    return customer.modified.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if customer.modified else None


def _key_shown(key: str, fields: list[str], customer: Customer) -> str | None:
    return customer.row[key] if key == "number" or key in fields else customer.keys[key]


def _is_conflict(source: Customer, target: Customer) -> bool:
    statuses = source.texts["status"], target.texts["status"]
    return "active" in statuses and any(status in OUT_OF_USE for status in statuses)


def _agreement(field: str, pairs: list[Pair]) -> tuple[int, int]:
    texts = [(pair.source.texts[field], pair.target.texts[field]) for pair in pairs]
    compared = [(one, other) for one, other in texts if one is not None and other is not None]
    return len(compared), sum(one == other for one, other in compared)
