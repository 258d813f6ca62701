"""A slow and simple reconciliation of the vendors' rows, to hold the sandbox's planted truth against.

It follows the definition in words (groups, cascade of keys, namesakes, comparison), knows
nothing of the plan of planting, and shares nothing with the package.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from stdnum.fi import ytunnus
from stdnum.no import orgnr as norwegian
from stdnum.se import orgnr as swedish

Row = dict[str, Any]
Found = tuple[str, str | None, str | None, str | None, tuple[str, ...], tuple[str, ...]]
FIELDS = (
    *("name", "org_number", "vat_number", "email", "invoice_email", "phone", "street", "postal_code", "city"),
    *("country", "currency", "status"),
)
COUNTRIES = {"FINLAND": "FI", "SWEDEN": "SE", "NORWAY": "NO", "GERMANY": "DE"}
VISMA_NET_STATUS = {"Active": "active", "OnHold": "blocked", "CreditHold": "blocked", "Inactive": "closed"}
FYNN_STATUS = {"STATUS_ACTIVE": "active", "STATUS_SUSPENDED": "blocked", "STATUS_ARCHIVED": "closed"}


STALE_AFTER = dt.timedelta(days=30)
ZONE = ZoneInfo("Europe/Helsinki")
REGISTERS = {"FI": ytunnus, "SE": swedish, "NO": norwegian}


@dataclass(frozen=True)
class Side:
    source_id: str
    number: str
    fields: dict[str, str | None]
    modified: dt.datetime | None


def _text(value: str | None) -> str:
    return " ".join((value or "").split()).casefold()


def _compact(value: str | None) -> str:
    return re.sub(r"[\s-]", "", value or "").upper()


def _org(value: str | None, country: str) -> str:
    text = _compact(value).removeprefix(country)
    if country == "NO":
        return text.removesuffix("MVA")
    return text[:10] if country == "SE" and len(text) == 12 else text


def _vat(value: str | None) -> str:
    return _compact(value)


def _phone(value: str | None, country: str) -> str:
    if not value:
        return ""
    number = phonenumbers.parse(value, country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _side(source_id: Any, number: Any, country: str, modified: str | None, **fields: str | None) -> Side:
    normal: dict[str, str | None] = {name: None if text is None else _text(text) for name, text in fields.items()}
    normal["country"] = country
    normal["phone"] = _phone(fields["phone"], country)
    if fields.get("org_number") is not None:
        normal["org_number"] = _org(fields["org_number"], country)
    if fields.get("vat_number") is not None:
        normal["vat_number"] = _vat(fields["vat_number"])
    moment = _moment(modified) if modified else None
    return Side(str(source_id), str(number), {name: normal.get(name) for name in FIELDS}, moment)


def read_visma_px(row: Row) -> Side:
    status = "closed" if row["Closed"] else "blocked" if row["Blocked"] else "active"
    return _side(
        row["Customerid"],
        row["Customerid"],
        row["Countrycode"],
        row["Lastaction"],
        name=row["Name"],
        org_number=row["Organizationcode"],
        email=row["Email"] or row["Contactemail"],
        phone=row["Phone1"] or row["Phone2"] or row["Phone3"] or "",
        currency=row["Currency"],
        status=status,
    )


def read_lemonsoft(row: Row) -> Side:
    country = COUNTRIES[row["country"].upper()]
    is_vat = _compact(row["vat"])[:2] == country
    blocked = row["deny_credit"] or row["prevent_delivery"]
    return _side(
        row["id"],
        row["number"],
        country,
        row["modified"],
        name=f"{row['name']} {row['name2']}",
        org_number=None if is_vat and country == "DE" else row["vat"],
        vat_number=row["vat"] if is_vat else None,
        email=row["email"],
        phone=row["phone"],
        street=", ".join(filter(None, (row["street"], row["street2"]))),
        postal_code=row["postal_code"],
        city=row["city"],
        currency=row["currency_code"],
        status="closed" if row["is_nonactive"] else "blocked" if blocked else "active",
    )


def read_visma_net(row: Row) -> Side:
    address = row["mainAddress"]
    lines = (address["addressLine1"], address["addressLine2"], address["addressLine3"])
    return _side(
        row["internalId"],
        row["number"],
        address["country"]["id"],
        row["lastModifiedDateTime"],
        name=row["name"],
        org_number=row["corporateId"],
        vat_number=row["vatRegistrationId"],
        email=row["mainContact"]["email"],
        invoice_email=row["invoiceContact"]["email"],
        phone=row["mainContact"]["phone1"],
        street=", ".join(filter(None, lines)),
        postal_code=address["postalCode"],
        city=address["city"],
        currency=row["currencyId"],
        status=VISMA_NET_STATUS[row["status"]],
    )


def read_fynn(row: Row) -> Side:
    address = row["defaultAddress"]
    return _side(
        row["id"],
        row["customerNumber"],
        row["countryCode"],
        None,
        name=row["companyName"] or f"{row['firstName']} {row['lastName']}",
        org_number=row["commercialRegisterNumber"],
        vat_number=row["vatId"],
        email=row["defaultEmailAddress"]["email"],
        invoice_email=row["defaultInvoiceEmailAddress"]["email"],
        phone=row["phone"],
        street=", ".join(filter(None, (f"{address['street']} {address['houseNumber']}", address["addition"]))),
        postal_code=address["zip"],
        city=address["city"],
        currency=row["currencyCode"],
        status=FYNN_STATUS[row["status"]],
    )


READERS: dict[str, Callable[[Row], Side]] = {
    "visma_px": read_visma_px,
    "visma_net": read_visma_net,
    "lemonsoft": read_lemonsoft,
    "fynn": read_fynn,
}
Key = Callable[[Side], Any]


def _org_key(side: Side) -> Any:
    return (side.fields["country"], side.fields["org_number"]) if side.fields["org_number"] else None


KEYS: tuple[Key, ...] = (
    lambda side: side.number,
    _org_key,
    lambda side: side.fields["vat_number"] or None,
    lambda side: side.fields["email"] or None,
)


def groups(sides: Iterable[Side]) -> list[list[Side]]:
    """Records that share an organisation number within a country, or a VAT number, are one group."""
    label: dict[str, int] = {}
    members: dict[int, list[Side]] = {}
    seen: dict[Any, int] = {}
    fresh = count()
    for side in sides:
        keys = [(place, key(side)) for place, key in enumerate(KEYS[1:3]) if key(side)]
        joined = {seen[key] for key in keys if key in seen}
        group = next(fresh)
        members[group] = [side] + [member for old in joined for member in members.pop(old)]
        for key, old in seen.items():
            seen[key] = group if old in joined else old
        seen.update(dict.fromkeys(keys, group))
        label[side.source_id] = group
    return list(members.values())


def reconcile(source: Iterable[Side], target: Iterable[Side]) -> tuple[int, set[Found]]:
    sides = list(source), list(target)
    left, right = groups(sides[0]), groups(sides[1])
    found = {_broken("duplicate_in_source", here=group, members=group) for group in left if len(group) > 1}
    found |= {_broken("duplicate_in_target", there=group, members=group) for group in right if len(group) > 1}
    found |= {_broken("invalid_identifier", "org_number", here=[side]) for side in sides[0] if _is_invalid(side)}
    found |= {_broken("invalid_identifier", "org_number", there=[side]) for side in sides[1] if _is_invalid(side)}
    matched = 0
    for place, key in enumerate((*KEYS, _namesake)):
        holders, others = _single(left, key), _single(right, key)
        for value in holders.keys() & others.keys():
            here, there = holders[value], others[value]
            left.remove(here)
            right.remove(there)
            matched += 1
            found |= set(_differences(_bearer(here, key, value), _bearer(there, key, value), renumbered=place > 0))
    for here, there in list(_undecided(left, right)):
        found.add(_broken("ambiguous", here=here, there=there, members=here, candidates=there))
        left = [group for group in left if group[0] not in here]
        right = [group for group in right if group[0] not in there]
    found |= {_broken("missing_in_target", here=group) for group in left}
    found |= {_broken("missing_in_source", there=group) for group in right}
    return matched, found


def _namesake(side: Side) -> Any:
    """No key, but as good as one where the keys say nothing."""
    return (side.fields["name"], side.fields["phone"]) if side.fields["phone"] else None


def _undecided(left: list[list[Side]], right: list[list[Side]]) -> Iterable[tuple[list[Side], list[Side]]]:
    """Who shares an e-mail address with someone of the other side, although no key could decide."""
    for mail in sorted({side.fields["email"] or "" for group in left for side in group} - {""}):
        here = [side for group in left for side in group if side.fields["email"] == mail]
        there = [side for group in right for side in group if side.fields["email"] == mail]
        if there:
            yield here, there


def _is_invalid(side: Side) -> bool:
    register = REGISTERS.get(side.fields["country"] or "")
    return bool(side.fields["org_number"] and register and not register.is_valid(side.fields["org_number"]))


def _single(unmatched: list[list[Side]], key: Key) -> dict[Any, list[Side]]:
    holders = defaultdict(list)
    for group in unmatched:
        for value in {key(side) for side in group} - {None}:
            holders[value].append(group)
    return {value: found[0] for value, found in holders.items() if len(found) == 1}


def _bearer(group: list[Side], key: Key, value: Any) -> Side:
    return min((side for side in group if key(side) == value), key=lambda side: side.source_id)


def _ids(sides: Iterable[Side]) -> tuple[str, ...]:
    return tuple(sorted(side.source_id for side in sides))


def _growing(source_id: str) -> tuple[int, str]:
    return len(source_id), source_id


def _broken(
    kind: str,
    field: str | None = None,
    *,
    here: Iterable[Side] = (),
    there: Iterable[Side] = (),
    members: Iterable[Side] = (),
    candidates: Iterable[Side] = (),
) -> Found:
    source_id, target_id = (min(_ids(each), key=_growing, default=None) for each in (here, there))
    return (kind, field, source_id, target_id, _ids(members), _ids(candidates))


def _differences(here: Side, there: Side, *, renumbered: bool) -> Iterable[Found]:
    pairs = {name: (here.fields[name], there.fields[name]) for name in FIELDS}
    differing = [name for name, (ours, theirs) in pairs.items() if None not in (ours, theirs) and ours != theirs]
    for name in differing:
        conflict = name == "status" and "active" in pairs[name]
        yield _broken("status_conflict" if conflict else "field_differs", name, here=[here], there=[there])
    if renumbered:
        yield _broken("key_changed", "number", here=[here], there=[there])
    if differing and here.modified and there.modified and abs(here.modified - there.modified) > STALE_AFTER:
        yield _broken("stale", here=[here], there=[there])
