"""The plan of planting: which customers play which part in which system, before any of them is drawn.

Every wanted break of a source is a ``Deed``; the deeds of the three sources
that ask for the same shape of customer are dealt out to shared customers,
rotated so that the sources do not all err in the same way. So most customers
stay untouched, however small the population.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from random import Random

from airflow_provider_erp.sandbox.world.population import Shape

SOURCES = ("visma_px", "lemonsoft", "fynn")
TARGET = "visma_net"

_COMMON_FIELDS = ("name", "email", "phone", "currency", "status")
_ADDRESS_FIELDS = ("street", "postal_code", "city")
_ANY_COMPANY_FIELDS = {
    "visma_px": _COMMON_FIELDS,
    "lemonsoft": _COMMON_FIELDS + _ADDRESS_FIELDS,
    "fynn": (*_COMMON_FIELDS, *_ADDRESS_FIELDS, "invoice_email"),
}
_TWO_FIELDS = {
    "visma_px": ("phone", "currency"),
    "lemonsoft": ("phone", "city"),
    "fynn": ("invoice_email", "postal_code"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What one source system makes of a customer; ``renumbered`` means that it knows it by another number."""

    present: bool = True
    duplicated: bool = False
    renumbered: bool = False
    changed: tuple[str, ...] = ()


AGREES = Deed()
MISSING = Deed(present=False)
DUPLICATED = Deed(duplicated=True)
RENUMBERED = Deed(renumbered=True)


@dataclass(frozen=True, slots=True)
class Role:
    """One customer's part: its shape, how often Visma.net holds it, and each source's deed (agreement if not named)."""

    shape: Shape = Shape.ANY
    copies_in_target: int = 1
    deeds: Mapping[str, Deed] = field(default_factory=dict)


def cast(customers: int, rng: Random) -> list[Role]:
    """Deal out the parts of a population in random order; at most three of five customers get one."""
    many, some = max(1, customers // 100), max(1, customers // 250)
    planted = [*_target_roles(many, some), *_source_roles(many, some)][: customers * 3 // 5]
    roles = planted + [Role()] * (customers - len(planted))
    rng.shuffle(roles)
    return roles


def _target_roles(many: int, some: int) -> Iterator[Role]:
    """Yield the parts in which Visma.net errs: lacks a customer that others have, or has it twice."""
    yield from [Role(copies_in_target=0)] * many
    yield from [Role(Shape.NORDIC_COMPANY, copies_in_target=2)] * many
    for holder in SOURCES:
        deeds = {source: MISSING for source in SOURCES if source != holder}
        yield from [Role(copies_in_target=0, deeds=deeds)] * some


def _source_roles(many: int, some: int) -> Iterator[Role]:
    wanted: dict[Shape, dict[str, list[Deed]]] = defaultdict(dict)
    for place, source in enumerate(SOURCES):
        for shape, deeds in _deeds(source, many, some).items():
            turn = place * len(deeds) // len(SOURCES)
            wanted[shape][source] = deeds[turn:] + deeds[:turn]
    for shape, by_source in wanted.items():
        for parts in zip_longest(*by_source.values(), fillvalue=AGREES):
            yield Role(shape, deeds=dict(zip(by_source, parts, strict=True)))


def _deeds(source: str, many: int, some: int) -> dict[Shape, list[Deed]]:
    """List what one source gets wrong, by the shape of customer on which only that one break can follow.

    A Finnish, Swedish or Norwegian VAT number says the organisation number
    too, and Lemonsoft has one field for both: those two fields differ only on
    customers whose numbers do not derive from each other or stand alone.
    """
    register = [Deed(changed=("org_number",))] * some
    vat = [Deed(changed=("vat_number",))] * some
    fields = [Deed(changed=(name,)) for name in _ANY_COMPANY_FIELDS[source]] * some
    deeds = {
        Shape.COMPANY: [MISSING] * many + [Deed(changed=_TWO_FIELDS[source])] * some + fields,
        Shape.NORDIC_COMPANY: [RENUMBERED] * many + [DUPLICATED] * many,
        Shape.PERSON: [RENUMBERED] * many + [Deed(changed=("country",))] * some,
    }
    if source == "fynn":
        deeds[Shape.GERMAN_COMPANY] = register + vat
    else:
        deeds[Shape.NORDIC_COMPANY] += register
    if source == "lemonsoft":
        deeds[Shape.GERMAN_COMPANY] = vat
    if source != "visma_px":
        deeds[Shape.GERMAN_FREELANCER] = [RENUMBERED] * many
    return deeds
