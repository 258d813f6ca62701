"""Creates of records that have no key: nothing can look one up, so what it says is created once, whatever plan says it.

Without this a second run of the same records would make all of them twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.pushing.journal import Create
from airflow_provider_erp.pushing.target import Value


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that began to create a record, when, and by which task instance.

    ``record`` is the record's name in that plan's journal.
    """

    plan: str
    at: dt.datetime
    by: str
    record: str = ""


_MARK = msgspec.json.Decoder(Mark).decode


@dataclass(frozen=True, slots=True)
class Keyless:
    """The marks of one system's company, as one plan sees them; ``record`` is a record's name in the plan's journal.

    Raises (all methods):
        ErpInconsistentRead: a file is no mark.
    """

    folder: str
    plan: str
    create: Create = storage.create

    def objection(self, fields: Mapping[str, Value], record: str) -> str | None:
        """Why this record, which says this, must not be created: another one was begun; None where none was."""
        mark = self._mark(fields)
        if mark is None or self._is_own(mark, record):
            return None
        who = "another record of this plan" if mark.plan == self.plan else f"plan {mark.plan[:12]}"
        return (
            f"it has no unique key, and {who} began to create a record that says the same at "
            f"{mark.at:%Y-%m-%d %H:%M:%S%z}; give it a key of its own, or remove {self._address(fields)} when the "
            "system does not have that record"
        )

    def begin(self, fields: Mapping[str, Value], record: str, *, at: dt.datetime, by: str) -> str | None:
        """Makes what is said this record's to create, unless it is already; else the objection."""
        mark = msgspec.json.encode(Mark(plan=self.plan, record=record, at=at, by=by))
        while True:
            try:
                self.create(self._address(fields), mark)
            except FileExistsError:
                if self._mark(fields) is None:  # given back meanwhile
                    continue
                return self.objection(fields, record)
            return None

    def give_back(self, fields: Mapping[str, Value], record: str) -> None:
        """Lets any record create it: this one surely did not. The mark of another one stays."""
        mark = self._mark(fields)
        if mark and self._is_own(mark, record):
            storage.remove(self._address(fields))

    def _is_own(self, mark: Mark, record: str) -> bool:
        return (mark.plan, mark.record) == (self.plan, record)

    def _mark(self, fields: Mapping[str, Value]) -> Mark | None:
        address = self._address(fields)
        try:
            return _MARK(storage.read(address))
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as exc:
            raise ErpInconsistentRead(f"{address}: expected the mark of a create, {exc}") from None

    def _address(self, fields: Mapping[str, Value]) -> str:
        return join(self.folder, f"{digest_of(fields)}.json")


def digest_of(fields: Mapping[str, Value]) -> str:
    """The same for two records that say the same, without personal data.

    Two spellings of a value are the same, and what is empty says nothing.
    """
    country = normalise("country", fields.get("country")) or ""
    said = {name: text for name, value in fields.items() if (text := normalise(name, value, country))}
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:32]
