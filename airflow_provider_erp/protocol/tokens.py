"""JSON tokens of a text that grows: read on from where the last reading stopped, also within a string."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'["{}\[\],:]')
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_QUOTE = ord('"')
_UP, _DOWN = frozenset(b"{["), frozenset(b"}]")


class Tokenizer:
    """Tells brackets, commas and colons from what strings hold.

    ``at`` is up to where the text was read, ``depth`` how many brackets are
    open there, ``before`` the last string and the token after it.
    """

    def __init__(self) -> None:
        self.at = 0
        self.depth = 0
        self.before: list[bytes] = []
        self._string_from: int | None = None

    def read(self, text: bytearray) -> Iterator[tuple[int, int]]:
        """Yields each bracket, comma and colon with its place; ``depth`` and ``at`` count it already."""
        while True:
            if self._string_from is not None and not self._end_string(text):
                return
            found = _TOKEN.search(text, self.at)
            if found is None:
                self.at = len(text)
                return
            self.at = found.end()
            kind = text[found.start()]
            if kind == _QUOTE:
                self._string_from = found.start()
                continue
            self.depth += (kind in _UP) - (kind in _DOWN)
            yield kind, found.start()
            self.before = [*self.before[-1:], bytes([kind])]

    def _end_string(self, text: bytearray) -> bool:
        """Whether the string that is open ends in the text; an escape that is cut off is read again."""
        inside = _STRING.match(text, self.at)
        self.at = inside.end() if inside else self.at
        if self.at >= len(text) or text[self.at] != _QUOTE:
            return False
        self.at += 1
        self.before = [bytes(text[self._string_from : self.at])]
        self._string_from = None
        return True
