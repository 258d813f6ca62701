"""How amounts, moments and changes look to people."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo


def money(amount: Decimal, currency: str | None = None) -> str:
    """Thousands set apart, two decimals and more only where there are more, then the currency."""
    whole, _, fraction = f"{amount:,.6f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}{f' {currency}' if currency else ''}"


def moment(when: dt.datetime, zone: str) -> str:
    """The minute in the zone, with the zone's short name there and then."""
    return when.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def change(now: int, before: int) -> str:
    """The difference with its sign."""
    return f"{now - before:+,}".replace("-", "\N{MINUS SIGN}") if now != before else "no change"


def percent(part: int, whole: int) -> str:
    """One decimal, rounded down: 100.0 % only where nothing is missing; nothing for nothing."""
    return f"{1000 * part // whole / 10:.1f} %" if whole else ""
