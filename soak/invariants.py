"""What must hold after every schedule; each says what it holds, and yields what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from airflow_provider_erp.pushing.deciding import FOUND
from airflow_provider_erp.sandbox.customers import Tally
from airflow_provider_erp.sandbox.world.seen import words
from airflow_provider_erp.sandbox.world.stamps import read_ticks
from soak.evidence import Evidence, Pushed, Rows, spellings

Invariant = Callable[[Evidence], Iterator[str]]
_MOMENTS_OF_WRITES = 10_000_000
"""Writes of a day are stamped by milliseconds after its beginning: a second of them, in ticks."""


def state_after_all_was_read_is_what_the_system_holds(evidence: Evidence) -> Iterator[str]:
    """The same customers, of the same number, name, address and status."""
    for side in evidence.sides:
        if odd := sorted(side.after_all.keys() ^ side.held.keys()):
            yield f"{side.vendor}: {len(odd)} customers are in only one of state and system, such as {odd[0]}"
        for source_id, texts in side.held.items():
            state = side.after_all.get(source_id, texts)
            if other := [name for name, text in texts.items() if words(str(state[name] or "")) != words(text)]:
                yield f"{side.vendor}: {source_id} has another {', '.join(other)} in the state than in the system"


def state_after_changes_were_read_is_the_same(evidence: Evidence) -> Iterator[str]:
    """But for customers that are gone where no changes tell it, and for what a system concealed."""
    for side in evidence.sides:
        if side.may_have_deceived:
            continue
        known: Rows = side.after_changes
        if not side.tells_deletions:
            known = {key: row for key, row in known.items() if key in side.held}
        odd = sorted(key for key in known.keys() | side.after_all.keys() if known.get(key) != side.after_all.get(key))
        if odd:
            yield f"{side.vendor}: {len(odd)} customers differ between changes and all, such as {odd[0]}"


def breaks_are_those_that_were_planted(evidence: Evidence) -> Iterator[str]:
    """Each once, and no other."""
    planted, found = Counter(evidence.planted), Counter(evidence.found)
    for title, odd in (("not found", planted - found), ("found and not planted", found - planted)):
        if odd:
            yield f"{sum(odd.values())} breaks {title}, such as {min(map(str, odd))}"


def every_record_has_one_receipt(evidence: Evidence) -> Iterator[str]:
    """Also when the push is cleared once more."""
    for pushed in evidence.pushed:
        for receipts in (pushed.receipts, pushed.again):
            records = {receipt["record"] for receipt in receipts}
            if not len(records) == len(receipts) == pushed.records:
                yield (
                    f"{pushed.vendor}: {len(receipts)} receipts of {len(records)} records, in a push of "
                    f"{pushed.records}"
                )


def receipts_tell_what_was_written(evidence: Evidence) -> Iterator[str]:
    """As many were created and updated as an answer told, and no more than were looked up besides, or are unknown."""
    for vendor, tally in evidence.written.items():
        receipts = [receipt for each in evidence.pushed if each.vendor == vendor for receipt in each.receipts]
        outcomes = Counter(receipt["outcome"] for receipt in receipts)
        looked_up = Counter(receipt["outcome"] for receipt in receipts if receipt["reason"] == FOUND)
        for outcome, done in (("created", tally.created), ("updated", tally.updated)):
            told = outcomes[outcome]
            if not told - looked_up[outcome] <= done <= told + outcomes["unknown"]:
                yield f"{vendor}: {told} receipts say {outcome}, {looked_up[outcome]} of them looked up, {done} were"


def cleared_push_writes_nothing_more(evidence: Evidence) -> Iterator[str]:
    """What has a receipt is not sent again."""
    for vendor, tally in evidence.written.items():
        if tally != evidence.written_again[vendor]:
            yield f"{vendor}: a push that was done wrote once more"
    for pushed in evidence.pushed:
        if _known(pushed, again=False) - _known(pushed, again=True):
            yield f"{pushed.vendor}: receipts became others when the push was cleared"


def _known(pushed: Pushed, *, again: bool) -> Counter[tuple[str, str]]:
    rows = pushed.again if again else pushed.receipts
    return Counter((row["record"], row["outcome"]) for row in rows if row["outcome"] != "unknown")


def no_customer_was_created_twice(evidence: Evidence) -> Iterator[str]:
    """By number and by organisation number."""
    for vendor, tally in evidence.written_again.items():
        for name, counts in _created(tally):
            if twice := sorted(key for key, count in counts.items() if count > 1):
                yield f"{vendor}: {len(twice)} customers of one {name} were created twice, such as {twice[0]}"


def _created(tally: Tally) -> tuple[tuple[str, Counter[str]], ...]:
    return ("number", tally.created_by_number), ("organisation number", tally.created_by_org_number)


def cursors_are_never_past_the_data(evidence: Evidence) -> Iterator[str]:
    """A cursor is no later than the moment that it was when it was read, in the system's own time."""
    for read in evidence.read:
        if read.cursor and read_ticks(read.cursor) > read_ticks(read.present) + _MOMENTS_OF_WRITES:
            yield f"{read.batch}: cursor {read.cursor} is later than {read.present}"


def logs_name_no_secret_and_no_customer(evidence: Evidence) -> Iterator[str]:
    """At any level; where it stands is told, and not what."""
    log = evidence.log.lower()
    for texts, what in ((evidence.secrets, "holds a secret"), (evidence.names, "names a customer")):
        found = [each for text in texts for each in spellings(text) if each in log]
        for number, line in enumerate(log.splitlines() if found else (), 1):
            if any(each in line for each in found):
                yield f"line {number} of the log {what}"


def tasks_end_with_errors_that_were_meant(evidence: Evidence) -> Iterator[str]:
    """And undisturbed ones with none."""
    yield from evidence.broken


INVARIANTS: tuple[Invariant, ...] = (
    state_after_all_was_read_is_what_the_system_holds,
    state_after_changes_were_read_is_the_same,
    breaks_are_those_that_were_planted,
    every_record_has_one_receipt,
    receipts_tell_what_was_written,
    cleared_push_writes_nothing_more,
    no_customer_was_created_twice,
    cursors_are_never_past_the_data,
    logs_name_no_secret_and_no_customer,
    tasks_end_with_errors_that_were_meant,
)


def violations(evidence: Evidence) -> list[str]:
    """What does not hold, each with the name of what should."""
    return [f"{each.__name__}: {told}" for each in INVARIANTS for told in each(evidence)]
