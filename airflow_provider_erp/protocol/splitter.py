"""A JSON document with one long list, cut into its rows while it arrives: memory does not grow with the document.

The cut is guessed at the last ``},{`` of what is there, and a validating
decoder takes it or refuses it: a cut inside a string or a nested object is no
JSON, so it cannot be taken by mistake. Where it is refused, that stretch is
cut by a tokenizer that goes on where it stopped: nothing is looked at more
than a few times, whatever a document holds.
"""

from __future__ import annotations

import json
import re
from collections import deque

import msgspec

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.protocol.rows import Rows
from airflow_provider_erp.protocol.surrogates import tolerant
from airflow_provider_erp.protocol.tokens import Tokenizer

_BOM = b"\xef\xbb\xbf"
_BETWEEN = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*\{")
_WINDOW = 64 * 1024
_LIST = msgspec.json.Decoder(list[msgspec.Raw]).decode
_OPEN, _CLOSE, _COMMA, _COLON = b"[],:"


class JsonSplitter:
    """Is fed a document in pieces of any size and answers the rows of the list under its top-level ``key``.

    Rows keep the server's bytes. Bytes that are not yet a whole row, and those
    around the list, may number ``most_bytes``.

    Raises (``feed`` and ``close``):
        msgspec.DecodeError: this is no JSON, or the document ends too early; the message tells about where.
        ErpProtocolError: a row, or what is around the list, is longer than ``most_bytes``.
    """

    def __init__(self, label: str, key: str, *, most_bytes: int) -> None:
        self._label = label
        self._key = key
        self._most_bytes = most_bytes
        self._head = b""
        self._rest = bytearray()
        self._tokens: Tokenizer | None = Tokenizer()
        self._rows_before = False
        self._passed = 0
        self._take = self._take_head

    def feed(self, chunk: bytes) -> list[msgspec.Raw]:
        """The rows that are complete with this piece."""
        self._rest += chunk
        rows = self._take()
        if len(self._rest) > self._most_bytes:
            raise ErpProtocolError(
                f"{self._label}: more than {self._most_bytes} bytes near byte {self._passed} are one record, or no "
                "list of records; raise max_body_bytes in the connection if that is right"
            )
        return rows

    def close(self) -> bytes:
        """The document with an empty list in place of the rows; as it came where the key holds no list."""
        if self._take == self._take_rows:
            raise self._broken("the document ends within its list")
        document = self._head + bytes(self._rest)
        if self._head:
            self._refuse_second_list(document)
        return document.removeprefix(_BOM)

    def _take_head(self) -> list[msgspec.Raw]:
        """Looks for the list, at the first level of the document."""
        tokens, rest = self._tokens or Tokenizer(), self._rest
        if not tokens.at and rest.startswith(_BOM):
            tokens.at = len(_BOM)
        name = f'"{self._key}"'.encode()
        for kind, start in tokens.read(rest):
            if kind == _OPEN and tokens.depth == 2 and tokens.before == [name, b":"]:
                self._head = bytes(rest[: start + 1])
                self._drop(start + 1)
                self._take = self._take_rows
                self._tokens = None
                return self._take_rows()
        return []

    def _take_rows(self) -> list[msgspec.Raw]:
        if self._tokens is None:
            rows = self._guessed()
            if rows is not None:
                return rows + self._tokenized(Tokenizer()) if _CLOSE in self._rest else rows
            self._tokens = Tokenizer()
        return self._tokenized(self._tokens)

    def _guessed(self) -> list[msgspec.Raw] | None:
        """The rows before the last boundary that looks like one; None where it is none."""
        start = max(0, len(self._rest) - _WINDOW)
        boundaries = deque(_BETWEEN.finditer(self._rest, start), maxlen=1)
        if not boundaries:
            return None
        last = boundaries[0]
        try:
            rows = _LIST(self._wrapped(last.start() + 1))
        except msgspec.DecodeError:
            return None
        self._drop(last.end() - 1)
        self._rows_before = True
        return rows

    def _tokenized(self, tokens: Tokenizer) -> list[msgspec.Raw]:
        """The rows before the last boundary that is one, or all that are left with the end of the list."""
        boundary = end = None
        for kind, start in tokens.read(self._rest):
            if kind == _COMMA and not tokens.depth:
                boundary = start
            elif kind == _CLOSE and tokens.depth < 0:
                end = start
                break
        if end is not None:
            return self._last_rows(end)
        if boundary is None:
            return []
        rows = self._decoded(boundary)
        self._drop(boundary + 1)
        self._rows_before = True
        self._tokens = None
        return rows

    def _last_rows(self, end: int) -> list[msgspec.Raw]:
        is_empty = not self._rows_before and not self._rest[:end].strip()
        rows = [] if is_empty else self._decoded(end)
        self._drop(end)
        self._take = self._take_tail
        return rows

    def _take_tail(self) -> list[msgspec.Raw]:
        return []

    def _decoded(self, end: int) -> list[msgspec.Raw]:
        try:
            rows = _TOLERANT(self._wrapped(end)).raw
        except msgspec.DecodeError as exc:
            raise self._broken(str(exc)) from None
        if not rows:
            raise self._broken("a comma without a record")
        return rows

    def _wrapped(self, end: int) -> bytes:
        with memoryview(self._rest) as whole, whole[:end] as part:
            return b"".join((b"[", part, b"]"))

    def _drop(self, count: int) -> None:
        del self._rest[:count]
        self._passed += count

    def _refuse_second_list(self, document: bytes) -> None:
        try:
            names = json.loads(document.removeprefix(_BOM), object_pairs_hook=lambda pairs: [name for name, _ in pairs])
        except (ValueError, RecursionError):
            raise self._broken("what is around the list is no JSON") from None
        if names.count(self._key) > 1:
            raise self._broken(f"the key {self._key!r} comes twice")

    def _broken(self, what: str) -> msgspec.DecodeError:
        return msgspec.DecodeError(f"{what}, after byte {self._passed} of the document")


_TOLERANT = tolerant(lambda body: Rows(raw=_LIST(body)))
