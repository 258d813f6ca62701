"""What people do on Airflow's own pages, in the words of these pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from browsing import Visitor
from playwright.sync_api import Locator, expect

TITLES = {"visma_px": "Visma PX", "visma_net": "Visma.net ERP", "lemonsoft": "Lemonsoft", "fynn": "Fynn"}
"""What the form calls the types of connection."""
RUN_SECONDS = 180.0
ATTEMPTS = 3


def open_menu(person: Visitor, menu: str, item: str) -> None:
    """From the home page to what a menu at the left leads to."""
    person.go("/")
    person.page.get_by_role("button", name=menu, exact=True).click()
    person.page.get_by_role("menuitem", name=item, exact=True).click()


def add_connection(person: Visitor, conn_id: str, values: Mapping[str, Any]) -> None:
    """Fills in Airflow's form, the provider's own fields too, and saves."""
    open_menu(person, "Admin", "Connections")
    person.page.get_by_role("button", name="Add Connection").click()
    form = person.page.get_by_role("dialog")
    form.get_by_label("Connection ID").fill(conn_id)
    _choose(form.get_by_label("Connection Type"), TITLES[values["conn_type"]])
    for name in ("host", "login", "password", "port"):
        if name in values:
            form.locator(f"input[name={name}]").fill(str(values[name]))
    person.picture(f"form-{values['conn_type']}")
    form.get_by_role("button", name="Extra Fields", exact=True).click()
    for name, value in values["extra"].items():
        _fill_in(form, f"element_{name}", str(value))
    person.picture(f"form-{values['conn_type']}-extra")
    press(person, form.get_by_role("button", name="Save"), "/connections")
    expect(form).to_be_hidden()


def _fill_in(form: Locator, name: str, value: str) -> None:
    choices = form.locator(f"#{name} [role=combobox]")
    if choices.count():
        _choose(choices, value)
    else:
        form.locator(f"[name={name}]").fill(value)


def _choose(choices: Locator, title: str) -> None:
    choices.click()
    choices.page.get_by_role("option", name=title, exact=True).click()


def of_connection(person: Visitor, conn_id: str, button: str) -> None:
    """Presses a button in the connection's line of the list."""
    person.go("/connections")
    person.page.get_by_role("row").filter(has_text=conn_id).get_by_role("button", name=button).click()


def trigger(person: Visitor, dag_id: str) -> str:
    """Switches a paused DAG on and starts a run; the run's address comes back.

    The switch comes first: the dialog would send both at once, and SQLite may let one of them down.
    """
    person.go(f"/dags/{dag_id}")
    switch = person.page.get_by_role("checkbox").first
    expect(switch).not_to_be_checked()
    press(person, switch, f"/api/v2/dags/{dag_id}")
    expect(switch).to_be_checked()
    person.page.get_by_role("button", name="Trigger").first.click()
    press(person, person.page.get_by_role("dialog").get_by_role("button", name="Trigger"), "/dagRuns")
    person.page.wait_for_url("**/runs/manual__*")
    return urlsplit(person.page.url).path


def press(person: Visitor, button: Locator, path: str) -> None:
    """Presses until Airflow has taken it: on a busy machine its SQLite is locked at times."""
    for _ in range(ATTEMPTS):
        with person.page.expect_response(
            lambda answer: answer.request.method != "GET" and urlsplit(answer.url).path.endswith(path)
        ) as answered:
            button.dispatch_event("click")
        if answered.value.ok:
            return
    raise AssertionError(f"{ATTEMPTS} times refused: {path}, the last time with {answered.value.status}")


def await_state(person: Visitor, path: str, state: str) -> None:
    """Watches a run's or a task instance's page until its heading tells the state."""
    person.go(path)
    heading = person.page.get_by_role("heading", name=path.rpartition("/")[2], exact=True)
    expect(heading.locator("..").get_by_text(state, exact=True)).to_be_visible(timeout=RUN_SECONDS * 1000)


def open_tab(person: Visitor, path: str, name: str) -> None:
    """Opens a tab of a run or of a task instance."""
    person.go(path)
    person.page.get_by_role("link", name=name, exact=True).click()


def follow_extra_link(person: Visitor, path: str, name: str) -> None:
    """From a task instance's details to where its extra link leads."""
    open_tab(person, path, "Details")
    person.page.get_by_role("link", name=name, exact=True).click()
    person.page.wait_for_url("**/erp/**")
