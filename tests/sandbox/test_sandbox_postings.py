"""Work on projects and its invoices in the sandbox: what is planted, what the two systems show, day after day."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sandbox_client import Client, open_client

from airflow_provider_erp.sandbox.world.calendar import plant
from airflow_provider_erp.sandbox.world.postings import Postings

KINDS = {
    *("not_invoiced", "invoiced_not_posted", "amount_differs", "currency_differs", "rate_differs"),
    *("wrong_period", "duplicate_posting", "orphan_invoice"),
}
Sums = dict[tuple[str, str, str], Decimal]


def sums(client: Client) -> tuple[Sums, Sums]:
    """What was worked and what was invoiced, by project, month and currency."""
    worked, invoiced = defaultdict[tuple[str, str, str], Decimal](Decimal), defaultdict[Any, Decimal](Decimal)
    for row in client.px("Trans", inclNotActiveProjects="true").json(parse_float=Decimal)["Transactions"]:
        if row["Transtype"] == 2 and row["Transexists"]:
            worked[row["Project"], row["Intenddate"][:7], row["Projectcurrency"]] += row["Price"]
    for row in client.all_lemonsoft("/api/invoices"):
        if row["project_number"]:
            sign = -1 if row["type"] == 2 else 1
            invoiced[str(row["project_number"]), row["date"][:7], row["currency_code"]] += sign * cents(
                row["total_sum"]
            )
    return worked, invoiced


def cents(amount: float) -> Decimal:
    return Decimal(round(amount * 100)) / 100


def planted(client: Client) -> list[Any]:
    told = client.control("GET", "/truth").json()["postings"]
    assert (told["source"], told["target"]) == ("visma_px", "lemonsoft")
    breaks: list[Any] = told["breaks"]
    return breaks


def test_truth_is_where_the_sums_of_the_two_systems_differ_on_every_day() -> None:
    with open_client(seed=5, customers=60, requests_per_session=10_000) as client:
        for _ in range(3):
            worked, invoiced = sums(client)
            groups = {*worked, *invoiced}
            differing = {key for key in groups if abs(worked[key] - invoiced[key]) > Decimal("0.01")}
            in_euros = {project for project, _, currency in groups if currency == "SEK"}
            told = {each["key"].split()[0] for each in planted(client)}
            assert {project for project, *_ in differing} - in_euros == told - in_euros
            client.sandbox.advance()


@pytest.mark.parametrize("customers", [1, 50, 400])
@pytest.mark.parametrize("seed", [1, 7])
def test_every_kind_is_planted_and_most_projects_agree(seed: int, customers: int) -> None:
    postings = Postings(seed, customers, 0)
    breaks = postings.plain()["breaks"]
    projects = {work.project for work in postings.works()} | {bill.project for bill in postings.bills()}
    assert {each["kind"] for each in breaks} == KINDS
    assert len({each["key"].split()[0] for each in breaks}) == len(breaks) < len(projects)


def test_same_seed_gives_the_same_work_and_another_seed_other_work() -> None:
    assert plant(7, 30, 2).postings.works() == plant(7, 30, 2).postings.works()
    assert plant(7, 30, 2).postings.works() != plant(8, 30, 2).postings.works()


def test_breaks_of_postings_come_stay_and_go() -> None:
    days = [{str(each) for each in Postings(7, 100, day).plain()["breaks"]} for day in range(4)]
    for before, after in pairwise(days):
        assert after & before
        assert after ^ before
    assert days[0] - days[3]
    assert any(after - before for before, after in pairwise(days))


def test_ids_are_never_given_twice() -> None:
    for day in range(0, 60, 7):
        postings = Postings(7, 40, day)
        for ids in ([each.serial for each in postings.works()], [each.invoice_id for each in postings.bills()]):
            assert len(ids) == len(set(ids))


def test_empty_world_gets_its_first_work_on_a_later_day() -> None:
    assert Postings(7, 0, 0).works() == []
    assert Postings(7, 0, 0).bills() == []
    assert Postings(7, 0, 3).works()
