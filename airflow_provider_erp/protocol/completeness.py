"""The proof that a list is whole: what came is held against what was announced."""

from __future__ import annotations

from math import ceil

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.protocol.keys import Keys
from airflow_provider_erp.protocol.rows import Rows, Scan


class Moved(ErpInconsistentRead):
    """What came cannot be one list; reading all of it once more may tell."""


class OddPage(Moved):
    """One page cannot be right; asking for it once more may tell."""


class Completeness:
    """Counts distinct keys until the list is proved whole.

    A short page proves nothing, servers cut the page size in silence: only an
    announced total that is reached, an announced last page, or an empty page
    where nothing was announced is the end, and that only when it comes twice.
    """

    def __init__(self, label: str) -> None:
        self.total: int | None = None
        self.keys = Keys()
        self.repeated = 0
        self.pages = 0
        self.is_whole = False
        self._label = label
        self._most_rows = 0

    def take(self, number: int, rows: Rows, scan: Scan) -> bool:
        """Whether the list is whole with this page.

        Raises:
            OddPage: the page only repeats, or is empty too early; it was not counted.
            Moved: rows were added, removed or moved while the list was read.
        """
        self._announce(number, scan.total if rows.total is None else rows.total)
        new = self.keys.update(scan.keys)
        if scan.keys and not new:
            raise OddPage(
                self._told(number, "it only repeats rows of earlier pages; does the server know the page parameter?")
            )
        self.repeated += len(scan.keys) - new
        if self.total is not None and len(self.keys) > self.total:
            raise Moved(self._told(number, f"{len(self.keys)} distinct rows came where {self.total} were announced"))
        whole = self._is_whole(rows, scan)
        if not whole and not scan.keys:
            raise OddPage(self._told(number, f"it is empty after {len(self.keys)} distinct rows, {self._expected()}"))
        self.pages = number
        self._most_rows = max(self._most_rows, len(scan.keys))
        self.is_whole = whole
        return whole

    def ends_by_silence(self, rows: Rows) -> bool:
        """Whether nothing but its being empty says that the list ends with this page, so that it is asked for again.

        An answer that lost its rows on the way looks like that, and would hide a last page or a whole system.
        """
        return not rows.raw and not rows.more and self.total is None and rows.total is None

    @property
    def is_reached(self) -> bool:
        """Whether an announced total is reached."""
        return self.total is not None and self.pages > 0 and len(self.keys) == self.total

    def pages_ahead(self) -> int:
        """How many more pages the list takes by its total and by the size that its pages have; one where unknown."""
        if self.total is None or not self._most_rows:
            return 1
        return max(1, ceil((self.total - len(self.keys)) / self._most_rows))

    def settle(self, before: Completeness | None = None) -> None:
        """Holds a list without a total against its repeats, and against the look before.

        Raises:
            Moved: rows repeated, which only a second look with the same rows explains as the server's own doubles.
        """
        if self.total is None and self.repeated and not (before and before.keys == self.keys):
            raise Moved(
                f"{self._label}: {self.repeated} rows came twice in {self.pages} pages; rows move while they are read"
            )

    def _announce(self, number: int, total: int | None) -> None:
        if total is None:
            return
        if self.total not in (None, total):
            raise Moved(self._told(number, f"the announced total went from {self.total} to {total} while reading"))
        self.total = total

    def _is_whole(self, rows: Rows, scan: Scan) -> bool:
        if self.total is not None:
            return len(self.keys) == self.total
        if rows.more is not None:
            return not rows.more
        return not scan.keys

    def _expected(self) -> str:
        return "and more was announced" if self.total is None else f"and {self.total} were announced"

    def _told(self, number: int, what: str) -> str:
        return f"{self._label} page {number}: {what}; rows may have moved, read again"
