"""What is planted in the customers, and how many breaks each way must find of it."""

from __future__ import annotations

from collections.abc import Mapping

_MISSING_OR_DOUBLE = ("missing_in_source", "missing_in_target", "duplicate_in_source", "duplicate_in_target")


def planted(rows: int) -> Mapping[str, int]:
    """How many breaks of each kind there are, where a hundredth of the customers has each kind of fault.

    One a customer but for these: a stale customer differs in a field, too, or
    it would not count as stale; a wrong organisation number stands in both
    systems; ambiguous customers come by twos, and two are one break.
    """
    hundredth = rows // 100
    one_each = (*_MISSING_OR_DOUBLE, "status_conflict", "key_changed", "stale")
    return dict.fromkeys(one_each, hundredth) | {
        "field_differs": 2 * hundredth,
        "invalid_identifier": 2 * hundredth,
        "ambiguous": hundredth // 2,
    }


def planted_the_next_day(rows: int) -> Mapping[str, int]:
    """A hundredth of the customers differs in two fields more."""
    before = planted(rows)
    return {**before, "field_differs": before["field_differs"] + 2 * (rows // 100)}


def found_by_all(rows: int) -> int:
    """Every break."""
    return sum(planted(rows).values())


def found_the_next_day(rows: int) -> int:
    """Every break of the next day."""
    return sum(planted_the_next_day(rows).values())


def found_by_number(rows: int) -> int:
    """What is missing, duplicate or different, if customers match by their number alone.

    Who has another number is missing in both systems: the customers of a
    changed key, and those that are ambiguous. The status is a field like
    others. Nobody asks for wrong check digits or for old dates.
    """
    faults, hundredth = planted(rows), rows // 100
    renumbered = hundredth + hundredth
    return sum(faults[kind] for kind in (*_MISSING_OR_DOUBLE, "field_differs", "status_conflict")) + 2 * renumbered
