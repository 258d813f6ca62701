"""From a plan's changes to what shall become of each record, and by what it is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from airflow_provider_erp.corrections.plan import Change
from airflow_provider_erp.pushing.target import Match, Mode, Wish

_MODES: Mapping[str, Mode] = {"update": "update", "create": "create"}


def wishes_of(
    changes: Iterable[Change], *, mode: Mode = "upsert", match_on: Sequence[str], keys: Sequence[str]
) -> Iterator[Wish]:
    """One wish a record, looked up by the first of ``match_on`` that it has and the system knows (``keys``).

    A change that says itself whether it updates or creates keeps to that;
    ``mode`` is for those that leave it to the push.
    """
    of_record: dict[str, list[Change]] = {}
    for change in changes:
        of_record.setdefault(change.subject, []).append(change)
    for subject, group in of_record.items():
        yield Wish(
            key=subject,
            to={change.field: change.new for change in group},
            expected={change.field: change.old for change in group} if group[0].action == "update" else {},
            match=_match(group, [key for key in match_on if key in keys]),
            mode=_MODES.get(group[0].action, mode),
        )


def _match(group: Sequence[Change], keys: Iterable[str]) -> Match | None:
    """The first key that has a value; a record whose id is known must be that one."""
    first = group[0]
    written = {change.field: change.new for change in group}
    known = {"source_id": first.record_id, "number": first.number}
    for key in keys:
        value = known.get(key) or (written.get(key) if first.action != "update" else None)
        if value:
            return Match(by=key, value=value, source_id=first.record_id)
    return None
