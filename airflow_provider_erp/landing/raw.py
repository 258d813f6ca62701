"""Raw parts: every record as the vendor sent it, one a line, compressed."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import zstandard

PART_BYTES = 64 * 1024 * 1024
PART_SECONDS = 20.0
_LEVEL = 1
_ROWS_AT_ONCE = 1000
_TO_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


class RawParts:
    """Writes pages into local files and hands each file on when it is full, or old enough to be worth keeping.

    A part holds whole pages. ``finished`` is given a closed file and its
    number of rows, in order; the file is removed when it returns.
    """

    def __init__(
        self,
        folder: Path,
        finished: Callable[[Path, int], None],
        *,
        part_bytes: int = PART_BYTES,
        part_seconds: float = PART_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._finished = finished
        self._part_bytes = part_bytes
        self._part_seconds = part_seconds
        self._clock = clock
        self._part: _Part | None = None
        self._opened = 0
        self._opened_at = 0.0

    def add(self, rows: Sequence[msgspec.Raw]) -> None:
        """Appends a page's rows; a part is full at about ``part_bytes`` before compression."""
        if not rows:
            return
        part = self._part or self._open()
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part.write(rows[start : start + _ROWS_AT_ONCE])
        if part.size >= self._part_bytes or self._clock() - self._opened_at >= self._part_seconds:
            self.close()

    def close(self) -> None:
        """Hands the last part on, if one is open."""
        if self._part is None:
            return
        part = self._part
        self.abandon()
        self._finished(part.path, part.rows)
        part.path.unlink()

    def abandon(self) -> None:
        """Ends the open part without handing it on."""
        if self._part is not None:
            self._part.close()
            self._part = None

    def _open(self) -> _Part:
        self._part = _Part(self._folder / f"raw-{self._opened:05}.jsonl.zst")
        self._opened += 1
        self._opened_at = self._clock()
        return self._part


class _Part:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.size = 0
        self._file = zstandard.ZstdCompressor(level=_LEVEL).stream_writer(path.open("wb"))

    def write(self, rows: Sequence[msgspec.Raw]) -> None:
        lines = as_lines(rows)
        self._file.write(lines)
        self.rows += lines.count(b"\n")
        self.size += len(lines)

    def close(self) -> None:
        self._file.close()  # type: ignore[no-untyped-call]


def as_lines(rows: Sequence[msgspec.Raw]) -> bytes:
    """The rows, each ended by its one line feed.

    A line break inside of a JSON value can only stand between its tokens, so a
    space there is the same value, whatever else the record holds.
    """
    lines = b"\n".join([*rows, b""])
    if lines.count(b"\n") == len(rows) and b"\r" not in lines:
        return lines
    return b"".join(bytes(row).translate(_TO_ONE_LINE) + b"\n" for row in rows)


def read_rows(part: Path) -> Iterator[msgspec.Raw]:
    """The rows of a local part, one at a time."""
    with part.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as lines:
        for line in io.BufferedReader(lines, 1024 * 1024):
            yield msgspec.Raw(line.rstrip(b"\n"))
