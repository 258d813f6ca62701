"""How much one push may change at most; asked before the first request."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_erp.reconciliation.checks import check_number, check_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """At most so many records, and at most so great a share of those that the system has.

    Raises:
        ValueError: a limit is no sensible number.
    """

    max_changes: int | None = None
    max_share: float | None = None

    def __post_init__(self) -> None:
        if self.max_changes is not None:
            check_whole("max_changes", self.max_changes)
        if self.max_share is not None:
            check_number("max_share", self.max_share, "a share from 0.0 to 1.0")
            if not 0 <= self.max_share <= 1:
                raise ValueError(f"max_share: expected a share from 0.0 to 1.0, got {self.max_share!r}")

    def check(self, records: int, total: int | None) -> None:
        """Nothing comes back; ``total`` is how many records the system has.

        Raises:
            ValueError: these are more than the limits allow, or nobody knows of how many.
        """
        if self.max_changes is not None and records > self.max_changes:
            raise ValueError(
                f"the plan is about {records} records, max_changes is {self.max_changes}; nothing was sent: look at "
                "the plan, then raise max_changes"
            )
        if self.max_share is None:
            return
        if total is None:
            raise ValueError("max_share: given records are no share of anything; limit them with max_changes")
        if records > self.max_share * total:
            raise ValueError(
                f"the plan is about {records} of the system's {total} records, max_share is {self.max_share}; nothing "
                "was sent: look at the plan, then raise max_share"
            )
