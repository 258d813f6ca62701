"""What is planned for each customer, before any is drawn: how many copies exist, and which source diverges how.

The divergences of the three sources that need the same shape of customer are
dealt out to shared customers, rotated so that the sources do not all diverge in
the same way. So most customers stay untouched, however small the population.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from random import Random

from airflow_provider_erp.sandbox.world.population import Shape

SOURCES = ("visma_px", "lemonsoft", "fynn")
TARGET = "visma_net"

_COMMON_FIELDS = ("name", "email", "phone", "currency", "status")
_ADDRESS_FIELDS = ("street", "postal_code", "city")
ANY_COMPANY_FIELDS = {
    "visma_px": _COMMON_FIELDS,
    "lemonsoft": _COMMON_FIELDS + _ADDRESS_FIELDS,
    "fynn": (*_COMMON_FIELDS, *_ADDRESS_FIELDS, "invoice_email"),
}
_TWO_FIELDS = {
    "visma_px": ("phone", "currency"),
    "lemonsoft": ("phone", "city"),
    "fynn": ("invoice_email", "postal_code"),
}
_DAYS_BEHIND = 90


@dataclass(frozen=True, slots=True)
class Divergence:
    """How one source differs from the truth about a customer.

    Attributes:
        renumbered: it has another number there.
        split: two persons stand for it there, of whom only the e-mail address is the customer's.
        changed: the fields that differ there.
        mistyped: its organisation number has a typing error there.
        days_behind: so many days earlier it was modified there.
    """

    present: bool = True
    duplicated: bool = False
    renumbered: bool = False
    split: bool = False
    changed: tuple[str, ...] = ()
    mistyped: bool = False
    days_behind: int = 0

    @property
    def differing(self) -> tuple[str, ...]:
        """All fields that differ."""
        return (*self.changed, "org_number") if self.mistyped else self.changed


AGREES = Divergence()
MISSING = Divergence(present=False)
DUPLICATED = Divergence(duplicated=True)
RENUMBERED = Divergence(renumbered=True)
SPLIT = Divergence(split=True)
MISTYPED = Divergence(mistyped=True)
UNLIKE = Divergence(renumbered=True, changed=("email",))
"""No key matches it, on a customer without identifiers; all else is the same."""


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """One customer's shape, how often Visma.net holds it, and where sources diverge; a source not named agrees.

    ``mistyped``: every system has the same typing error in its organisation number.
    """

    shape: Shape = Shape.ANY
    mistyped: bool = False
    copies_in_target: int = 1
    divergences: Mapping[str, Divergence] = field(default_factory=dict)


def plan_customers(customers: int, rng: Random) -> list[CustomerPlan]:
    """The plans of a population in random order; at most three of five customers have a break."""
    many, some = max(1, customers // 100), max(1, customers // 250)
    with_breaks = [*_target_plans(many, some), *_source_plans(many, some)][: customers * 3 // 5]
    plans = with_breaks + [CustomerPlan()] * (customers - len(with_breaks))
    rng.shuffle(plans)
    return plans


def plan_newcomers(customers: int, rng: Random) -> list[CustomerPlan]:
    """The plans of customers that come on one day: all agree, and one more has a break; none changed before it came."""
    with_breaks = [*_target_plans(1, 1), *_source_plans(1, 1)]
    chosen = rng.choice(with_breaks)
    divergences = {source: replace(each, days_behind=0) for source, each in chosen.divergences.items()}
    return [CustomerPlan()] * customers + [replace(chosen, divergences=divergences)]


def _target_plans(many: int, some: int) -> Iterator[CustomerPlan]:
    """Customers that Visma.net lacks although others have them, or holds twice, or that all know wrong."""
    yield from [CustomerPlan(copies_in_target=0)] * many
    yield from [CustomerPlan(Shape.NORDIC_COMPANY, copies_in_target=2)] * many
    yield from [CustomerPlan(Shape.NORDIC_COMPANY, mistyped=True)] * some
    for holder in SOURCES:
        divergences = {source: MISSING for source in SOURCES if source != holder}
        yield from [CustomerPlan(copies_in_target=0, divergences=divergences)] * some


def _source_plans(many: int, some: int) -> Iterator[CustomerPlan]:
    """Customers on which one or more sources diverge, each source starting at another place of its list."""
    wanted: dict[Shape, dict[str, list[Divergence]]] = defaultdict(dict)
    for place, source in enumerate(SOURCES):
        for shape, divergences in _divergences(source, many, some).items():
            start = place * len(divergences) // len(SOURCES)
            wanted[shape][source] = divergences[start:] + divergences[:start]
    for shape, by_source in wanted.items():
        for row in zip_longest(*by_source.values(), fillvalue=AGREES):
            yield CustomerPlan(shape, divergences=dict(zip(by_source, row, strict=True)))


def _divergences(source: str, many: int, some: int) -> dict[Shape, list[Divergence]]:
    """What one source gets wrong, by the shape of customer on which only that one break can follow.

    A Finnish, Swedish or Norwegian VAT number says the organisation number
    too, and Lemonsoft has one field for both: those two fields differ only on
    customers whose numbers do not derive from each other or stand alone.
    """
    org_number = [Divergence(changed=("org_number",))] * some
    vat_number = [Divergence(changed=("vat_number",))] * some
    two_fields = [Divergence(changed=_TWO_FIELDS[source], days_behind=_DAYS_BEHIND)] * some
    fields = [Divergence(changed=(name,)) for name in ANY_COMPANY_FIELDS[source]] * some
    by_shape = {
        Shape.COMPANY: [MISSING] * many + two_fields + fields,
        Shape.NORDIC_COMPANY: [RENUMBERED] * many + [DUPLICATED] * many + [MISTYPED] * some,
        Shape.UNREGISTERED_COMPANY: [UNLIKE] * some,
        Shape.PERSON: [RENUMBERED] * many + [Divergence(changed=("country",))] * some + [SPLIT] * some,
    }
    if source == "fynn":
        by_shape[Shape.GERMAN_COMPANY] = org_number + vat_number
    else:
        by_shape[Shape.NORDIC_COMPANY] += org_number
    if source == "lemonsoft":
        by_shape[Shape.GERMAN_COMPANY] = vat_number
    if source != "visma_px":
        by_shape[Shape.GERMAN_FREELANCER] = [RENUMBERED] * many
    return by_shape
