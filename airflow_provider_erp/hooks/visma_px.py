"""Visma PX in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.vendors.visma_px.api import VISMA_PX
from airflow_provider_erp.vendors.visma_px.xml import element_fields


class VismaPxHook(ErpHook):
    """Reads customers and project transactions of Visma PX, each one dump without paging.

    Source: visma-px-customer and visma-px-trans documents.
    """

    vendor = VISMA_PX
    conn_type = VISMA_PX.conn_type
    hook_name = VISMA_PX.title
    default_conn_name = "visma_px_default"

    def rows(self, resource: str, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yields the rows of a resource as dicts; of XML the fields of each element, as texts."""
        for row in super().rows(resource, filters):
            yield element_fields(row["xml"]) if row.keys() == {"xml"} else row

    def get_customers(
        self, changed_since: str | datetime | None = None, selection: int = 1, incl_not_active: bool = True
    ) -> Iterator[dict[str, Any]]:
        """Yields the rows of ``Customers``, all or those changed since.

        ``changed_since`` is best a ``Servertime`` of an earlier answer, which
        goes out verbatim. ``incl_not_active=False`` makes a customer that was
        closed vanish from a list of changes.
        """
        return self.rows(
            "customer",
            {"changed_since": changed_since, "selection": selection, "incl_not_active": incl_not_active},
        )

    def get_transactions(
        self, changed_since: str | datetime | None = None, incl_not_active_projects: bool = True
    ) -> Iterator[dict[str, Any]]:
        """Yields the rows of ``Transactions``, all or those changed since; numbers with a fraction are ``Decimal``."""
        return self.rows(
            "project_transaction",
            {"changed_since": changed_since, "incl_not_active_projects": incl_not_active_projects},
        )
