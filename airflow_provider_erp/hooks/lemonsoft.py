"""Lemonsoft in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.vendors.lemonsoft.api import LEMONSOFT, customer_path


class LemonsoftHook(ErpHook):
    """Reads customers and invoices of Lemonsoft.

    Every ``filter.*`` of the document is taken by its own name without the
    prefix; lists repeat the key, truth values go out as 1 and 0, the hook
    turns the pages (``page_size`` is accepted, ``page`` refused).

    Source: lemonsoft-customers-invoices document.
    """

    vendor = LEMONSOFT
    conn_type = LEMONSOFT.conn_type
    hook_name = LEMONSOFT.title
    default_conn_name = "lemonsoft_default"

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
