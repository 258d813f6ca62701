"""A plan of corrections: one change a row, under a digest that a person can approve."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import msgspec

from airflow_provider_erp.reconciliation.checks import check_choice, check_is, check_text, check_whole, keep_tuple
from airflow_provider_erp.reconciliation.spec import FIELDS

Action = Literal["update", "create", "upsert"]
SystemSide = Literal["source", "target"]
ACTIONS: tuple[str, ...] = get_args(Action)
SIDES: tuple[str, ...] = get_args(SystemSide)

FORMAT = 2
"""Part of each digest: the number of the encoding that it is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one record: what the system held, and what it is to hold, both as written.

    ``system`` is what people call the system. ``subject`` holds the changes of
    one record together: its id; of a customer to be created the other side and
    the id that it has there. ``record_id`` is None where the record is to be
    created, or where the push finds out whether it is there (``upsert``: it
    asks by what it matches on). ``number`` is what people know the record by.
    ``old`` is None where nothing is known of what the system holds. ``version``
    is what the system wants back on a conditional write.

    Raises:
        ValueError: an argument is none of those that are known; the message names it.
    """

    action: Action
    system: str
    subject: str
    record_id: str | None = None
    number: str | None = None
    field: str
    old: str | None = dataclasses.field(default=None, repr=False)
    new: str = dataclasses.field(repr=False)
    rule: str
    version: str | None = None
    break_id: str | None = None

    def __post_init__(self) -> None:
        check_choice("action", self.action, ACTIONS)
        check_choice("field", self.field, FIELDS)
        for name in ("system", "subject", "rule"):
            check_text(name, getattr(self, name))
        for name in ("record_id", "number", "version", "break_id"):
            check_is(name, getattr(self, name), str | None)
        if not isinstance(self.new, str) or not isinstance(self.old, str | None):
            raise ValueError(f"old, new: expected texts for field {self.field!r}")
        if self.action == "update" and not self.record_id:
            raise ValueError("record_id: expected the id of the record that is updated, got none")

    @property
    def change_id(self) -> str:
        """The row's own digest, in short: by it a row of a sheet is found again."""
        return _digest(row_of(self))[:32]


