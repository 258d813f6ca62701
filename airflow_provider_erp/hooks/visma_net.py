"""Visma.net ERP in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from airflow_provider_erp.hooks.customers import CustomerHook
from airflow_provider_erp.vendors.visma_net import writes
from airflow_provider_erp.vendors.visma_net.answers import WAIT_SECONDS, OnJob, outcome_of_job
from airflow_provider_erp.vendors.visma_net.api import VISMA_NET, customer_path
from airflow_provider_erp.vendors.visma_net.words import PUSHES


class VismaNetHook(CustomerHook):
    """Reads and writes customers of Visma.net ERP; one connection is one company.

    To write, the connection's ``scope`` must name it, such as
    ``vismanet_erp_service_api:read vismanet_erp_service_api:create
    vismanet_erp_service_api:update``. A write
    takes plain values, such as ``{"name": "A", "mainAddress": {"countryId":
    "NO"}}``; None clears a field, and what is not named stays. Each method
    sends one write and looks nothing up. A write that the server puts into
    the background is waited for during the connection's ``background_seconds``.

    Source: visma-net-customer document.
    """

    vendor = VISMA_NET
    conn_type = VISMA_NET.conn_type
    hook_name = VISMA_NET.title
    default_conn_name = "visma_net_default"
    pushes = PUSHES
    has_jobs = True

    @property
    def background_seconds(self) -> float:
        """The connection's field of that name."""
        return self.settings.number("background_seconds", WAIT_SECONDS, 0.0)

    def get_customers(
        self, last_modified: str | date | None = None, condition: str = ">=", **filters: Any
    ) -> Iterator[dict[str, Any]]:
        """Yields customers, all or those modified before or after a moment of the server's own local time.

        ``condition`` is one of ``> < >= <=``. The filters are the vendor's:
        name, status, corporateId, vatRegistrationId, email, phone, attributes,
        createdDateTime with createdDateTimeCondition; pageSize is accepted.

        Raises:
            ValueError: an unknown filter, or a moment with a zone.
        """
        return self.rows("customer", {"last_modified": last_modified, "condition": condition, **filters})

    def get_customer(self, number: str) -> dict[str, Any]:
        """The customer with this number.

        Raises:
            ValueError: the number is empty.
            ErpProtocolError: there is none (status 404).
        """
        return self.one(f"customer {number}", customer_path(str(number or "")))

    def create_customer(self, customer: Mapping[str, Any], on_job: OnJob | None = None) -> str:
        """The number or id of the new customer, as the server's ``Location`` tells it.

        ``on_job`` is told the id of a write that went to the background,
        before that is waited for.

        It needs name, overrideWithClassValues, customerClassId and mainAddress
        with addressLine1, postalCode and countryId; number may be left out.

        Raises:
            ValueError: an unknown field, or one is missing; nothing was sent.
            ErpRejected: the server refused it; what it said is in ``said``.
            OutcomeUnknown: look for the customer before it is sent again.
            ErpError: it was not created.
        """
        return self._write(writes.create_customer(self.exchange, self.settings, customer, on_job))

    def update_customer(
        self, number: str, changes: Mapping[str, Any], if_match: str | None = None, on_job: OnJob | None = None
    ) -> None:
        """Changes these fields of a customer; ``if_match`` is the ETag that it must still have.

        Raises:
            RecordChanged: somebody changed it since that ETag was read.
            ValueError, ErpError: as ``create_customer``.
        """
        self._write(writes.update_customer(self.exchange, self.settings, str(number or ""), changes, if_match, on_job))

    def outcome_of_job(self, job: str) -> str:
        """The number or id that a write in the background tells, once it is finished; empty where it tells none.

        Raises:
            ErpRejected: it is finished, and was refused.
            StillUnderWay: not finished within ``background_seconds``.
            OutcomeUnknown: the server knows no such job, or not what came of it.
            ErpError: the server could not be asked.
        """
        return self._write(outcome_of_job(self.exchange, self.settings, job))

    def create_dunning_letter(
        self, number: str, date: str | datetime, level_from: int, level_to: int
    ) -> dict[str, Any]:
        """The action's id and result, ``{"actionId": ..., "actionResult": ...}``.

        ``date`` goes out as it is when it is a text, and in UTC with
        milliseconds and a ``Z`` when it is a datetime with a zone.

        Raises:
            ValueError: a datetime without a zone, or a level that is no whole number.
            ErpError: as ``create_customer``.
        """
        levels = (level_from, level_to)
        return self._write(writes.create_dunning_letter(self.exchange, self.settings, str(number or ""), date, levels))

    def check_dunning_letter(
        self, number: str, date: str | datetime, level_from: int, level_to: int
    ) -> tuple[str, dict[str, Any]]:
        """The path and the body that ``create_dunning_letter`` would send; sends nothing.

        Raises:
            ValueError: as there.
        """
        return writes.dunning_letter(str(number or ""), date, (level_from, level_to))
