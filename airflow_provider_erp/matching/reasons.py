"""Why two rows are taken for the same, or not: one short sentence a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airflow_provider_erp.matching.comparing import CLOSE, CONFLICT, DIFFERENT, PARTLY, SAME, Agreement
from airflow_provider_erp.matching.scoring import Field

_WORDS = {
    SAME: "the same",
    CLOSE: "nearly the same",
    PARTLY: "the same in part",
    CONFLICT: "the same in part, but each side has a word that the other lacks",
    DIFFERENT: "different",
}


def reasons(fields: Sequence[Field], agreements: Sequence[Agreement | None]) -> tuple[str, ...]:
    """What speaks for and against the pair, the fields in their order; a field that a side lacks says nothing."""
    return tuple(_sentences(fields, agreements))


def _sentences(fields: Sequence[Field], agreements: Sequence[Agreement | None]) -> Iterator[str]:
    for field, found in zip(fields, agreements, strict=True):
        if found is None:
            continue
        words = "another mailbox of the same domain" if (field.kind, found.level) == ("email", PARTLY) else _WORDS[found.level]
        yield f"{field.name.replace('_', ' ')}: {words}"
