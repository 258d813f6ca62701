"""Lemonsoft in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.hooks.customers import CustomerHook
from airflow_provider_erp.vendors.lemonsoft import writes
from airflow_provider_erp.vendors.lemonsoft.api import LEMONSOFT, customer_path
from airflow_provider_erp.vendors.lemonsoft.words import PUSHES


class LemonsoftHook(CustomerHook):
    """Reads customers and invoices of Lemonsoft, and writes customers.

    Every ``filter.*`` of the document is taken by its own name without the
    prefix; lists repeat the key, truth values go out as 1 and 0, the hook
    turns the pages (``page_size`` is accepted, ``page`` refused).

    Source: lemonsoft-customers-invoices document.
    """

    vendor = LEMONSOFT
    conn_type = LEMONSOFT.conn_type
    hook_name = LEMONSOFT.title
    default_conn_name = "lemonsoft_default"
    pushes = PUSHES
    reads_before_update = True
    new_customer: ClassVar[Mapping[str, Any]] = {"is_customer": True}
    """Customers, suppliers and prospects share the table. Source: the document's new customer. ASSUMED: without it a
    new record is none of the three."""

    def get_customers(self, base: bool = False, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yields customers, with basic fields only when ``base``; suppliers and prospects share the table.

        Raises:
            ValueError: an unknown filter, or a value that it does not take.
        """
        return self.rows("customer", {"base": base, **filters})

    def get_customer(self, customer_id: int | str) -> dict[str, Any]:
        """The customer with this internal ``id``, which is not its ``number``.

        Raises:
            ErpProtocolError: there is none (status 404), or the server reports an error inside status 200.
        """
        customer = self.one(f"customer {customer_id}", customer_path(customer_id))
        if customer.get("has_errors"):
            raise ErpProtocolError(f"lemonsoft customer {customer_id}: the server answers status 200 with has_errors")
        return customer

    def get_invoices(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yields invoices.

        Raises:
            ValueError: an unknown filter, or a value that it does not take.
        """
        return self.rows("invoice", filters)

    def create_customer(self, customer: Mapping[str, Any]) -> dict[str, Any]:
        """The server's answer to a new customer, with the fields that are given and no others.

        Raises:
            ValueError: an unknown field, or a float; nothing was sent.
            ErpRejected: the server refused it; what it said is in ``said``.
            OutcomeUnknown: look for the customer before it is sent again.
            ErpError: it was not created.
        """
        return self._write(writes.create_customer(self.exchange, self.settings, customer))

    def update_customer(
        self, customer_id: int | str, changes: Mapping[str, Any], is_still: writes.IsStill = lambda _: True
    ) -> dict[str, Any]:
        """The server's answer to the customer, which is read, changed and written back whole.

        Lists such as ``contacts`` are replaced, the named fields of
        ``dimension`` changed, all else goes back as the server wrote it.
        Empty where the server answers nothing. There is no version to hold it
        to: what is changed between the read and the write is lost.
        ``is_still`` is given the row that was read, and may refuse it.

        Raises:
            RecordChanged: ``is_still`` refused it; nothing was written.
            ErpProtocolError: there is no such customer to read (status 404).
            ValueError, ErpError: as ``create_customer``.
        """
        return self._write(writes.update_customer(self.exchange, self.settings, customer_id, changes, is_still))

    def add_account(self, customer_id: int | str, account: Mapping[str, Any]) -> dict[str, Any]:
        """The server's answer to a new bank account of a customer; empty where it answers nothing.

        Raises:
            ValueError, ErpError: as ``create_customer``.
        """
        return self._write(writes.add_account(self.exchange, self.settings, customer_id, account))

    def check_account(self, customer_id: int | str, account: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The path and the body that ``add_account`` would send; sends nothing.

        Raises:
            ValueError: as there.
        """
        return writes.new_account(customer_id, account)
