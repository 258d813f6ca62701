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
    """The plan that began to create a record, when, and by which task instance."""

    plan: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Keyless:
    """The marks of one system's company, as one plan sees them.

    Raises (all methods):
        ErpInconsistentRead: a file is no mark.
    """

    folder: str
    plan: str
    create: Create = storage.create

    def objection(self, fields: Mapping[str, Value]) -> str | None:
        """Why this plan must not create a record that says this: another one began to; None where none did."""
        mark = self._mark(fields)
        if mark is None or mark.plan == self.plan:
            return None
        return (
            f"it has no unique key, and plan {mark.plan[:12]} began to create a record that says the same at "
            f"{mark.at:%Y-%m-%d %H:%M:%S%z}; give it a key of its own, or remove {self._address(fields)} when the "
            "system does not have that record"
        )

    def begin(self, fields: Mapping[str, Value], *, at: dt.datetime, by: str) -> str | None:
        """Makes the record this plan's to create, unless it is already; else the objection."""
        mark = msgspec.json.encode(Mark(plan=self.plan, at=at, by=by))
        while True:
            try:
                self.create(self._address(fields), mark)
            except FileExistsError:
                if self._mark(fields) is None:  # given back meanwhile
                    continue
                return self.objection(fields)
            return None

    def give_back(self, fields: Mapping[str, Value]) -> None:
        """Lets any plan create it: this one surely did not."""
        storage.remove(self._address(fields))

    def _mark(self, fields: Mapping[str, Value]) -> Mark | None:
        address = self._address(fields)
        try:
            return msgspec.json.decode(storage.read(address), type=Mark)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as exc:
            raise ErpInconsistentRead(f"{address}: expected the mark of a create, {exc}") from None

    def _address(self, fields: Mapping[str, Value]) -> str:
        """Two spellings of a value are the same, and what is empty says nothing; the name holds no personal data."""
        country = normalise("country", fields.get("country")) or ""
        said = {name: text for name, value in fields.items() if (text := normalise(name, value, country))}
        digest = hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:32]
        return join(self.folder, f"{digest}.json")
