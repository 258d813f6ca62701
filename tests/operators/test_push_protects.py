"""What a push never does to a customer: adopt somebody else's, make it twice, write over what a refusal kept."""

from __future__ import annotations

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from pushed_records import WRITABLE, Push, new_customers

from airflow_provider_erp.operators.customer_target import CustomerTarget
from airflow_provider_erp.sandbox import Sandbox


@pytest.mark.parametrize("vendor", WRITABLE)
def test_create_that_was_killed_before_it_was_sent_does_not_adopt_somebody_elses_customer(
    push: Push, sandbox: Sandbox, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(CustomerTarget, "create", _killed)
        with pytest.raises(KeyboardInterrupt):
            push(vendor, records=new_customers(1))
    push(vendor, records=[new_customers(1)[0] | {"name": "Muiden Oy"}], run_id="theirs")
    with pytest.raises(AirflowFailException, match="what came of 1 is not known"):
        push(vendor, records=new_customers(1), try_number=2)
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (1, 0)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("fault", [None, "write_lost"])
def test_customer_in_words_that_the_system_writes_in_its_own_way_is_as_it_shall_be(
    push: Push, sandbox: Sandbox, vendor: str, fault: str | None
) -> None:
    said = {"country": "Finland", "name": " Uusi Oy ", "status": "blocked"}
    said |= {"language": "Finnish"} if vendor == "lemonsoft" else {}
    records = [new_customers(1)[0] | said]
    if fault:
        sandbox.arm(vendor, fault)
    assert push(vendor, records=records)["counts"] == {"created": 1}
    assert push(vendor, records=records, run_id="again")["counts"] == {"unchanged": 1}
