"""Rows of two systems that have every kind of break, and every character and amount that an engine may trip over."""

from __future__ import annotations

from decimal import Decimal

from postings_on_disk import Fields, a_transaction, an_invoice
from sides_on_disk import a_customer

from airflow_provider_erp.reconciliation.postings import DateWithin, PercentWithin, PostingSpec
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from airflow_provider_erp.reconciliation.tolerances import NumberWithin

TOLERANT = CUSTOMERS.comparing(Field(name="payment_terms", tolerance=NumberWithin(Decimal(2), "days net")))
POSTINGS = PostingSpec(
    name="postings",
    invoiced={0: False},
    local_currency="EUR",
    without_project="orphan",
    tolerances=(PercentWithin(Decimal(1)), DateWithin(7)),
)
FINE = PostingSpec(name="postings", tolerances=(PercentWithin(Decimal("0.3333")),))
"""Judges the sums of ``apart_by_a_digit``, of which the first has a break: their tenth decimals tell."""
HOSTILE = ('O\'Brien "AB"', "back\\slash, comma", "two\nlines\r", "no\u00a0break", "İstanbul ß", "tab\there", "", "\\N")


def customers() -> tuple[list[dict[str, str | None]], list[dict[str, str | None]]]:
    source = [
        a_customer(f"s{n}", number=str(n), name=name, city=name, email=f"{n % 9}@x.fi", payment_terms="14")
        for n, name in enumerate(HOSTILE)
    ]
    target = [
        a_customer(
            f"t{n}", number=str(n), name=name.upper(), city=f"{name}x", status="active", payment_terms=str(n + 9)
        )
        for n, name in enumerate(HOSTILE)
    ]
    source += [a_customer(f"d{n}", number="77", org_number="0123456-7", country="FI") for n in range(3)]
    source += [
        a_customer("m1", email="one@x.fi"),
        a_customer("m2", email="two@x.fi", name="Only Here AB", number="Åäö"),
    ]
    target += [a_customer("n1", email="one@x.fi"), a_customer("n2", email="one@x.fi"), a_customer("n3", number="Zz")]
    return source, target


def work() -> list[Fields]:
    return [
        a_transaction("1"),
        a_transaction("2", "50.00"),
        a_transaction("b", "10.00", project="ä", text="same"),
        a_transaction("B", "10.00", project="ä", text="same"),
        a_transaction("3", "20.00", project="P3"),
        a_transaction("4", "20.00", project="P4", date="2026-10-31"),
        a_transaction("5", "20.00", project="P5"),
        a_transaction("6", "900.00", project="P6", currency="SEK", price_local="80.00"),
        a_transaction("7", "900.00", project="P7", currency="SEK", price_local="90.00"),
        a_transaction("8", "9.00", project="P8", invoiced_code="0"),
        a_transaction("9", "9.00", project="P9"),
        *(a_transaction(f"fee {day}", project="PA", date=f"2026-{day}") for day in ("08-30", "09-30", "10-30")),
        a_transaction("10", "900.00", project="PB", currency="SEK", price_local="80.00"),
        a_transaction("11", "11.00", project="PB"),
        *(a_transaction(f"D{code}", "5.00", project="PD", text="same", invoiced_code=code) for code in "01"),
        *(a_transaction(f"{rate} Q", "7.00", project="PQ", text="same", price_local=rate) for rate in (None, "6.00")),
        a_transaction("without project", "5000.00", project=None),
        a_transaction("without amount", None),
        *(a_transaction(number, price, project="PC") for number, price in (("12", "40.00"), ("13", "6.00"))),
    ]


def invoices() -> list[Fields]:
    return [
        an_invoice("1"),
        an_invoice("2", "10.00", project_number="ä", customer_number="1"),
        an_invoice("3", "10.00", project_number="ä", customer_number="1"),
        an_invoice("4", "20.00", project_number="P3", date="2026-12-20"),
        an_invoice("5", "20.00", project_number="P4", date="2026-11-01"),
        an_invoice("6", "20.00", project_number="P5", currency="NOK"),
        an_invoice("7", "90.00", project_number="P6"),
        an_invoice("8", "90.00", project_number="P7"),
        an_invoice("9", "12.00", project_number="P9"),
        *(an_invoice(f"fee {day}", project_number="PA", date=f"2026-{day}") for day in ("09-02", "10-02", "11-02")),
        an_invoice("12", "91.00", project_number="PB"),
        an_invoice("13", "40.00", project_number="PC", date="2026-12-30"),
        an_invoice("10", "7.00", project_number="unknown"),
        an_invoice("11", "33.00", date="2026-08-01"),
        an_invoice("14", "5.00", project_number="PD"),
        an_invoice("without project", "44.00", project_number=None),
        an_invoice("without currency", "55.00", currency=None),
    ]


def apart_by_a_digit() -> tuple[list[Fields], list[Fields]]:
    """Work and invoices that differ by a little more than a third of a percent, and by a little less."""
    return (
        [a_transaction("1", "1.003332", project="P1"), a_transaction("2", "1.003331", project="P2")],
        [an_invoice("1", "0.999999", project_number="P1"), an_invoice("2", "0.999999", project_number="P2")],
    )


SUMS = {"of every kind": (POSTINGS, work(), invoices()), "apart by a digit": (FINE, *apart_by_a_digit())}
