"""What one answer of a list holds, in the vendor-free form that paging works on."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What one answer holds: rows with their keys, and what the server announced about the rest.

    ``total`` counts the rows of the whole list, ``more`` says whether another
    page follows; a vendor may announce either, or neither. ``cursor`` is from
    where a later fetch of changes may go on, verbatim.
    """

    raw: list[msgspec.Raw]
    keys: list[bytes]
    total: int | None = None
    more: bool | None = None
    cursor: str | None = None
