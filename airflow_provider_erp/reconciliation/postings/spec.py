"""What is reconciled: which transactions and invoices count, how they are summed, and what they may differ by."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from airflow_provider_erp.reconciliation.checks import (
    MOST_DAYS,
    check_choice,
    check_currency,
    check_flag,
    check_heading,
    check_is,
    check_known,
    check_text,
    check_whole,
    keep_tuple,
    shown,
)
from airflow_provider_erp.reconciliation.rules import Accepted, Severity, Threshold
from airflow_provider_erp.reconciliation.tolerances import AmountWithin, DateWithin, PercentWithin, Tolerance
from airflow_provider_erp.records import Invoice, ProjectTransaction

KINDS: Mapping[str, str] = {
    "not_invoiced": "not invoiced",
    "invoiced_not_posted": "invoiced but not posted",
    "amount_differs": "amount differs",
    "currency_differs": "currency differs",
    "rate_differs": "rate differs",
    "wrong_period": "wrong period",
    "duplicate_posting": "duplicate posting",
    "orphan_invoice": "invoice without a known project",
}
"""All kinds of break, in the order in which people read them."""

WithoutProject = Literal["left_out", "orphan", "ignored"]
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
        without_project: what an invoice without a project is (with ``customers``, one without a customer): ``orphan``,
            a break of its own; ``ignored``, a sale that no work belongs to; or ``left_out``, one that could not be
            compared: then the report says so in its verdict.
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
    without_project: WithoutProject = "left_out"
    full_within_days: int = 7
    severities: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse a spec that could not run, while the DAG file is parsed."""
        check_heading(self.name, self.title, self.zone)
        if self.local_currency is not None:
            check_currency("local_currency", self.local_currency)
        check_whole("full_within_days", self.full_within_days, MOST_DAYS)
        check_choice("without_project", self.without_project, get_args(WithoutProject))
        if self.period is not None and not callable(self.period):
            raise ValueError(f"period: expected a function of the accounting period, got {shown(self.period)}")
        for argument, expected in _TUPLES.items():
            keep_tuple(self, argument, expected)
        check_known("alike_transactions", self.alike_transactions, _names(ProjectTransaction))
        check_known("alike_invoices", self.alike_invoices, _names(Invoice))
        check_known("thresholds", (each.kind for each in self.thresholds), ("*", *KINDS))
        self._check_codes()
        self._check_texts()
        self._check_tolerances()

    def _check_codes(self) -> None:
        check_is("billable", self.billable, Mapping)
        check_known("billable", self.billable, CODES)
        for argument, codes in (*self.billable.items(), ("invoiced", self.invoiced)):
            check_is(argument, codes, Mapping)
            _check_whole_codes(argument, codes)
            for code, counts in codes.items():
                check_flag(f"{argument} {code}", counts)
        check_is("signs", self.signs, Mapping)
        _check_whole_codes("signs", self.signs)
        for code, sign in self.signs.items():
            if sign not in (1, -1) or not isinstance(sign, int) or isinstance(sign, bool):
                raise ValueError(f"signs: expected 1 or -1 for type code {code!r}, got {shown(sign)}")
        check_is("ignored_states", self.ignored_states, frozenset | set | tuple | list)
        _check_whole_codes("ignored_states", self.ignored_states)
        object.__setattr__(self, "ignored_states", frozenset(self.ignored_states))

    def _check_texts(self) -> None:
        check_is("customers", self.customers, Mapping)
        for project, customer in self.customers.items():
            check_text("customers", project)
            check_text(f"customers {project!r}", customer)
        check_is("severities", self.severities, Mapping)
        check_known("severities", self.severities, KINDS)
        for kind, severity in self.severities.items():
            check_choice(f"severities {kind!r}", severity, get_args(Severity))

    def _check_tolerances(self) -> None:
        """At most one of a unit, so that what is printed is what holds."""
        units = Counter(each.currency if isinstance(each, AmountWithin) else type(each) for each in self.tolerances)
        if any(count > 1 for count in units.values()):
            raise ValueError("tolerances: expected one of each kind, and one AmountWithin for a currency; got more")


_TUPLES = {
    "tolerances": AmountWithin | PercentWithin | DateWithin,
    "alike_transactions": str,
    "alike_invoices": str,
    "thresholds": Threshold,
    "accepted": Accepted,
}


def _names(record: type[Invoice | ProjectTransaction]) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(record))


def _check_whole_codes(argument: str, codes: Iterable[int]) -> None:
    for code in codes:
        if isinstance(code, bool) or not isinstance(code, int):
            raise ValueError(f"{argument}: expected whole numbers as codes, got {shown(code)}")
