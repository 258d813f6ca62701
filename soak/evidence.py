"""What a schedule left behind, as plain values that the invariants are held against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import duckdb

from airflow_provider_erp.landing.catalog import read_batch
from airflow_provider_erp.landing.state import state_up_to
from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.sandbox.answers import basic_header
from airflow_provider_erp.sandbox.customers import Tally
from airflow_provider_erp.sandbox.world.stamps import now

Rows = Mapping[str, Mapping[str, Any]]
FIELDS = ("name", "email", "postal_code", "city", "currency", "status")
"""What every system writes alike, but for case and blanks, is held against it text by text."""
FACTS = ("kind", "field", "source_id", "target_id", "members", "candidates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One system's customers by id: what it holds, and the states after changes were read, and after all was."""

    vendor: str
    held: Rows
    after_changes: Rows
    after_all: Rows
    tells_deletions: bool
    may_have_deceived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """One push: how many records it was of, its receipts when it was cleared at the end, and when once more."""

    vendor: str
    records: int
    receipts: Sequence[Mapping[str, Any]]
    again: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One published batch: the cursor that it left, and the last moment that the system knew of."""

    batch: str
    cursor: str | None
    present: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the invariants need to know."""

    sides: Sequence[Side]
    planted: Sequence[tuple[Any, ...]]
    found: Sequence[tuple[Any, ...]]
    pushed: Sequence[Pushed]
    written: Mapping[str, Tally]
    written_again: Mapping[str, Tally]
    read: Sequence[Read]
    broken: Sequence[str]
    secrets: frozenset[str]
    names: frozenset[str]
    log: str


def facts(breaks: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """What the sandbox tells of its breaks, and a report of those it found."""
    return [tuple(tuple(row[name]) if isinstance(row[name], list) else row[name] for name in FACTS) for row in breaks]


def state_of(manifest: str, folder: Path) -> Rows:
    """The current state up to a batch, by the id of a customer."""
    folder.mkdir()
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(state_up_to(read_batch(manifest), folder).records))
        columns = [name for name in table.columns if name != "record_digest"]
        rows = [dict(zip(columns, row, strict=True)) for row in table.select(*columns).fetchall()]
    return {str(row["source_id"]): row for row in rows}


def held_by(sandbox: Sandbox, vendor: str) -> Rows:
    """The customers that a system holds, with what it supplies of ``FIELDS``."""
    customers = getattr(sandbox.present.systems[vendor], "customers", None)
    by_id = getattr(customers, "by_id", None)
    ids = [str(each) for each in (by_id if by_id is not None else sandbox.world.books[vendor].things)]
    seen = {source_id: sandbox.present.look(vendor, source_id) for source_id in ids}
    return {
        source_id: {"number": each.number, **{name: each.fields[name] for name in FIELDS if name in each.fields}}
        for source_id, each in seen.items()
    }


def names_in(sandbox: Sandbox) -> set[str]:
    """The names and e-mail addresses of today's customers."""
    customers = [entry.customer for entries in sandbox.world.entries.values() for entry in entries]
    return {text for each in customers for text in (each.name, each.email) if text}


def spellings(text: str) -> set[str]:
    """A text as it may stand in a log: plain, in JSON, in bytes, in an address or in a form; in small letters."""
    in_json, in_bytes = json.dumps(text)[1:-1], repr(text.encode())[2:-1]
    return {each.lower() for each in (text, in_json, in_bytes, quote(text), quote_plus(text))}


def secrets_of(connections: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """What opens a system, of these connections, plain and as basic credentials are sent."""
    plain = {each["password"] for each in connections.values()}
    keys = {each["extra"]["api_key"] for each in connections.values() if "api_key" in each["extra"]}
    sent = {basic_header(each["login"], each["password"]) for each in connections.values() if "login" in each}
    return plain | keys | {header.removeprefix("Basic ") for header in sent}


def cursor_read(manifest: str, day: int) -> Read:
    """The cursor of a batch that was read on a day of the systems."""
    batch = read_batch(manifest)
    return Read(batch=batch.path, cursor=batch.manifest.cursor_out, present=now(day).isoformat())
