"""What Lemonsoft is told: new customers, changed ones written back whole, bank accounts.

Source: lemonsoft-customers-invoices document, customer and account payloads, for every field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import UNREADABLE, Conversation, Request, decode_record
from airflow_provider_erp.protocol.writing import CHANGED, rejected, unknown, write
from airflow_provider_erp.vendors.lemonsoft.api import CUSTOMERS, customer_path
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.writing import Known, encode, known_fields, said_by, scalars

ACCOUNT: dict[str, Known] = scalars(
    """account_id customer_id account_number bank_name bank_address bank_address2 bank_country_code bank_info bic iban
    foreign_type foreign_share clearing"""
)
_ATTRIBUTE = scalars("id name selected")
_CONTACT = {
    **scalars(
        """id customer_id name street street2 department email fax gsm note phone postal_city postal_code city
        title"""
    ),
    "attributes": [_ATTRIBUTE | scalars("contact_id")],
}
_PRODUCT = scalars(
    """agreement_product_id agreement_id product_code product_description product_description2 product_serialnumber
    product_amount product_unit product_price product_type product_unitprice product_discount product_amount2
    product_blocking product_notes warranty_ends product_sales_price service_interval calibration_interval
    product_project_id product_project_phase_id"""
)
_AGREEMENT = {
    "products": [_PRODUCT],
    **scalars(
        """id type date invoicing_customer notes period_length description startdate enddate checkdate install_date
        invoiced_date mark invoice_text order_number blocking responsible_person invoice_travelling_bit auto_renew_bit
        service_person_number backup_service_person_number response_time leasing_number leasing_start_date
        leasing_end_date leasing_value leasing_end_value automation_weekday automation_month automation_markdate
        location email phone no_charges travel_time_percent master balancing_period balanced_date payment_term
        based_charges no_crediting pricelist show_included_amount"""
    ),
}
_DIMENSION = scalars(
    """Area_code Chain_code Turnover_code Employer_quantity_code Customer_segment_code Customer_abc Mainbusiness_code
    Branch_classification1 Branch_classification2 Branch_classification3 Customergroup_id Business_activity_areacode
    Customer_class_id Customer_quality_system_bit Customer_reference_bit Customer_dimension_started
    Customer_dimension_turnover Customer_costcenter Customer_lta Customer_quality_system_name Customer_reference_note
    Transaction_type"""
)
CUSTOMER: dict[str, Known] = {
    **scalars(
        """searchname email currency_code costcenter delivery_code invoicing_customer_number orderer_customer_number
        is_customer is_nonactive is_prospect is_supplier created modified delivery_method_number delivery_term
        payment_term_number interest sales_account purchase_account receivables_account accountspayable_account
        customer_edi invoice_method_id invoice_code finvoice_address reference creditlimit deny_credit reseller
        default_reference prevent_delivery partial_delivery_disabled invoiceperiod invoicedates due_invoice_sum
        open_invoice_sum person_responsible_number id number name name2 phone vat street street2 city postal_code
        country www language_code group customer_group_id invoicing_name invoicing_name2 invoicing_address
        invoicing_postaladdress invoicing_postal_code invoicing_city type seller_number fax"""
    ),
    "attributes": [_ATTRIBUTE],
    "contacts": [_CONTACT],
    "texts": [scalars("id header_number note")],
    "agreements": [_AGREEMENT],
    "accounts": [ACCOUNT],
    "circulations": [scalars("id customer_id person_number circulation_type")],
    "dimension": _DIMENSION,
}

_MESSAGES = ("Message", "message", "MessageDetail", "errors", "ExceptionMessage")
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_Fields = dict[str, msgspec.Raw]
_FIELDS = msgspec.json.Decoder(_Fields).decode
IsStill = Callable[[msgspec.Raw], bool]
"""Whether a customer, as it is read before it is written back, is the one that the caller looked at."""


def create_customer(
    exchange: Exchange, settings: Settings, customer: Mapping[str, Any]
) -> Conversation[dict[str, Any]]:
    """The server's answer to a new customer."""
    body = known_fields("lemonsoft customer", customer, CUSTOMER)
    return _write(exchange, settings, _request(settings, "lemonsoft create customer", "POST", CUSTOMERS, body))


