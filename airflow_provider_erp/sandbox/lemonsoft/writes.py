"""What Lemonsoft writes: whole customers by POST and PUT, and bank accounts of them.

Source: lemonsoft-customers-invoices document: the bodies, and that a write
answers 200. ASSUMED: what a PUT leaves out is erased, but for the id, the number
and the stamps; an unknown field is ignored in silence; a value of another JSON
type is 400; what the books do not allow is a 200 with errors in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, read_object
from airflow_provider_erp.sandbox.customers import Customers
from airflow_provider_erp.sandbox.lemonsoft.parts import ACCOUNT_TEXTS, dimension
from airflow_provider_erp.sandbox.serving import Row

_KEPT = ("id", "number", "created", "modified")
_LISTS = ("attributes", "contacts", "texts", "agreements", "accounts", "circulations")
_FLAGS = (
    *("is_customer", "is_nonactive", "is_prospect", "is_supplier", "deny_credit", "prevent_delivery"),
    "partial_delivery_disabled",
)
_NUMBERS = (
    *("invoicing_customer_number", "orderer_customer_number", "delivery_method_number", "delivery_term"),
    *("payment_term_number", "invoice_method_id", "reseller", "invoiceperiod", "person_responsible_number", "number"),
    *("group", "customer_group_id", "type", "seller_number"),
)
_AMOUNTS = ("interest", "creditlimit", "due_invoice_sum", "open_invoice_sum")
_TEXTS = (
    *("searchname", "email", "currency_code", "costcenter", "delivery_code", "sales_account", "purchase_account"),
    *("receivables_account", "accountspayable_account", "customer_edi", "invoice_code", "finvoice_address"),
    *("reference", "default_reference", "invoicedates", "name", "name2", "phone", "vat", "street", "street2", "city"),
    *("postal_code", "country", "www", "language_code", "invoicing_name", "invoicing_name2", "invoicing_address"),
    *("invoicing_postaladdress", "invoicing_postal_code", "invoicing_city", "fax"),
)
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_LISTS, (list,)),
    **dict.fromkeys(_FLAGS, (bool,)),
    **dict.fromkeys(_NUMBERS, (int,)),
    **dict.fromkeys(_AMOUNTS, (int, Decimal)),
    **dict.fromkeys(_TEXTS, (str,)),
    "dimension": (dict,),
}


class NotAllowed(Exception):
    """A write that is well formed, and that the books do not allow."""


class Writes:
    """The writes of one database."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers

    async def create(self, request: web.Request) -> web.Response:
        """The new customer with its id and number; the id of the body is ignored."""
        try:
            values = _values(await read_object(request))
            with self._customers.lock:
                return json_answer(self._created(values))
        except ValueError as exc:
            return _malformed(exc)
        except NotAllowed as exc:
            return _not_allowed(exc)

    async def update(self, request: web.Request) -> web.Response:
        """The customer as it is from now on: what the body does not say is empty."""
        try:
            values = _values(await read_object(request))
            with self._customers.lock:
                row = customer_of(self._customers, request)
                return not_found() if row is None else json_answer(self._updated(row, values))
        except ValueError as exc:
            return _malformed(exc)
        except NotAllowed as exc:
            return _not_allowed(exc)

    async def add_account(self, request: web.Request) -> web.Response:
        """The new account with its id."""
        try:
            body = await read_object(request)
        except ValueError as exc:
            return _malformed(exc)
        with self._customers.lock:
            row = customer_of(self._customers, request)
            if row is None:
                return not_found()
            account = {"account_id": int(self._customers.new_id()), "customer_id": row["id"]}
            account |= {name: body.get(name) for name in ACCOUNT_TEXTS}
            self._customers.change(str(row["id"]), {**deepcopy(row), "accounts": [*row["accounts"], account]})
            self._customers.tally.actions[f"account {row['number']}"] += 1
            return json_answer(account)

    def _created(self, values: Row) -> Row:
        if not values.get("name"):
            raise NotAllowed("Customer must have a name")
        self._check_number(values.get("number"), None)
        source_id = self._customers.new_id()
        number = int(values.get("number") or self._customers.new_number())
        own = {"number": number, "id": int(source_id), "created": "", "modified": ""}
        row = self._customers.create(source_id, _whole(values) | own, values.get("vat") or "")
        row["created"] = row["modified"]
        return row

    def _updated(self, row: Row, values: Row) -> Row:
        self._check_number(values.get("number"), row)
        kept = {name: row[name] for name in _KEPT}
        if values.get("number"):
            kept["number"] = int(values["number"])
        self._customers.tally.updated += 1
        unknown = {name: value for name, value in row.items() if name not in _TYPES}
        return self._customers.change(str(row["id"]), unknown | _whole(values) | kept)

    def _check_number(self, number: int | None, own: Row | None) -> None:
        """Refuses the number of another customer, by ``NotAllowed``."""
        if number and any(row["number"] == number for row in self._customers.by_id.values() if row is not own):
            raise NotAllowed("Customer number is already in use")


def customer_of(customers: Customers, request: web.Request) -> Row | None:
    """The customer with the internal id of the path."""
    return customers.by_id.get(request.match_info["customer_id"])


def not_found() -> web.Response:
    """404 with the reason."""
    return json_answer({"Message": "Customer was not found."}, 404)


def not_allowed(reason: str) -> web.Response:
    """A refusal with status 200."""
    return json_answer({"has_errors": True, "errors": [reason]})


def _not_allowed(exc: NotAllowed) -> web.Response:
    return not_allowed(str(exc))


def _malformed(exc: ValueError) -> web.Response:
    return json_answer({"Message": f"The request is invalid. {exc}"}, 400)


def _whole(values: Row) -> Row:
    """A customer of whom nothing is known but these values."""
    nothing: Row = {
        **{name: [] for name in _LISTS},
        **dict.fromkeys(_FLAGS, False),
        **dict.fromkeys((*_NUMBERS, *_AMOUNTS), 0),
        **dict.fromkeys(_TEXTS),
        "name": "",
    }
    return nothing | values | {"dimension": dimension() | values.get("dimension", {})}


def _values(body: Mapping[str, Any]) -> Row:
    """The known values of a body; a null is as good as none.

    Raises:
        ValueError: a value is of another type, or an item of a list is no object.
    """
    values = {name: value for name, value in body.items() if name in _TYPES and value is not None}
    if isinstance(values.get("dimension"), dict):
        known = dimension()
        values["dimension"] = {name: value for name, value in values["dimension"].items() if name in known}
        if any(isinstance(value, dict | list) for value in values["dimension"].values()):
            raise ValueError("Error converting value at 'dimension'.")
    for name, value in values.items():
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and bool not in _TYPES[name]):
            raise ValueError(f"Error converting value at '{name}'.")
        if isinstance(value, list) and not all(isinstance(item, dict) for item in value):
            raise ValueError(f"Error converting value at '{name}': objects are expected.")
    return values
