"""Actions that cannot be looked up: sent once, told again, and never sent again without a person's word."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.purge import purge
from airflow_provider_erp.operators.lemonsoft import LemonsoftAddAccountOperator
from airflow_provider_erp.operators.one_shot import OneShotOperator
from airflow_provider_erp.operators.visma_net import VismaNetDunningLetterOperator
from airflow_provider_erp.sandbox import Sandbox, running_sandbox

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
KINDS = ("visma_net", "lemonsoft")


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(customers=20) as running:
        for name, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
        yield running


def an_action(kind: str, sandbox: Sandbox, base: Path, *, writes: bool = True, **arguments: Any) -> OneShotOperator:
    entry = next(iter(sandbox.world.books[kind].things.values()))
    given: dict[str, Any] = {
        "task_id": "act",
        "conn_id": f"{kind}_default",
        "base_path": base.as_uri(),
        **({"dry_run": False} if writes else {}),
        **arguments,
    }
    if kind == "lemonsoft":
        account: dict[str, Any] = {"account": {"iban": "FI2112345600000785", "bic": "NDEAFIHH"}}
        return LemonsoftAddAccountOperator(**{"customer_id": entry.source_id} | account | given)
    letter: dict[str, Any] = {"date": "2026-11-20T06:00:00.000Z", "level_from": 1, "level_to": 2}
    return VismaNetDunningLetterOperator(**{"number": entry.number} | letter | given)


def execute(operator: OneShotOperator, run_id: str = "1", map_index: int = -1) -> dict[str, Any]:
    instance = SimpleNamespace(dag_id="dag", run_id=run_id, task_id="act", map_index=map_index, try_number=1)
    context: Any = {"dag_run": SimpleNamespace(logical_date=NOW, run_after=NOW), "ti": instance}
    return operator.execute(context)


def sent(sandbox: Sandbox) -> int:
    return sum(
        method == "POST" and ("createDunningLetter" in path or "accounts" in path) for method, path in sandbox.requests
    )


@pytest.mark.parametrize("kind", KINDS)
def test_dry_run_is_the_default(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    assert execute(an_action(kind, sandbox, tmp_path, writes=False)) == {"dry_run": True}
    assert sent(sandbox) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_cleared_task_gives_the_same_result_and_sends_nothing(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    first = execute(an_action(kind, sandbox, tmp_path))
    assert first
    assert execute(an_action(kind, sandbox, tmp_path)) == first
    assert sent(sandbox) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_purge_leaves_what_tells_that_an_action_was_done(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    first = execute(an_action(kind, sandbox, tmp_path))
    purge(tmp_path.as_uri(), older_than=dt.date(2100, 1, 1), now=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    assert execute(an_action(kind, sandbox, tmp_path)) == first
    assert sent(sandbox) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_another_run_map_index_or_body_is_another_action(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    other = {"level_to": 3} if kind == "visma_net" else {"account": {"iban": "FI1410093000123458"}}
    for _ in range(2):
        execute(an_action(kind, sandbox, tmp_path))
        execute(an_action(kind, sandbox, tmp_path), run_id="2")
        execute(an_action(kind, sandbox, tmp_path), map_index=1)
        execute(an_action(kind, sandbox, tmp_path, **other))
    assert sent(sandbox) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_action_whose_answer_was_lost_waits_for_a_person(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.arm(kind, "write_lost")
    with pytest.raises(AirflowFailException, match="look before it is sent again"):
        execute(an_action(kind, sandbox, tmp_path))
    with pytest.raises(AirflowFailException, match=r"nobody knows whether it was done; .* set confirm_resend=True"):
        execute(an_action(kind, sandbox, tmp_path))
    assert sent(sandbox) == 1
    assert execute(an_action(kind, sandbox, tmp_path, confirm_resend=True))
    assert sent(sandbox) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_confirmation_that_was_left_in_the_dag_file_confirms_no_later_loss(
    kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.arm(kind, "write_lost", count=2)
    for confirmed in (False, True):
        with pytest.raises(AirflowFailException, match="look before it is sent again"):
            execute(an_action(kind, sandbox, tmp_path, confirm_resend=confirmed))
    with pytest.raises(AirflowFailException) as asked:
        execute(an_action(kind, sandbox, tmp_path, confirm_resend=True))
    assert sent(sandbox) == 2
    moment = str(asked.value).partition("confirm_resend='")[2].partition("'")[0]
    assert f"it was begun at {moment} and nobody knows" in str(asked.value)
    assert execute(an_action(kind, sandbox, tmp_path, confirm_resend=moment))
    assert sent(sandbox) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_confirmation_that_was_left_in_the_dag_file_confirms_no_loss_of_the_next_run(
    kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.arm(kind, "write_lost")
    with pytest.raises(AirflowFailException, match="look before it is sent again"):
        execute(an_action(kind, sandbox, tmp_path))
    assert execute(an_action(kind, sandbox, tmp_path, confirm_resend=True))
    sandbox.arm(kind, "write_lost")
    with pytest.raises(AirflowFailException, match="look before it is sent again"):
        execute(an_action(kind, sandbox, tmp_path, confirm_resend=True), run_id="2")
    with pytest.raises(AirflowFailException, match="nobody knows whether it was done") as asked:
        execute(an_action(kind, sandbox, tmp_path, confirm_resend=True), run_id="2")
    assert sent(sandbox) == 3
    moment = str(asked.value).partition("confirm_resend='")[2].partition("'")[0]
    assert execute(an_action(kind, sandbox, tmp_path, confirm_resend=moment), run_id="2")
    assert sent(sandbox) == 4


def test_moment_of_one_loss_confirms_no_other_runs_loss(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.arm("visma_net", "write_lost", count=2)
    moments = []
    for run_id in ("1", "2"):
        with pytest.raises(AirflowFailException, match="look before it is sent again"):
            execute(an_action("visma_net", sandbox, tmp_path), run_id=run_id)
        with pytest.raises(AirflowFailException) as asked:
            execute(an_action("visma_net", sandbox, tmp_path), run_id=run_id)
        moments.append(str(asked.value).partition("or '")[2].partition("'")[0])
    with pytest.raises(AirflowFailException, match="nobody knows"):
        execute(an_action("visma_net", sandbox, tmp_path, confirm_resend=moments[0]), run_id="2")
    assert execute(an_action("visma_net", sandbox, tmp_path, confirm_resend=moments[0]), run_id="1")
    assert sent(sandbox) == 3


SAME_MOMENT = [
    "2026-11-20T06:00:00.000Z",
    dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 20, 8, tzinfo=dt.timezone(dt.timedelta(hours=2))),
]


@pytest.mark.parametrize("other", SAME_MOMENT[1:])
def test_dunning_letter_whose_date_is_spelt_in_another_way_is_the_same_letter(
    other: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    first = execute(an_action("visma_net", sandbox, tmp_path, date=SAME_MOMENT[0]))
    assert execute(an_action("visma_net", sandbox, tmp_path, date=other)) == first
    assert sent(sandbox) == 1


def test_account_whose_fields_come_in_another_order_is_the_same_account(sandbox: Sandbox, tmp_path: Path) -> None:
    account = {"iban": "FI2112345600000785", "bic": "NDEAFIHH"}
    entry = next(iter(sandbox.world.books["lemonsoft"].things.values()))
    first = execute(an_action("lemonsoft", sandbox, tmp_path, account=account, customer_id=entry.source_id))
    other: dict[str, Any] = {"account": dict(reversed(account.items())), "customer_id": int(entry.source_id)}
    assert execute(an_action("lemonsoft", sandbox, tmp_path, **other)) == first
    assert sent(sandbox) == 1


def test_another_moment_confirms_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.arm("visma_net", "write_lost")
    for confirmed in (False, NOW.isoformat()):
        with pytest.raises(AirflowFailException, match=r"look before it is sent again|set confirm_resend=True"):
            execute(an_action("visma_net", sandbox, tmp_path, confirm_resend=confirmed))
    assert sent(sandbox) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_receipt_of_a_refused_action_has_the_words_of_the_system(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.arm(kind, "write_rejected")
    with pytest.raises(AirflowFailException, match="refused with status 400"):
        execute(an_action(kind, sandbox, tmp_path))
    [receipt] = tmp_path.rglob("*-receipt.json")
    assert json.loads(receipt.read_bytes())["said"] == "The record breaks a rule of the sandbox."


@pytest.mark.parametrize("kind", KINDS)
def test_action_reads_no_other_actions_journal(
    kind: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run_id in ("1", "2"):
        execute(an_action(kind, sandbox, tmp_path), run_id)
    read: list[str] = []
    genuine = storage.read

    def noted(address: str) -> bytes:
        read.append(address)
        return genuine(address)

    monkeypatch.setattr(storage, "read", noted)
    assert execute(an_action(kind, sandbox, tmp_path), "2")
    assert len(read) == 2


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("visma_net", {"level_from": "1"}, "expected whole numbers as levels"),
        ("visma_net", {"number": " "}, "number must not be empty"),
        ("visma_net", {"date": dt.datetime(2026, 1, 1)}, "zone"),  # noqa: DTZ001
        ("lemonsoft", {"account": {"ibann": "x"}}, "unknown field 'ibann'"),
        ("lemonsoft", {"customer_id": "12a"}, "expected a whole number"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_arguments_that_could_not_be_sent_are_refused_and_nothing_is_noted(
    kind: str, arguments: dict[str, Any], message: str, sandbox: Sandbox, tmp_path: Path, *, dry_run: bool
) -> None:
    with pytest.raises(AirflowFailException, match=message):
        execute(an_action(kind, sandbox, tmp_path, dry_run=dry_run, **arguments))
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize("kind", KINDS)
def test_action_that_was_refused_may_be_sent_again(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.arm(kind, "write_rejected")
    with pytest.raises(AirflowFailException, match="refused with status 400"):
        execute(an_action(kind, sandbox, tmp_path))
    assert execute(an_action(kind, sandbox, tmp_path))
    assert sent(sandbox) == 2


def test_action_of_another_system_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="expected a connection of type 'visma_net'"):
        execute(an_action("visma_net", sandbox, tmp_path, conn_id="lemonsoft_default"))
    assert sent(sandbox) == 0