def new_account(customer_id: int | str, account: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path and the body of a new bank account.

    Raises:
        ValueError: as ``known_fields``, or an id that is no whole number.
    """
    return f"{customer_path(customer_id)}/accounts", known_fields("lemonsoft account", account, ACCOUNT)


def add_account(
    exchange: Exchange, settings: Settings, customer_id: int | str, account: Mapping[str, Any]
) -> Conversation[dict[str, Any]]:
    """The server's answer to a new bank account of a customer, see ``_write``."""
    path, body = new_account(customer_id, account)
    label = f"lemonsoft add account to customer {customer_id}"
    return _write(exchange, settings, _request(settings, label, "POST", path, body), needed=False)


def update_customer(
    exchange: Exchange,
    settings: Settings,
    customer_id: int | str,
    changes: Mapping[str, Any],
    is_still: IsStill = lambda _: True,
) -> Conversation[dict[str, Any]]:
    """The server's answer to the customer as it is read now, with the changes: a PUT takes a whole customer.

    What is not changed goes back as the server wrote it, digit for digit, its
    unknown and misspelt keys too. Of ``dimension`` the named fields change, a
    list is replaced. One that ``is_still`` does not know again is not written.
    """
    path = customer_path(customer_id)
    asked = known_fields("lemonsoft customer", changes, CUSTOMER)

    def read_and_write_back() -> Conversation[dict[str, Any]]:
        whole = yield from _read(exchange, settings, path)
        label = f"lemonsoft update customer {customer_id}"
        if not is_still(msgspec.Raw(encode(whole))):
            raise rejected(label, None, CHANGED, None)
        request = _request(settings, label, "PUT", path, _changed(whole, asked))
        return (yield from _write(exchange, settings, request, needed=False))

    return read_and_write_back()


def _read(exchange: Exchange, settings: Settings, path: str) -> Conversation[_Fields]:
    """The customer's fields in the server's own writing; what is no such customer is never written back."""
    number = path.rpartition("/")[2]
    label = f"lemonsoft customer {number}"
    whole = yield from exchange.read(Request(label, settings.base_url + path, headers=_HEADERS), _FIELDS)
    if _has_errors(encode(whole)) or bytes(whole.get("id", b"")).strip(b'"') != number.encode():
        raise ErpProtocolError(
            f"{label}: expected the customer with this id, got an object with keys "
            f"{[key for key in whole if key.isidentifier()][:10]}; nothing was written"
        )
    return whole


def _changed(whole: _Fields, asked: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(whole)
    for name, value in asked.items():
        inner = _object(whole.get(name)) if isinstance(value, Mapping) else None
        fields[name] = value if inner is None else _changed(inner, value)
    return fields


def _object(raw: msgspec.Raw | None) -> _Fields | None:
    try:
        return None if raw is None else _FIELDS(raw)
    except msgspec.ValidationError:
        return None


def _request(settings: Settings, label: str, method: str, path: str, body: Mapping[str, Any]) -> Request:
    return Request(label, settings.base_url + path, method, _HEADERS, encode(body), repeatable=False)


def _write(
    exchange: Exchange, settings: Settings, request: Request, *, needed: bool = True
) -> Conversation[dict[str, Any]]:
    """The object that the server answers; none where an empty body tells all that is ``needed``.

    ASSUMED: writes show errors as lists do, by ``has_errors`` or ``errors`` inside of status 200.
    """
    response = yield from write(exchange, request, said_by(settings, _MESSAGES), _has_errors)
    if not needed and not response.json.strip():
        return {}
    try:
        return decode_record(response.json)
    except UNREADABLE:
        what = f"status {response.status} with a body that is no JSON object"
        raise unknown(request.label, what, response) from None


def _has_errors(body: bytes) -> bool:
    try:
        answer = decode_record(body)
    except UNREADABLE:
        return False
    return bool(answer.get("has_errors") or answer.get("errors"))
