"""What triggers refuse when they are constructed, so that it is told when the DAG file is parsed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from airflow_provider_erp.triggers.arguments import RESOURCES
from airflow_provider_erp.triggers.changes import ErpChangesTrigger
from airflow_provider_erp.triggers.events import ErpChangesEventTrigger
from airflow_provider_erp.vendors import VENDORS

BOTH = (ErpChangesTrigger, ErpChangesEventTrigger)
SECONDS = "poll_interval: expected a number of seconds from 1 on, got "


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"poll_interval": 0}, f"{SECONDS}0"),
        ({"poll_interval": -5}, f"{SECONDS}-5"),
        ({"poll_interval": 0.99}, f"{SECONDS}0.99"),
        ({"poll_interval": "60"}, f"{SECONDS}'60'"),
        ({"poll_interval": True}, f"{SECONDS}True"),
        ({"poll_interval": math.nan}, f"{SECONDS}nan"),
        ({"poll_interval": math.inf}, f"{SECONDS}inf"),
        ({"conn_id": ""}, "conn_id: expected a text, got ''"),
        (
            {"resource": "customers"},
            "resource: expected one of customer, project_transaction, invoice; got 'customers'",
        ),
        ({"since": 5}, "since: expected str or None, got 5"),
        ({"base_path": b"x"}, "base_path: expected str or None, got one bytes"),
        ({"filters": ["a"]}, "filters: expected a mapping of names to values, or None, got one list"),
    ],
)
def test_an_argument_that_cannot_work_is_refused_with_its_name(
    kind: type[Any], wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r"^") as refused:
        kind(**{"conn_id": "fynn_default", "resource": "customer"} | wrong)
    assert str(refused.value) == message


@pytest.mark.parametrize("wrong", [{"min_records": 0}, {"max_failures": 1.5}])
def test_counts_are_whole_numbers_from_one_on(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: expected"):
        ErpChangesTrigger(conn_id="fynn_default", resource="customer", **wrong)


@pytest.mark.parametrize("kind", BOTH)
def test_a_triggerer_takes_a_refusal_for_the_triggers_own_error(kind: type[Any]) -> None:
    """It knows only this kind; any other ends it, with all that waits there."""
    with pytest.raises(TypeError):
        kind(conn_id="fynn_default", resource="customer", poll_interval=0)


@pytest.mark.parametrize("kind", BOTH)
def test_one_second_and_an_empty_text_of_a_template_are_taken(kind: type[Any]) -> None:
    taken = kind(conn_id="fynn_default", resource="customer", since="", base_path="", poll_interval=1)
    assert taken.serialize()[1]["poll_interval"] == 1


def test_every_list_of_a_vendor_can_be_asked_for() -> None:
    assert {name for vendor in VENDORS.values() for name in vendor.resources} == set(RESOURCES)
