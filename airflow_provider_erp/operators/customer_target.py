"""A connection's customers as a push sees them: canonical fields in, the vendor's words out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any

import msgspec

from airflow_provider_erp.exceptions import ErpConfigError, ErpProtocolError, OutcomeUnknown, UnreadableRecord
from airflow_provider_erp.hooks.customers import CustomerHook
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.pushing.target import Current, Match, OnJob, Value
from airflow_provider_erp.records import Customer

_GRACE_SECONDS = 5.0
"""After a time-out a server may work on for a moment."""
_Known = dict[str, dict[str | None, set[str]]]
"""By country, by comparable value: the addresses of the customers."""
_NOT_TO_BE_ASKED = {400, 414}
_SPELT = ("org_number", "vat_number")
"""Written in many ways, of which a filter finds one."""


class CustomerTarget:
    """The customers of one connection; ``defaults`` are given to every new one, in the vendor's words.

    Raises:
        ErpConfigError: the system is only read here.
        ValueError: a default is no field of the system's customers.
    """

    def __init__(self, hook: ErpHook, defaults: Mapping[str, Any] | None = None) -> None:
        if not isinstance(hook, CustomerHook):
            raise ErpConfigError(f"{hook.vendor.title} is only read here; nothing can be pushed to {hook.conn_id!r}")
        self._hook = hook
        self._pushes = hook.pushes
        self._defaults = dict(defaults or {})
        if self._defaults:
            self._pushes.check(self._defaults)
        self._known: dict[str, _Known | str] = {}
        self._reading = Lock()
        seconds = hook.transport_options.timeout_seconds + hook.background_seconds
        self.timeout_seconds = seconds + _GRACE_SECONDS
        self.most_in_flight = hook.most_in_flight

    @property
    def keys(self) -> Sequence[str]:
        """The canonical fields by which a customer can be looked up."""
        return tuple(self._pushes.lookups)

    def find(self, match: Match, *, anew: bool = False) -> Sequence[Current]:
        """Every customer with this key; two spellings of an identifier are the same.

        Raises:
            ValueError: the system refuses to be asked for such a key, or answers with a record that cannot be read.
        """
        found = {
            customer.source_id: (customer, row)
            for question in self._questions(match, anew=anew)
            for customer, row in self._asked(question, match.by)
        }
        return [
            self._current(customer, row)
            for customer, row in found.values()
            if _is_it(customer, match) and match.source_id in (None, customer.source_id)
        ]

    def _questions(self, match: Match, *, anew: bool) -> Iterator[Any]:
        """By the key as it is written; of identifiers also by each customer that has it in another spelling."""
        yield from self._pushes.lookups[match.by](match.value)
        if match.by in _SPELT:
            known = self._addresses(match.by, anew=anew)
            spelt = {normalise(match.by, match.value, country) for country in (match.country or "", *known)}
            held_by = {
                address for of_country in known.values() for each in spelt for address in of_country.get(each, ())
            }
            for address in sorted(held_by):
                yield from self._pushes.lookups[self._pushes.address](address)

    def _asked(self, question: Any, by: str) -> Iterator[tuple[Customer, bytes]]:
        try:
            yield from self._hook.find_rows(question)
        except ErpProtocolError as exc:
            if exc.status not in _NOT_TO_BE_ASKED:
                raise
            raise ValueError(f"the system refuses to be asked for such a {by} (status {exc.status})") from exc
        except UnreadableRecord as exc:
            raise ValueError(
                f"a record that the system answers with cannot be read ({exc}); put it right there"
            ) from exc

    def held(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """What the system shows of these fields once they are written; fields that it cannot take as they are."""
        try:
            return self._pushes.held(fields)
        except ValueError:
            return fields

    def unfit(self, fields: Mapping[str, Value], *, is_new: bool) -> str | None:
        """Why the system cannot take these fields."""
        try:
            if is_new:
                self._pushes.check_new(self._pushes.new(fields, self._defaults))
            else:
                self._pushes.check(self._pushes.words(fields))
        except ValueError as exc:
            return str(exc)
        return None

    def create(self, record: Mapping[str, Value], on_job: OnJob) -> str | None:
        """Sends one create."""
        answer = self._hook.create_customer(self._pushes.new(record, self._defaults), **self._told(on_job))
        new = answer.get("id") if isinstance(answer, Mapping) else answer
        if new in (None, ""):
            raise OutcomeUnknown(f"{self._hook.vendor.conn_type}: a new customer was answered without its id")
        return str(new)

    def update(self, current: Current, changes: Mapping[str, Value], on_job: OnJob) -> None:
        """Sends one update, on the condition that the record is as it was read, where the system takes one."""
        update: Callable[..., Any] = self._hook.update_customer
        condition: dict[str, Any] = {} if current.version is None else {"if_match": current.version}
        if self._hook.reads_before_update:
            condition["is_still"] = partial(self._is_still, current, self.held(changes))
        update(current.id, self._pushes.words(changes), **condition, **self._told(on_job))

    def _is_still(self, current: Current, names: Iterable[str], row: msgspec.Raw) -> bool:
        """Whether the row has these fields as the record that was looked at; what one of them lacks is not compared."""
        try:
            now = self._hook.traits("customer").read(row)
        except UnreadableRecord:
            return False
        both = ((current.fields.get(name), getattr(now, name)) for name in names)
        return all(None in (before, after) or before == after for before, after in both)

    def outcome_of_job(self, job: str) -> str | None:
        """Asks for a write that the system put into the background."""
        return self._hook.outcome_of_job(job) or None

    def _told(self, on_job: OnJob) -> Mapping[str, Any]:
        return {"on_job": on_job} if self._hook.has_jobs else {}

    def _addresses(self, field: str, *, anew: bool) -> _Known:
        """Of all customers: by what addresses those with a value in this field are asked for; read once, or anew."""
        with self._reading:
            if anew or field not in self._known:
                try:
                    self._known[field] = self._indexed(field)
                except UnreadableRecord as exc:
                    self._known[field] = (
                        f"one of the system's customers cannot be read ({exc}) and may be this one, by its {field}; "
                        "put it right there, or leave the key out of match_on"
                    )
            known = self._known[field]
        if isinstance(known, str):
            raise ValueError(known)
        return known

    def _indexed(self, field: str) -> _Known:
        known: _Known = {}
        for customer in self._hook.find_customers({}):
            value, address = _value(customer, field), getattr(customer, self._pushes.address)
            if value and address:
                known.setdefault(_country(customer), {}).setdefault(value, set()).add(address)
        return known

    def _current(self, customer: Customer, row: bytes) -> Current:
        return Current(
            id=str(getattr(customer, self._pushes.address) or ""),
            fields={each.name: getattr(customer, each.name) for each in dataclasses.fields(Customer)},
            version=customer.version,
            other_kind=self._pushes.other_kind(row, self._defaults),
        )


def _is_it(customer: Customer, match: Match) -> bool:
    """Whether the customer has the key; a key of a record without a country is read by the customer's."""
    if match.by == "source_id":
        return customer.source_id == match.value
    return _value(customer, match.by) == normalise(match.by, match.value, match.country or _country(customer))


def _value(customer: Customer, field: str) -> str | None:
    return normalise(field, getattr(customer, field), _country(customer))


def _country(customer: Customer) -> str:
    return normalise("country", customer.country) or ""
