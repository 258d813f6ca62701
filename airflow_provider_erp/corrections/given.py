"""Records that somebody gives, as a plan of its run: the push decides which are created and which updated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from airflow_provider_erp.corrections.plan import Change, Plan
from airflow_provider_erp.normalise.nothing import is_nothing
from airflow_provider_erp.reconciliation.spec import FIELDS
from airflow_provider_erp.records import Customer

KNOWN = tuple(each.name for each in dataclasses.fields(Customer))
RULE, EXPECTED, ACTION, CREATE = "given", "expected", "action", "create"
_BESIDES = (EXPECTED, ACTION)
"""What a record says that is no field."""


def plan_of_records(
    records: Iterable[Mapping[str, Any]],
    *,
    run: str,
    as_of: dt.datetime,
    system: str,
    conn_type: str,
    company: str,
) -> Plan:
    """Each record's fields as changes; ``run`` says whose they are, so that another run's plan is another one.

    A record has the names of ``records.Customer``. ``source_id`` is the id of
    the record that is meant, where it is known, and ``version`` that of which it
    must still be; ``modified_at`` is not written. None is not supplied, and says
    nothing; an empty text is to be written. ``expected`` is what the system
    holds now, by the names of fields that are written. ``"action": "create"``
    is for a record that must not be there, whose ``source_id`` is another
    system's.

    Raises:
        ValueError: a field is unknown or no text, a record says nothing, or one is given twice.
    """
    of_record: dict[str, list[Change]] = {}
    for place, record in enumerate(records, 1):
        changes = list(_changes(place, record, system))
        subject = changes[0].subject
        if subject in of_record:
            raise ValueError(f"record {place}: {subject!r} is given twice; give each record once")
        of_record[subject] = changes
    return Plan(
        spec="records",
        origin=run,
        as_of=as_of,
        side="target",
        conn_type=conn_type,
        company=company,
        changes=tuple(each for changes in of_record.values() for each in changes),
    )


def _changes(place: int, record: Mapping[str, Any], system: str) -> Iterator[Change]:
    said = _said(place, record)
    record_id, expected = record.get("source_id") or None, _expected(place, record, said)
    number = said.get("number")
    subject = number if number and not is_nothing(number) else _content(said)
    for name, value in said.items():
        yield Change(
            action="create" if record.get(ACTION) else "upsert",
            system=system,
            subject=f"id {record_id}" if record_id else subject,
            record_id=None if record.get(ACTION) else record_id,
            number=number,
            field=name,
            old=expected.get(name),
            new=value,
            rule=RULE,
            version=record.get("version"),
        )


def _said(place: int, record: Mapping[str, Any]) -> dict[str, str]:
    """The fields that the record supplies."""
    if record.get(ACTION) not in (None, CREATE):
        raise ValueError(f"record {place}: expected {CREATE!r} or nothing in {ACTION!r}")
    for name, value in record.items():
        if name in _BESIDES:
            continue
        if name not in KNOWN:
            raise ValueError(f"record {place}: {name!r} is unknown; known are {', '.join((*KNOWN, *_BESIDES))}")
        if name != "modified_at" and not isinstance(value, str | None):
            raise ValueError(f"record {place}: expected a text or None in {name!r}, got one {type(value).__name__}")
        if isinstance(value, str) and not _is_whole(value):
            raise ValueError(f"record {place}: {name!r} holds half a character, which nothing can be written as")
    said = {name: record[name] for name in FIELDS if record.get(name) is not None}
    if not said:
        raise ValueError(f"record {place}: expected at least one of {', '.join(FIELDS)}")
    return said


def _expected(place: int, record: Mapping[str, Any], said: Mapping[str, str]) -> Mapping[str, str]:
    """What the system is said to hold."""
    expected = record.get(EXPECTED) or {}
    if not isinstance(expected, Mapping) or not all(isinstance(text, str) for text in expected.values()):
        raise ValueError(f"record {place}: expected a dict of texts in {EXPECTED!r}")
    if other := [name for name in expected if name not in said]:
        raise ValueError(f"record {place}: {EXPECTED!r} names {other[0]!r}, which the record does not write")
    return expected


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _content(said: Mapping[str, str]) -> str:
    """What a record without an id and a number is known by."""
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:32]
