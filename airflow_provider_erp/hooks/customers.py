"""What the hooks share whose systems take customers: how one is found in canonical words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from airflow_provider_erp.exceptions import ErpProtocolError, OutcomeUnknown
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.messages import Request
from airflow_provider_erp.records import Customer
from airflow_provider_erp.vendors.words import NoField, Pushes, Question

_NOT_FOUND = 404
_RAW = msgspec.json.Decoder(msgspec.Raw).decode


class CustomerHook(ErpHook):
    """Reads and writes customers."""

    pushes: ClassVar[Pushes]
    has_jobs: ClassVar[bool] = False
    """Whether a write may be put into the background: then it takes ``on_job``, and ``outcome_of_job`` asks for it."""

    reads_before_update: ClassVar[bool] = False
    """Whether ``update_customer`` reads the whole first: then it takes ``is_still``, which may refuse what it read."""

    @property
    def background_seconds(self) -> float:
        """How long the system may be at work with a write that it took."""
        return 0.0

    def outcome_of_job(self, job: str) -> str:
        """What a write in the background tells, where the system has such; this one has none.

        Raises:
            OutcomeUnknown: always.
        """
        raise OutcomeUnknown(f"{self.vendor.conn_type}: it knows no job {job}")

    @classmethod
    def writable(cls) -> tuple[str, ...]:
        """The canonical fields that the system has a field for."""
        return tuple(each.name for each in dataclasses.fields(Customer) if cls._takes(each.name))

    @classmethod
    def _takes(cls, field: str) -> bool:
        try:
            cls.pushes.words({field: ""})
        except NoField:
            return False
        except ValueError:  # not this value
            return True
        return True

    def find_customers(self, question: Question) -> Iterator[Customer]:
        """Every customer that the answer holds, in canonical words; none where the system knows none.

        Raises:
            ErpError: as ``fetch``.
        """
        return (customer for customer, _ in self.find_rows(question))

    def find_rows(self, question: Question) -> Iterator[tuple[Customer, msgspec.Raw]]:
        """The same, each with the row that it was read from."""
        read = self.traits("customer").read
        rows = self._customer_at(question) if isinstance(question, str) else self._customers_by(question)
        for row in rows:
            customer = read(row)
            if isinstance(customer, Customer):
                yield customer, row

    def _customers_by(self, filters: Mapping[str, Any]) -> Iterator[msgspec.Raw]:
        for page in self.fetch("customer", filters=filters):
            yield from page.raw

    def _customer_at(self, path: str) -> Iterator[msgspec.Raw]:
        url = self.settings.base_url + path
        request = Request(f"{self.vendor.conn_type} customer", url, headers={"Accept": "application/json"})
        try:
            yield complete(run(self.exchange.read(request, _RAW), self.transport.send, self._sleep))
        except ErpProtocolError as exc:
            if exc.status != _NOT_FOUND:
                raise
