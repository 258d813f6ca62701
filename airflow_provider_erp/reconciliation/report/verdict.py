"""The sentence that a controller reads first.

Such as: ``Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are
missing in Visma.net ERP and 20 fields differ.``
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.postings.spec import SUM
from airflow_provider_erp.reconciliation.report.left_out import unplaced_in_words
from airflow_provider_erp.reconciliation.result import Agreement, Reconciliation
from airflow_provider_erp.reconciliation.words import plural

DETAILED_KINDS = 4
"""As many kinds of break are told one by one; the rest is summed up."""

_PREDICATE = re.compile(r"(missing|held|ambiguous|stale|modified|matched|not|invoiced|posted|active|closed|in)\b")
"""How words of a kind begin that go on after ``is`` or ``are``."""


def verdict(result: Reconciliation, history: History | None = None) -> str:
    """On how much the systems agree, what there is of each kind of break that occurred, what was not looked at."""
    details = list(_details(result))
    if unplaced := unplaced_in_words(result):
        details.append(unplaced)
    if carried := sum(history.not_looked_at.values()) if history else 0:
        details.append(plural(carried, "earlier break was not looked at", "earlier breaks were not looked at"))
    return sentence(_opening(result), details)


def in_all(result: Reconciliation) -> int:
    """Distinct things in the two systems together, as far as it can be told.

    A group of duplicates is one. Ambiguous records of one side may be those of
    the other: the greater number counts. Sums are counted as sums, whatever
    the number of their lines.
    """
    if sums := _sums(result):
        return sums.compared
    return result.matched + result.source.only_here + result.target.only_here + _ambiguous(result)


def _ambiguous(result: Reconciliation) -> int:
    """Things that are in doubt; one break may tell of many."""
    return max(result.source.ambiguous, result.target.ambiguous)


def agreeing(result: Reconciliation) -> int:
    """Things that both systems hold, equal in every compared field; of sums those that no break names."""
    if sums := _sums(result):
        return sums.equal
    return result.matched - result.differing


def agrees(result: Reconciliation) -> bool:
    """Whether all is well: something was compared, nothing differs, and nothing that counts was left out."""
    return 0 < in_all(result) == agreeing(result) and not (result.source.unplaced or result.target.unplaced)


def sentence(opening: str, details: Sequence[str]) -> str:
    """The opening, and the details as an enumeration where there are any."""
    if len(details) > 1:
        details = [f"{', '.join(details[:-1])} and {details[-1]}"]
    return f"{'; '.join([opening, *details])}."


def _sums(result: Reconciliation) -> Agreement | None:
    """The count of whole sums, where sums were compared."""
    return next((each for each in result.agreement if each.field == SUM), None)


def _opening(result: Reconciliation) -> str:
    both = f"{result.source.title} and {result.target.title}"
    empty = [side.title for side in (result.source, result.target) if not side.records]
    if len(empty) == 2:
        return f"{both} are both empty: no {result.things} were compared"
    if empty:
        return f"{empty[0]} is empty: it holds no {result.things} at all"
    equal, total = agreeing(result), in_all(result)
    if not total:
        return f"{both} have no {result.things} to compare"
    if total == 1:
        return f"{both} {'agree' if equal else 'do not agree'} on the one {result.things.removesuffix('s')}"
    if equal == total:
        return f"{both} agree on all {total:,} {result.things}"
    return f"{both} agree on {f'{equal:,}' if equal else 'none'} of {total:,} {result.things}"


def _details(result: Reconciliation) -> Iterator[str]:
    occurred = [(kind, words, result.counts.get(kind, 0)) for kind, words in result.kinds.items()]
    occurred = [each for each in occurred if each[2]]
    told = occurred if len(occurred) <= DETAILED_KINDS + 1 else occurred[:DETAILED_KINDS]
    for kind, words, count in told:
        yield _detail(kind, words, _ambiguous(result) or count if kind == "ambiguous" else count)
    if rest := occurred[len(told) :]:
        yield f"{plural(sum(count for _, _, count in rest), 'break is', 'breaks are')} of {len(rest)} other kinds"


def _detail(kind: str, words: str, count: int) -> str:
    if kind == "field_differs":
        return plural(count, "field differs", "fields differ")
    if _PREDICATE.match(words):
        return f"{plural(count, 'is', 'are')} {words}"
    return f"{plural(count, 'break is', 'breaks are')} of the kind “{words}”"
