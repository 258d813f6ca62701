"""The kinds of faults in one table, and which of them are armed for the next data requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from airflow_provider_erp.sandbox.faults import asked, broken, replaced, rows, writes
from airflow_provider_erp.sandbox.faults.kind import Kind
from airflow_provider_erp.sandbox.faults.targets import VENDORS

_TABLES = (replaced.KINDS, broken.KINDS, asked.KINDS, rows.KINDS, writes.KINDS)
KINDS: dict[str, Kind] = {kind.name: kind for kinds in _TABLES for kind in kinds}


@dataclass(slots=True)
class Fault:
    """One armed fault: it lets ``after`` data requests of its vendor pass and hits the next ``count``.

    A kind of fault that hits only writes lets pass and hits as many of those.
    """

    vendor: str
    kind: str
    count: int = 1
    after: int = 0

    def __post_init__(self) -> None:
        """Checks the words and numbers.

        Raises:
            ValueError: an unknown vendor or kind, a number out of range, or a vendor that lacks what the kind spoils.
        """
        if self.vendor not in VENDORS:
            raise ValueError(f"fault: expected a vendor of {', '.join(VENDORS)}, got {self.vendor!r}")
        if self.kind not in KINDS:
            raise ValueError(f"fault: expected a kind of {', '.join(KINDS)}, got {self.kind!r}")
        if self.count < 1 or self.after < 0:
            raise ValueError(f"fault: expected count >= 1 and after >= 0, got {self.count} and {self.after}")
        kind = KINDS[self.kind]
        if self.vendor not in kind.vendors:
            raise ValueError(
                f"fault {self.kind}: {self.vendor} has no {kind.need.value}; only {', '.join(kind.vendors)} have"
            )


class FaultBoard:
    """The armed faults, in the order of arming; safe to use from other threads than the server's."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = Lock()

    def arm(self, fault: Fault) -> None:
        """Puts a fault behind those that are armed already."""
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Disarms everything; a list whose order was disturbed stays so until the next day."""
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[Fault]:
        """Copies of what is still armed."""
        with self._lock:
            return [replace(fault) for fault in self._armed]

    def next(self, vendor: str, *, is_write: bool = False) -> Kind | None:
        """The kind of fault that the vendor's next data request meets, if any; counts that request.

        Faults of one vendor queue: a later one counts its ``after`` from the end of the one before,
        and a request that reads passes by those that hit only writes.
        """
        with self._lock:
            queue = (each for each in self._armed if each.vendor == vendor)
            fault = next((each for each in queue if is_write or not KINDS[each.kind].only_writes), None)
            if fault is None:
                return None
            if fault.after:
                fault.after -= 1
                return None
            fault.count -= 1
            if not fault.count:
                self._armed.remove(fault)
            return KINDS[fault.kind]
