"""The lists inside a Lemonsoft customer: contacts, agreements, accounts and the rest, with the document's fields.

Source: lemonsoft-customers-invoices document, the body of a customer.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_provider_erp.sandbox.world.phones import national
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.stamps import naive_milliseconds

_NOTHING = Decimal("0.00")
_PRODUCT_ZEROS = ("product_type", "product_blocking", "product_project_id", "product_project_phase_id")
_AGREEMENT_ZEROS = (
    *("blocking", "responsible_person", "service_person_number", "backup_service_person_number", "response_time"),
    *("automation_weekday", "automation_month", "travel_time_percent", "master", "balancing_period", "pricelist"),
)
_AGREEMENT_NULLS = (
    *("checkdate", "install_date", "invoiced_date", "mark", "invoice_text", "order_number", "leasing_number"),
    *("leasing_start_date", "leasing_end_date", "automation_markdate", "location", "balanced_date"),
)
_AGREEMENT_FLAGS = ("invoice_travelling_bit", "no_charges", "based_charges", "no_crediting", "show_included_amount")
_DIMENSION_ZEROS = (
    *("Area_code", "Chain_code", "Turnover_code", "Employer_quantity_code", "Customer_segment_code", "Customer_abc"),
    *("Mainbusiness_code", "Customergroup_id", "Business_activity_areacode", "Customer_class_id", "Transaction_type"),
)
_DIMENSION_NULLS = (
    *("Branch_classification1", "Branch_classification2", "Branch_classification3", "Customer_dimension_started"),
    *("Customer_costcenter", "Customer_lta", "Customer_quality_system_name", "Customer_reference_note"),
)
ACCOUNT_TEXTS = (
    *("account_number", "bank_name", "bank_address", "bank_address2", "bank_country_code", "bank_info", "bic", "iban"),
    *("foreign_type", "foreign_share", "clearing"),
)


def contact(entry: Entry) -> dict[str, Any]:
    """The one contact of a company."""
    customer = entry.customer
    contact_id = int(entry.source_id) * 10
    return {
        "id": contact_id,
        "customer_id": int(entry.source_id),
        "name": "Customer service",
        "attributes": [{"id": 1, "name": "Invoices", "selected": True, "contact_id": contact_id}],
        "street": f"{customer.street} {customer.house_number}",
        "street2": customer.addition,
        "department": None,
        "email": customer.invoice_email,
        "fax": None,
        "gsm": None,
        "note": None,
        "phone": national(customer.phone, customer.country),
        "postal_city": None,
        "postal_code": customer.postal_code,
        "city": customer.city,
        "title": None,
    }


def account(entry: Entry) -> dict[str, Any]:
    """A bank account without a number: an invented one could be somebody's."""
    return {
        "account_id": int(entry.source_id) * 10 + 1,
        "customer_id": int(entry.source_id),
        **dict.fromkeys(ACCOUNT_TEXTS),
        "account_number": "",
        "bank_name": "Sandbox Bank",
        "bank_country_code": entry.customer.country,
    }


def circulation(entry: Entry) -> dict[str, Any]:
    """Who an invoice of the customer goes round to."""
    customer_id = int(entry.source_id)
    return {"id": customer_id * 10 + 2, "customer_id": customer_id, "person_number": 101, "circulation_type": 0}


def dimension() -> dict[str, Any]:
    """The dimensions, whose keys are in another spelling than all others."""
    return {
        **dict.fromkeys(_DIMENSION_ZEROS, 0),
        **dict.fromkeys(_DIMENSION_NULLS),
        "Customer_quality_system_bit": False,
        "Customer_reference_bit": False,
        "Customer_dimension_turnover": _NOTHING,
    }


def agreement(entry: Entry) -> dict[str, Any]:
    """A service agreement on one product."""
    begun = naive_milliseconds(entry.customer.created)
    return {
        "products": [_product(entry)],
        "id": int(entry.source_id) * 10 + 3,
        "type": 1,
        "date": begun,
        "invoicing_customer": int(entry.number),
        "notes": None,
        "period_length": 12,
        "description": "Yearly service",
        "startdate": begun,
        "enddate": None,
        **dict.fromkeys(_AGREEMENT_NULLS),
        **dict.fromkeys(_AGREEMENT_ZEROS, 0),
        **dict.fromkeys(_AGREEMENT_FLAGS, False),
        "auto_renew_bit": True,
        "leasing_value": _NOTHING,
        "leasing_end_value": _NOTHING,
        "email": None,
        "phone": None,
        "payment_term": 14,
    }


def _product(entry: Entry) -> dict[str, Any]:
    return {
        "agreement_product_id": int(entry.source_id) * 10 + 4,
        "agreement_id": int(entry.source_id) * 10 + 3,
        "product_code": "SERVICE",
        "product_description": "Yearly service",
        "product_description2": None,
        "product_serialnumber": None,
        "product_amount": Decimal("1.0"),
        "product_unit": "pcs",
        "product_price": Decimal("240.00"),
        **dict.fromkeys(_PRODUCT_ZEROS, 0),
        "product_unitprice": Decimal("240.00"),
        "product_discount": _NOTHING,
        "product_amount2": Decimal("0.0"),
        "product_notes": None,
        "warranty_ends": None,
        "product_sales_price": Decimal("240.00"),
        "service_interval": 12,
        "calibration_interval": 0,
    }
