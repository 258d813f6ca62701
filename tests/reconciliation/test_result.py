"""What a result refuses to say."""

from __future__ import annotations

import pytest

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.result import Break, LeftOut, SideResult, Suggestion


def test_side_whose_parts_do_not_add_up_is_refused_with_its_parts() -> None:
    expected = (
        r"batch 'ledger/2026-11-20': 5 matched \+ 2 only here \+ 1 duplicates \+ 1 ambiguous \+ 3 left out = 12, "
        r"expected its 10 records; the comparison is wrong, please report it"
    )
    with pytest.raises(ErpInconsistentRead, match=expected):
        SideResult(
            title="Ledger",
            batch="ledger/2026-11-20",
            records=10,
            matched=5,
            only_here=2,
            duplicates=1,
            ambiguous=1,
            left_out=(LeftOut(reason="without a project", records=3),),
        )


def test_breaks_and_suggestions_that_are_logged_tell_no_names_and_no_values() -> None:
    secret = "Anna Salo"
    found = Break(break_id="b", kind="k", name=secret, source_value=secret, target_value=secret, correct_value=secret)
    suggestion = Suggestion(
        source_id="s",
        target_id="t",
        source_key="1",
        target_key="2",
        source_name=secret,
        target_name=secret,
        score=0.5,
        reasons=(secret,),
    )
    assert secret not in repr(found) + repr(suggestion)
