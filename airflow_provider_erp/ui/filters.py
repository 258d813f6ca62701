"""Which breaks are asked for: what a query says, as SQL with parameters. What is no number is told, and not applied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

ORDERS = {
    "listed": ("as listed in the report", "place"),
    "amount": ("most at risk first", "amount DESC NULLS LAST, place"),
    "age": ("oldest first", "age_days DESC, place"),
}
AGE_RANGES = ((0, 1), (2, 7), (8, 30), (31, 100_000))
"""The days of each age that the report tells of."""

PAGE_SIZE = 50
_MOST_CHARACTERS = 200
_MOST_PAGES = 1_000_000
_AMOUNT = re.compile(r"(-?(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,20})(?:\.\d{1,6})?)([A-Za-z]{3}|)", re.ASCII)
_DECIMAL_COMMA = re.compile(r",(\d{1,2})(?![\d.,])", re.ASCII)
_SEARCHED = ("key", "name", "source_value", "target_value", "source_id", "target_id", "break_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of one request; an empty text or None is no filter."""

    kind: str = ""
    field: str = ""
    state: str = ""
    age: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    text: str = ""
    order: str = "listed"
    page: int = 1
    complaints: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """The filters that the query names; others are ignored."""
        complaints: list[str] = []
        age = _whole(query, "age", len(AGE_RANGES) - 1, complaints)
        page = _whole(query, "page", _MOST_PAGES, complaints)
        amount, currency = _amount(query, complaints)
        kind, field, state, text = (query.get(name, "").strip()[:_MOST_CHARACTERS] for name in _TEXTS)
        order = query.get("order", "")
        return cls(
            kind=kind,
            field=field,
            state=state,
            text=text,
            age=age,
            amount=amount,
            currency=currency,
            order=order if order in ORDERS else "listed",
            page=page or 1,
            complaints=tuple(complaints),
        )

    def conditions(self) -> tuple[str, list[object]]:
        """The text behind WHERE, and its parameters."""
        parts = list(self._parts())
        return " AND ".join(["true", *(sql for sql, _ in parts)]), [each for _, values in parts for each in values]

    def _parts(self) -> Iterator[tuple[str, list[object]]]:
        for name in ("kind", "field", "state"):
            if wanted := getattr(self, name):
                yield f"{name} = ?", [wanted]
        if self.age is not None:
            yield "age_days BETWEEN ? AND ?", list(AGE_RANGES[self.age])
        if self.amount is not None:
            yield "amount >= ?", [self.amount]
        if self.currency:
            yield "currency = ?", [self.currency]
        if self.text:
            searched = ", ".join(f"coalesce({name}, '')" for name in _SEARCHED)
            yield f"contains(lower(concat_ws(chr(10), {searched})), lower(?))", [self.text]

    def query(self, **changed: str | int) -> str:
        """The query of these filters for a link, some of them changed; the page is the first unless it is named."""
        own: dict[str, object] = {name: getattr(self, name) for name in (*_TEXTS, "age", "order")}
        own["amount"] = self.written_amount
        given = {name: value for name, value in (own | changed).items() if value not in ("", None)}
        return urlencode({name: value for name, value in given.items() if (name, value) != ("order", "listed")})

    @property
    def written_amount(self) -> str:
        """The amount as it is read: with its currency, thousands set apart."""
        return "" if self.amount is None else f"{self.amount:,} {self.currency}".strip()

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.conditions()[1])


_TEXTS = ("kind", "field", "state", "text")


def _whole(query: Mapping[str, str], name: str, most: int, complaints: list[str]) -> int | None:
    given = query.get(name, "").strip()
    if not given:
        return None
    if given.isascii() and given.isdigit() and len(given) < 10 and int(given) <= most:
        return int(given)
    complaints.append(f"{name}: expected a whole number up to {most:,}; it was not applied")
    return None


def _amount(query: Mapping[str, str], complaints: list[str]) -> tuple[Decimal | None, str]:
    """The amount, and its currency where one is given; ``1250,5`` has a decimal comma, ``1,250`` does not."""
    given = _DECIMAL_COMMA.sub(r".\1", "".join(query.get("amount", "").split()))
    if not given:
        return None, ""
    if found := _AMOUNT.fullmatch(given):
        return Decimal(found[1].replace(",", "")), found[2].upper()
    complaints.append("amount: expected a number such as 1,250.50 or 1250.50 EUR; it was not applied")
    return None, ""
