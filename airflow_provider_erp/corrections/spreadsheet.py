"""The texts of one sheet of an XLSX file, from the standard library: a zip of XML.

Source: ECMA-376 part 1, SpreadsheetML (sheets, shared and inline strings) and 22.9.2.19 (``_xHHHH_``).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

MOST_BYTES = 512 * 1024 * 1024
"""A part that unpacks to more is refused: a small file must not fill the memory."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile("([A-Z]{1,3})[0-9]+")

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ElementTree.ParseError, KeyError, IndexError),
)
"""What a damaged zip, one with a password, and one that holds no workbook are refused with."""

Row = Mapping[str, str]


class HalfAFile(ValueError):
    """A zip whose end is not there, as while it is being uploaded."""


def read_sheet(file: Path, name: str) -> Iterator[tuple[int, Row]]:
    """Each row's number and texts by column letters, empty cells left out.

    A number is as the file has it, a truth value ``1`` or ``0``, a formula what
    it came to last; one that no program has calculated is its own text.

    Raises:
        HalfAFile: the end of the file is not there.
        ValueError: this is no XLSX file, or it has no such sheet.
    """
    try:
        with zipfile.ZipFile(file) as book:
            yield from _rows(book, _part_of(book, name))
    except FileNotFoundError:
        raise
    except _BROKEN as exc:
        kind = HalfAFile if _lacks_its_end(file) else ValueError
        raise kind(f"{file.name}: expected an XLSX file; save the workbook as one") from exc


def _lacks_its_end(file: Path) -> bool:
    """Whether this is the beginning of a zip; the end of one tells what is in it."""
    with file.open("rb") as content:
        return b"PK".startswith(content.read(2)) and not zipfile.is_zipfile(file)


def _rows(book: zipfile.ZipFile, part: str) -> Iterator[tuple[int, Row]]:
    shared = _shared(book)
    number = 0
    for row in _each(book, part, f"{_MAIN}row"):
        number = int(row.get("r", number + 1))
        texts = ((_column(cell), _text(cell, shared)) for cell in row.iter(f"{_MAIN}c"))
        yield number, {column: text for column, text in texts if text}


def _part_of(book: zipfile.ZipFile, name: str) -> str:
    """Where in the zip the sheet lies."""
    for sheet in _each(book, "xl/workbook.xml", f"{_MAIN}sheet"):
        if sheet.get("name") == name:
            wanted = sheet.get(f"{_OFFICE}id")
            links = _each(book, "xl/_rels/workbook.xml.rels", f"{_PACKAGE}Relationship")
            targets = {each.get("Id"): each.get("Target", "") for each in links}
            return posixpath.normpath(posixpath.join("/xl", targets[wanted])).lstrip("/")
    raise ValueError(f"{Path(book.filename or '').name}: expected a sheet {name!r}; it has none")


def _shared(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells name by their place."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return [_written(each) for each in _each(book, "xl/sharedStrings.xml", f"{_MAIN}si")]


def _each(book: zipfile.ZipFile, part: str, tag: str) -> Iterator[ElementTree.Element]:
    """The elements with a tag, one at a time in memory.

    Entities cannot grow: since version 2.4.1 the XML library that Python has refuses those that do.
    """
    if book.getinfo(part).file_size > MOST_BYTES:
        raise ValueError(f"{Path(book.filename or '').name}: {part} unpacks to more than {MOST_BYTES} bytes")
    with book.open(part) as xml:
        for _, element in ElementTree.iterparse(xml):  # noqa: S314
            if element.tag == tag:
                yield element
                element.clear()


def _column(cell: ElementTree.Element) -> str:
    found = _REFERENCE.fullmatch(cell.get("r", ""))
    if not found:
        raise KeyError("r")
    return found[1]


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    kind, value, formula = cell.get("t"), cell.findtext(f"{_MAIN}v", ""), cell.findtext(f"{_MAIN}f")
    if formula is not None and not value and kind != "str":
        return f"={formula}"
    if kind == "inlineStr":
        return _written(cell)
    return shared[int(value)] if kind == "s" else _unescaped(value)


def _written(element: ElementTree.Element) -> str:
    """The runs of a text, without the hints on how it is spoken."""
    runs = (run for child in element.iter() if child.tag != f"{_MAIN}rPh" for run in child if run.tag == f"{_MAIN}t")
    return _unescaped("".join(run.text or "" for run in runs))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