COLUMNS: Mapping[str, str] = {
    each.name: {"old": "from", "new": "to"}.get(each.name, each.name) for each in dataclasses.fields(Change)
}
"""The attributes of a change, in order, with their names in files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes that are to be made in one system, in an order that does not depend on that in which they were given.

    Attributes:
        spec: the name of the spec, or ``records``.
        origin: the digest of the spec; of given records, what run they are of.
        as_of: the moment that the comparison is of.
        side: which side the system is.
        conn_type: the type of the connections that reach the system, such as ``visma_net``.
        company: the company in it that the records are of, as batches name it.
        total: how many records the system has; None where that is not known.
        changes: no two are about the same field of the same subject, all of which have the same action.
        left_out: how many breaks made no change, by the reason. For people: neither in the digest nor in files.
        digest: SHA-256 over the heading and the rows.

    Raises:
        ValueError: ``as_of`` has no zone, a field is to be changed twice, one subject is said to be several records,
            or changes are of several systems.
    """

    spec: str
    origin: str
    as_of: dt.datetime
    side: SystemSide
    conn_type: str
    company: str
    changes: tuple[Change, ...]
    total: int | None = None
    left_out: Mapping[str, int] = field(default_factory=dict, compare=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        for name in ("spec", "origin", "conn_type", "company"):
            check_text(name, getattr(self, name))
        check_choice("side", self.side, SIDES)
        if self.total is not None:
            check_whole("total", self.total)
        if self.as_of.tzinfo is None:
            raise ValueError(f"as_of: expected a moment with a zone, got {self.as_of.isoformat()}")
        keep_tuple(self, "changes", Change)
        _check_changes(self.changes)
        object.__setattr__(self, "as_of", self.as_of.astimezone(dt.UTC))
        object.__setattr__(self, "changes", tuple(sorted(self.changes, key=_place)))
        object.__setattr__(self, "digest", _digest([FORMAT, *self.heading.values(), _rows(self.changes)]))

    @property
    def heading(self) -> dict[str, str | int | None]:
        """What is said of all changes, as it stands in files and in the digest."""
        as_of = self.as_of.isoformat().replace("+00:00", "Z")
        said = {name: getattr(self, name) for name in ("side", "conn_type", "company", "total")}
        return {"spec": self.spec, "origin": self.origin, "as_of": as_of, **said}

    def select(self, change_ids: Iterable[str]) -> Selection:
        """The changes with these ids.

        Raises:
            ValueError: an id is none of this plan's, or only a part of a new customer's fields is selected.
        """
        wanted = set(change_ids)
        chosen = tuple(each for each in self.changes if each.change_id in wanted)
        if len(chosen) < len(wanted):
            raise ValueError(f"selection: {len(wanted) - len(chosen)} changes are none of plan {self.digest[:12]}")
        _check_whole(self.changes, chosen)
        return Selection(plan=self.digest, changes=chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Those changes of a plan that a person marked; its digest is over the plan's digest and the rows."""

    plan: str
    changes: tuple[Change, ...]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", tuple(sorted(self.changes, key=_place)))
        object.__setattr__(self, "digest", _digest([FORMAT, "selection", self.plan, _rows(self.changes)]))


def row_of(change: Change) -> dict[str, Any]:
    """The change as it stands in files, by column."""
    return {column: getattr(change, name) for name, column in COLUMNS.items()}


def change_of(row: Mapping[str, Any]) -> Change:
    """The change that a row says.

    Raises:
        ValueError: the row has other columns, or one does not hold what it must.
    """
    if set(row) != set(COLUMNS.values()):
        raise ValueError(f"expected the columns {', '.join(COLUMNS.values())}; got {len(row)} others")
    return Change(**{name: row[column] for name, column in COLUMNS.items()})


def by_subject(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """The changes of each record together, in their order."""
    together: dict[str, list[Change]] = {}
    for each in changes:
        together.setdefault(each.subject, []).append(each)
    return together


def _rows(changes: Iterable[Change]) -> list[list[Any]]:
    return [list(row_of(each).values()) for each in changes]


def _place(change: Change) -> tuple[int, int, str, str, int]:
    """Updates first, then by number as people count, each record's fields in their usual order."""
    number = change.number or ""
    return ACTIONS.index(change.action), len(number), number, change.subject, FIELDS.index(change.field)


def _digest(content: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _check_changes(changes: tuple[Change, ...]) -> None:
    for subject, of_one in by_subject(changes).items():
        fields = [each.field for each in of_one]
        twice = next((field for field in fields if fields.count(field) > 1), None)
        if twice:
            raise ValueError(f"changes: field {twice!r} of {subject!r} is to be changed twice")
        if len({(each.action, each.record_id, each.number, each.version) for each in of_one}) > 1:
            raise ValueError(f"changes: expected one action, record, number and version of subject {subject!r}")
    if len({each.system for each in changes}) > 1:
        raise ValueError("changes: expected changes of one system; make a plan for each")


def _check_whole(of_plan: Iterable[Change], chosen: Iterable[Change]) -> None:
    wanted = by_subject(chosen)
    for subject, changes in by_subject(of_plan).items():
        if changes[0].action == "create" and 0 < len(wanted.get(subject, ())) < len(changes):
            raise ValueError(
                f"selection: of the new customer {changes[0].number or subject!r} "
                f"{len(wanted[subject])} of {len(changes)} rows are marked; mark all of them or none"
            )


def counted(changes: Iterable[Change]) -> Iterator[tuple[str, int]]:
    """How many records each action is about."""
    tally = [of_one[0].action for of_one in by_subject(changes).values()]
    return ((action, tally.count(action)) for action in ACTIONS if action in tally)
