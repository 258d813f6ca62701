r"""One half of a character must not cost a page: a lone surrogate rejects its record, not those beside it.

The standard parser takes ``"\ud800"``, the fast one refuses the whole text. So
each lone escape is exchanged for one of the same length that occurs nowhere in
the text, the page is split, and the rows get their own bytes back. Reading
such a row then fails for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec

from airflow_provider_erp.protocol.rows import Rows

# A pair, a lone half, any other escape: in this order, so that an escaped backslash starts nothing.
_ESCAPE = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.", re.DOTALL)
_STAND_IN = re.compile(rb"\\u[0-9a-f]{4}")
_PRIVATE_USE = range(0xE000, 0xF900)


def tolerant(decode: Callable[[bytes], Rows]) -> Callable[[bytes], Rows]:
    """The same decoder, which also splits a page that has lone surrogates in it."""

    def decode_or_mend(body: bytes) -> Rows:
        try:
            return decode(body)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            mended = _Mended(body)
            if not mended.originals:
                raise
            return mended.restored(decode(mended.body))

    return decode_or_mend


class _Mended:
    """A text without lone surrogates, and what stood in the place of each stand-in."""

    def __init__(self, text: bytes) -> None:
        self.originals: dict[bytes, bytes] = {}
        self._free = _unused(text)
        self.body = _ESCAPE.sub(self._exchange, text)

    def restored(self, rows: Rows) -> Rows:
        """The rows with their own bytes."""
        return replace(rows, raw=[self._restored(row) for row in rows.raw])

    def _exchange(self, found: re.Match[bytes]) -> bytes:
        lone: bytes | None = found.group(1)
        stand_in = next(self._free, None) if lone else None
        if lone is None or stand_in is None:
            return found.group(0)
        self.originals[stand_in] = lone
        return stand_in

    def _restored(self, row: msgspec.Raw) -> msgspec.Raw:
        return msgspec.Raw(_STAND_IN.sub(lambda found: self.originals.get(found[0], found[0]), bytes(row)))


def _unused(text: bytes) -> Iterator[bytes]:
    lower = text.lower()
    return (escape for code in _PRIVATE_USE if (escape := b"\\u%04x" % code) not in lower)
