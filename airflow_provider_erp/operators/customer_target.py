"""A connection's customers as a push sees them: canonical fields in, the vendor's words out."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.hooks.customers import CustomerHook
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.pushing.target import Current, Match, Value
from airflow_provider_erp.records import Customer

_GRACE_SECONDS = 5.0
"""After a time-out a server may work on for a moment."""
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
        self._known: dict[str, Mapping[str, set[str]]] = {}
        self._reading = Lock()
        seconds = hook.transport_options.timeout_seconds + hook.background_seconds
        self.timeout_seconds = seconds + _GRACE_SECONDS
        self.most_in_flight = hook.most_in_flight

    @property
    def keys(self) -> Sequence[str]:
        """The canonical fields by which a customer can be looked up."""
        return tuple(self._pushes.lookups)

    def find(self, match: Match) -> Sequence[Current]:
        """Every customer with this key; two spellings of an identifier are the same."""
        questions = list(self._pushes.lookups[match.by](match.value))
        wanted = normalise(match.by, match.value) if match.by != "source_id" else match.value
        if match.by in _SPELT:
            held_by = self._addresses(match.by).get(str(wanted), ())
            questions += [each for address in held_by for each in self._pushes.lookups[self._pushes.address](address)]
        found = {
            customer.source_id: customer for question in questions for customer in self._hook.find_customers(question)
        }
        return [
            self._current(customer)
            for customer in found.values()
            if _value(customer, match.by) == wanted and match.source_id in (None, customer.source_id)
        ]

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

    def create(self, record: Mapping[str, Value]) -> str | None:
        """Sends one create."""
        answer = self._hook.create_customer(self._pushes.new(record, self._defaults))
        return str(answer["id"]) if isinstance(answer, Mapping) else answer

    def update(self, current: Current, changes: Mapping[str, Value]) -> None:
        """Sends one update, on the condition that the record is as it was read, where the system takes one."""
        update: Callable[..., Any] = self._hook.update_customer
        words = self._pushes.words(changes)
        if current.version is None:
            update(current.id, words)
        else:
            update(current.id, words, if_match=current.version)

    def _addresses(self, field: str) -> Mapping[str, set[str]]:
        """Of all customers: by what addresses those with a value in this field are asked for; read once."""
        with self._reading:
            if field not in self._known:
                known: defaultdict[str, set[str]] = defaultdict(set)
                for customer in self._hook.find_customers({}):
                    value, address = _value(customer, field), getattr(customer, self._pushes.address)
                    if value and address:
                        known[value].add(address)
                self._known[field] = known
            return self._known[field]

    def _current(self, customer: Customer) -> Current:
        return Current(
            id=str(getattr(customer, self._pushes.address) or ""),
            fields={each.name: getattr(customer, each.name) for each in dataclasses.fields(Customer)},
            version=customer.version,
        )


def _value(customer: Customer, field: str) -> str | None:
    value = getattr(customer, field)
    return value if field == "source_id" else normalise(field, value, normalise("country", customer.country) or "")
