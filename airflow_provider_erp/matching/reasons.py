"""Why two rows are taken for the same, or not: one short sentence a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airflow_provider_erp.matching.agreement import CLOSE, CONFLICT, DIFFERENT, PARTLY, SAME, Agreements
from airflow_provider_erp.matching.fields import Field

_WORDS = {
    SAME: "the same",
    CLOSE: "nearly the same",
    PARTLY: "the same in part",
    CONFLICT: "the same in part, but each side has a word that the other lacks",
    DIFFERENT: "different",
}
_EMAIL_WORDS = _WORDS | {PARTLY: "another mailbox of the same domain"}


def reasons_of(fields: Sequence[Field]) -> Callable[[Agreements], tuple[str, ...]]:
    """What tells what speaks for and against a pair, in the fields' order; a field that a side lacks says nothing."""
    sentences = [_sentences(field) for field in fields]
    return lambda agreements: tuple(sentences[place][found.level] for place, found in sorted(agreements.items()))


def _sentences(field: Field) -> dict[int, str]:
    words = _EMAIL_WORDS if field.kind == "email" else _WORDS
    return {level: f"{field.name.replace('_', ' ')}: {said}" for level, said in words.items()}
