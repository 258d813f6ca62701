"""Pushes to a system that answers oddly: unreadable rows, new customers without an id, gateways that give up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from loopback import Asked, Reply, reply_json, serving
from pushed_records import NOW, lines, new_customers

from airflow_provider_erp.operators import customer_target
from airflow_provider_erp.operators.lemonsoft import LemonsoftAddAccountOperator
from airflow_provider_erp.operators.push import ErpPushOperator

ONE, TWO = ({**each, "email": ""} for each in new_customers(2))
COMPANY = {"number": "70009", "name": "Yksi Oy", "city": "Oulu", "org_number": "0112038-9"}
KEYLESS = {"name": "Avaimeton Oy", "city": "Oulu"}


class Lemonsoft:
    """Keeps the customers that it is sent, and answers to them as it is told."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.writes = 0
        self.alone: dict[str, Any] = {}
        self.answer: Callable[[dict[str, Any]], Reply] = reply_json

    def __call__(self, asked: Asked) -> Reply:
        if "login" in asked.path:
            return reply_json({"session_id": "s"})
        if asked.method == "GET" and asked.path.endswith("/customers/1"):
            return reply_json(self.rows[0] | self.alone)
        if asked.method == "GET":
            wanted = {"number": asked.query.get("filter.customer_number"), "vat": asked.query.get("filter.vat")}
            rows = [row for row in self.rows if all(w in (None, str(row.get(name))) for name, w in wanted.items())]
            return reply_json({"results": rows, "has_next_page": False, "has_errors": False, "errors": []})
        self.writes += 1
        row = json.loads(asked.body) | {"id": 1_000 + self.writes}
        self.rows.append(row)
        return self.answer(row)


@pytest.fixture
def lemonsoft(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lemonsoft]:
    monkeypatch.setattr(customer_target, "_GRACE_SECONDS", 0.0)
    system = Lemonsoft()
    with serving(system) as server:
        extra = {"database": "d", "api_key": "k", "timeout_seconds": 1}
        connection = {"conn_type": "lemonsoft", "host": server.url, "login": "u", "password": "p", "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_LEMONSOFT_DEFAULT", json.dumps(connection))
        yield system


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def push(lemonsoft: Lemonsoft, tmp_path: Path) -> Run:
    def push(*records: dict[str, str], run_id: str = "1", **arguments: Any) -> dict[str, Any]:
        given = {"dry_run": False, "on_rejected": "warn", "base_path": tmp_path.as_uri(), **arguments}
        operator = ErpPushOperator(task_id="push", conn_id="lemonsoft_default", records=records, **given)
        return operator.execute(a_context(run_id))

    return push


def a_context(run_id: str) -> Any:
    instance = SimpleNamespace(dag_id="dag", run_id=run_id, task_id="push", map_index=-1, try_number=1)
    return {"dag_run": SimpleNamespace(logical_date=NOW, run_after=NOW), "ti": instance}


def told_of(summary: dict[str, Any]) -> dict[str, str]:
    return {row["record"]: row["outcome"] for row in lines(summary["receipts"])}


def test_customer_that_cannot_be_read_is_refused_and_the_others_are_pushed(push: Run, lemonsoft: Lemonsoft) -> None:
    lemonsoft.rows = [{"id": 1, "number": int(ONE["number"]), "email": 17}]
    told = push(ONE, TWO)
    assert told_of(told) == {ONE["number"]: "refused", TWO["number"]: "created"}
    [row] = lines(told["refused"])
    assert row["reason"] == (
        "a record that the system answers with cannot be read (wrong type: Expected `str | null`, got `int` - at "
        "`$.email`); put it right there"
    )


def test_one_customer_that_cannot_be_read_lets_nobody_be_created_whose_number_it_may_have(
    push: Run, lemonsoft: Lemonsoft
) -> None:
    lemonsoft.rows = [{"id": 1, "number": 1, "email": 17}]
    told = push(ONE, COMPANY, run_id="first")
    assert told_of(told) == {ONE["number"]: "created", COMPANY["number"]: "refused"}
    [row] = lines(told["refused"])
    assert "may be this one, by its org_number" in row["reason"]
    told = push(COMPANY, match_on=("number",), run_id="by its number alone")
    assert told["counts"] == {"created": 1}


@pytest.mark.parametrize("alone", [{"email": 17}, {"city": "By a person"}], ids=str)
def test_customer_that_is_read_as_another_before_it_is_written_back_is_left_alone(
    push: Run, lemonsoft: Lemonsoft, alone: dict[str, Any]
) -> None:
    lemonsoft.rows, lemonsoft.alone = [{"id": 1, "number": 7, "city": "Oslo"}], alone
    assert push({"number": "7", "city": "Oulu"})["counts"] == {"refused": 1}
    assert lemonsoft.writes == 0


@pytest.mark.parametrize("answer", [{}, {"id": None}, {"customer": {"id": 5}}], ids=str)
def test_new_customer_that_is_answered_without_an_id_is_looked_up(
    push: Run, lemonsoft: Lemonsoft, answer: dict[str, Any]
) -> None:
    lemonsoft.answer = lambda _: reply_json(answer)
    told = push(ONE, TWO)
    assert {(row["outcome"], row["id"]) for row in lines(told["receipts"])} == {
        ("created", "1001"),
        ("created", "1002"),
    }
    assert lemonsoft.writes == 2


@pytest.mark.parametrize("status", [408, 499])
def test_customer_without_a_key_at_which_a_gateway_gave_up_is_not_created_again(
    push: Run, lemonsoft: Lemonsoft, status: int
) -> None:
    lemonsoft.answer = lambda _: reply_json({"message": "time-out"}, status)
    for run_id in ("1", "1", "another"):
        with pytest.raises(AirflowFailException, match=r"not known|were rejected or refused"):
            push(KEYLESS, mode="create", allow_keyless=True, run_id=run_id, on_rejected="fail")
    assert lemonsoft.writes == 1


def test_bank_account_at_which_a_gateway_gave_up_waits_for_a_person(lemonsoft: Lemonsoft, tmp_path: Path) -> None:
    lemonsoft.answer = lambda _: reply_json({"message": "time-out"}, 408)
    operator = LemonsoftAddAccountOperator(
        task_id="account",
        conn_id="lemonsoft_default",
        customer_id=1,
        account={"iban": "FI2112345600000785"},
        dry_run=False,
        base_path=tmp_path.as_uri(),
    )
    for said in ("look before it is sent again", "confirm_resend"):
        with pytest.raises(AirflowFailException, match=said):
            operator.execute(a_context("1"))
    assert lemonsoft.writes == 1
