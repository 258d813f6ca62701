"""What one answer of a list holds, in the vendor-free form that paging works on."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What one answer holds, and what the server announced about the rest.

    ``total`` counts the rows of the whole list, ``more`` says whether another
    page follows; a vendor may announce either, or neither. ``cursor`` is from
    where a later fetch of changes may go on, verbatim.
    """

    raw: list[msgspec.Raw]
    total: int | None = None
    more: bool | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What the list itself needs of some rows: a key each, their change stamps, a total that rides on them."""

    keys: list[bytes]
    stamps: list[str] = field(default_factory=list)
    total: int | None = None
