"""A customer's organisation and VAT number, read together: most often the one is made of the other."""

from __future__ import annotations

from airflow_provider_erp.normalise.identifiers import as_vat_number, read_number
from airflow_provider_erp.normalise.validity import only_register, validity_of

Number = tuple[str | None, str | None, str | None]
"""The comparable text; what matches by it, None for a placeholder; what is written, where it cannot be one."""


def read_numbers(org: str | None, vat: str | None, country: str) -> tuple[Number, Number]:
    """Both numbers, from one reading where the VAT number is the one that belongs to the organisation's.

    An organisation number matches within its register: of the country that it
    bears, else of the customer's; without one, of the only Nordic register in
    which its check digits are right.
    """
    if not org:
        return (org, None, None), _read_vat_number(vat, country)
    reading = text, nation, digits = read_number(org, country)
    number = digits or text
    judged = validity_of("org_number", reading, country)
    key = f"{nation or country or only_register(number)}|{number}" if judged else None
    wrong = org if judged == "invalid" else None
    if vat and nation and vat == as_vat_number(reading, country):
        return (number, key, wrong), (vat, key and vat, wrong and vat)
    return (number, key, wrong), _read_vat_number(vat, country)


def _read_vat_number(vat: str | None, country: str) -> Number:
    if not vat:
        return vat, None, None
    reading = read_number(vat, country)
    compared = as_vat_number(reading, country)
    judged = validity_of("vat_number", reading, country)
    return compared, compared if judged else None, vat if judged == "invalid" else None
