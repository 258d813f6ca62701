"""Visma PX in XML: a DataContract document cut into its rows while it arrives, and rows read like their JSON twins.

Source: visma-px-customer and visma-px-trans documents, XML samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from xml.parsers import expat

import msgspec

from airflow_provider_erp.exceptions import ErpProtocolError, UnreadableRecord
from airflow_provider_erp.records import Record
from airflow_provider_erp.vendors.reading import row_reader

S = TypeVar("S", bound=msgspec.Struct)

_ROW_PREFIX = b'{"xml":'
_SINGLE_BYTE = frozenset({"utf-8", "us-ascii", "iso-8859-1"})
_WORDS = ("Servertime", "Messagetype", "Messagetext")
_TRUE_NIL = frozenset({"true", "1"})


class XmlSplitter:
    """Is fed a document in pieces of any size and answers the rows of the list under ``key``.

    A row is ``{"xml": "<Trans>...</Trans>"}``, the element as the server wrote
    it. Documents with a DTD are refused, so that no entity can be declared.
    Bytes that are not yet a whole row may number ``most_bytes``.

    Raises (``feed`` and ``close``):
        msgspec.DecodeError: this is no XML, it ends too early, or it has a DTD.
        ErpProtocolError: a row is longer than ``most_bytes``.
    """

    def __init__(self, label: str, key: str, *, most_bytes: int) -> None:
        self._label = label
        self._key = key
        self._most_bytes = most_bytes
        self._rest = bytearray()
        self._passed = 0
        self._row_from: int | None = None
        self._rows: list[msgspec.Raw] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._encoding = "utf-8"
        self._list: list[None] | msgspec.UnsetType | None = msgspec.UNSET
        self._found: dict[str, str | None] = {}
        self._parser = self._new_parser()

    def feed(self, chunk: bytes) -> list[msgspec.Raw]:
        """The rows that are complete with this piece."""
        self._rest += chunk
        self._parse(chunk, final=False)
        self._drop(self._parser.CurrentByteIndex if self._row_from is None else self._row_from)
        if len(self._rest) > self._most_bytes:
            raise ErpProtocolError(
                f"{self._label}: more than {self._most_bytes} bytes near byte {self._passed} are one record; raise "
                "max_body_bytes in the connection if that is right"
            )
        rows, self._rows = self._rows, []
        return rows

    def close(self) -> bytes:
        """What is around the rows, as the JSON document has it, with an empty list in place of the rows."""
        self._parse(b"", final=True)
        message = {name: self._found[name] for name in _WORDS[1:] if name in self._found}
        kind = message.get("Messagetype")
        around: dict[str, Any] = {"Servertime": self._found.get("Servertime")}
        around["Message"] = message | ({"Messagetype": int(kind)} if kind and kind.lstrip("-").isdecimal() else {})
        return msgspec.json.encode(around if self._list is msgspec.UNSET else around | {self._key: self._list})

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._text.append
        return parser

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as exc:
            raise msgspec.DecodeError(f"XML: {exc}") from None

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._encoding = (encoding or "utf-8").lower()
        if self._encoding not in _SINGLE_BYTE:
            raise msgspec.DecodeError(f"XML in {encoding[:20] if encoding else ''}: expected UTF-8")

    def _refuse_dtd(self, *_: object) -> None:
        raise msgspec.DecodeError("XML with a document type declaration, which is refused: it could declare entities")

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        nil = _is_nil(attributes)
        if len(self._path) == 2 and self._path[1] == self._key:
            self._row_from = self._parser.CurrentByteIndex
        elif len(self._path) == 1 and local == self._key:
            self._list = None if nil else []
        self._path.append(local)
        self._text.clear()
        if nil and local in _WORDS and self._row_from is None:
            self._found[local] = None

    def _ended(self, _name: str) -> None:
        local = self._path.pop()
        if len(self._path) == 2 and self._row_from is not None:
            self._finish_row()
        elif self._row_from is None and local in _WORDS and local not in self._found:
            self._found[local] = "".join(self._text)
        self._text.clear()

    def _finish_row(self) -> None:
        start = (self._row_from or 0) - self._passed
        end = self._rest.index(b">", self._parser.CurrentByteIndex - self._passed) + 1
        element = bytes(self._rest[start:end])
        self._row_from = None
        try:
            self._rows.append(msgspec.Raw(msgspec.json.encode({"xml": element.decode(self._encoding)})))
        except UnicodeDecodeError:
            raise msgspec.DecodeError(f"XML that is no {self._encoding}") from None

    def _drop(self, until: int) -> None:
        count = max(0, until - self._passed)
        del self._rest[:count]
        self._passed += count


def fields_of(raw: msgspec.Raw) -> dict[str, str | None]:
    """The fields of a row in XML by their names, as ``element_fields``."""
    return element_fields(msgspec.json.decode(raw, type=dict[str, str])["xml"])


def element_fields(text: str) -> dict[str, str | None]:
    """The fields of an element by their names, as texts; null is None.

    Raises:
        UnreadableRecord: the element cannot be read.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    fields: dict[str, str | None] = {}
    open_elements: list[str] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        open_elements.append(_local(name))
        if len(open_elements) == 2:
            fields[open_elements[1]] = None if _is_nil(attributes) else ""

    def came(data: str) -> None:
        if len(open_elements) == 2 and (before := fields[open_elements[1]]) is not None:
            fields[open_elements[1]] = before + data

    parser.StartElementHandler = started
    parser.CharacterDataHandler = came
    parser.EndElementHandler = lambda _: open_elements.pop()
    try:
        parser.Parse(text, True)
    except expat.ExpatError as exc:
        raise UnreadableRecord(f"no XML element that can be read ({exc})") from None
    return fields


def reader_of_either(shape: type[S], translate: Callable[[S], Record]) -> Callable[[msgspec.Raw], Record]:
    """Like ``row_reader``, for rows in JSON and in XML."""
    read_json = row_reader(shape, translate)

    def read(raw: msgspec.Raw) -> Record:
        if not is_xml(raw):
            return read_json(raw)
        try:
            return translate(msgspec.convert(fields_of(raw), shape, strict=False))
        except msgspec.ValidationError as exc:
            raise UnreadableRecord(f"wrong type: {exc}") from None

    return read


def is_xml(raw: msgspec.Raw) -> bool:
    """Whether a row is an element in XML."""
    return bytes(memoryview(raw)[: len(_ROW_PREFIX)]) == _ROW_PREFIX


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _is_nil(attributes: Mapping[str, str]) -> bool:
    return any(_local(name) == "nil" and value in _TRUE_NIL for name, value in attributes.items())
