"""What is reconciled: which transactions and invoices count, how they are summed, and what they may differ by."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from airflow_provider_erp.reconciliation.postings.tolerances import AmountWithin, DateWithin, PercentWithin, Tolerance
from airflow_provider_erp.reconciliation.rules import Accepted, Severity, Threshold
from airflow_provider_erp.records import Invoice, ProjectTransaction

KINDS: Mapping[str, str] = {
    "not_invoiced": "not invoiced",
    "invoiced_not_posted": "invoiced but not posted",
    "amount_differs": "amount differs",
    "currency_differs": "currency differs",
    "rate_differs": "rate differs",
    "wrong_period": "wrong period",
    "duplicate_posting": "duplicate posting",
    "orphan_invoice": "invoice of an unknown project",
}
"""All kinds of break, in the order in which people read them."""

SUM = "sum"
"""The field of the agreement that tells of whole sums, each counted once, instead of one part of those compared."""

CODES = tuple(
    each.name for each in dataclasses.fields(ProjectTransaction) if each.name.endswith(("_code", "_type", "nodeb"))
)
"""Fields of a transaction whose values only the user can explain."""

ALIKE_TRANSACTIONS = (
    *("type_code", "project", "activity", "task", "employee_id", "date", "time_code", "role", "expense_code"),
    *("article", "text", "hours", "price", "currency"),
)
ALIKE_INVOICES = ("type_code", "project_number", "customer_number", "date", "total", "currency")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingSpec:
    """One comparison of project transactions (source) with invoices (target).

    Sums per project, month and currency are compared first, then the lines of
    those that differ. Nothing is assumed of the vendors' codes.

    Attributes:
        name: part of each break's lasting identity: another name starts the history anew.
        title: what people read.
        billable: for a transaction's codes (such as ``type_code``) whether a transaction with that code
            counts; one must count by each code that is named. A code without an entry counts.
        invoiced: for ``invoiced_code`` whether the project system holds the transaction for invoiced. Those that
            it does not are expected in no invoice, and are reported as not invoiced.
        signs: for an invoice's ``type_code`` 1, or -1 for credit notes that are written without a minus.
        ignored_states: an invoice's ``state_code`` values that do not count, such as drafts.
        customers: the customer's number of each project: then sums are per customer instead of per project.
        period: reads the month (``YYYY-MM``) from ``accounting_period``; without it the transaction's date counts.
        local_currency: the currency of ``price_local``: work in other currencies may be invoiced in this one,
            together with work in it.
        tolerances: what sums may differ by; exact without one. Several widen one another.
        alike_transactions: transactions that are equal in all of these are one that was posted twice; () for none.
        alike_invoices: likewise for invoices.
        full_within_days: how old the last full reading of the transactions may be; only that shows what was deleted.

    Raises:
        ValueError: an argument could not work; the message names it.
    """

    name: str
    title: str = ""
    billable: Mapping[str, Mapping[int, bool]] = field(default_factory=dict)
    invoiced: Mapping[int, bool] = field(default_factory=dict)
    signs: Mapping[int, int] = field(default_factory=dict)
    ignored_states: frozenset[int] = frozenset()
    customers: Mapping[str, str] = field(default_factory=dict)
    period: Callable[[str], str] | None = None
    local_currency: str | None = None
    tolerances: tuple[Tolerance, ...] = ()
    alike_transactions: tuple[str, ...] = ALIKE_TRANSACTIONS
    alike_invoices: tuple[str, ...] = ALIKE_INVOICES
    full_within_days: int = 7
    severities: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse a spec that could not run, while the DAG file is parsed."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name: expected letters, digits, '_', '-' or '.', got {self.name!r}")
        _check_known("billable", self.billable, CODES)
        _check_known("alike_transactions", self.alike_transactions, _names(ProjectTransaction))
        _check_known("alike_invoices", self.alike_invoices, _names(Invoice))
        _check_known("severities", self.severities, KINDS)
        _check_known("thresholds", (each.kind for each in self.thresholds), ("*", *KINDS))
        for code, sign in self.signs.items():
            if sign not in (1, -1):
                raise ValueError(f"signs: expected 1 or -1 for type code {code!r}, got {sign!r}")
        for argument, codes in (*self.billable.items(), ("invoiced", self.invoiced), ("signs", self.signs)):
            _check_codes(argument, codes)
        _check_codes("ignored_states", self.ignored_states)
        if isinstance(self.full_within_days, bool) or self.full_within_days < 0:
            raise ValueError(f"full_within_days: expected a whole number from 0 on, got {self.full_within_days!r}")
        self._check_tolerances()

    def _check_tolerances(self) -> None:
        """At most one of a unit, so that what is printed is what holds."""
        for each in self.tolerances:
            if not isinstance(each, AmountWithin | PercentWithin | DateWithin):
                raise ValueError(f"tolerances: expected AmountWithin, PercentWithin or DateWithin, got {each!r}")
        units = Counter(each.currency if isinstance(each, AmountWithin) else type(each) for each in self.tolerances)
        if any(count > 1 for count in units.values()):
            raise ValueError("tolerances: expected one of each kind, and one AmountWithin for a currency; got more")


def _names(record: type[Invoice | ProjectTransaction]) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(record))


def _check_known(argument: str, given: Iterable[str], known: Iterable[str]) -> None:
    known = tuple(known)
    for name in given:
        if name not in known:
            raise ValueError(f"{argument}: {name!r} is unknown; known are {', '.join(known)}")


def _check_codes(argument: str, codes: Iterable[int]) -> None:
    for code in codes:
        if isinstance(code, bool) or not isinstance(code, int):
            raise ValueError(f"{argument}: expected whole numbers as codes, got {code!r}")
