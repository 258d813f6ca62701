"""Requests that no document describes: each is refused or ignored as the vendor would, and none breaks the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sandbox_client import Client, open_client
from sandbox_writer import Writer, a_customer


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(customers=30, requests_per_session=100_000) as opened:
        yield opened


NO_POSITIVE_NUMBERS = ["abc", "", "-1", "0", "1.5", "1_0", "٣", "9" * 5000]


@pytest.mark.parametrize("value", NO_POSITIVE_NUMBERS)
@pytest.mark.parametrize("name", ["pageNumber", "pageSize"])
def test_visma_net_refuses_a_page_that_is_no_number_above_0(client: Client, name: str, value: str) -> None:
    assert client.visma_net(**{name: value}).status_code == 400


@pytest.mark.parametrize("value", NO_POSITIVE_NUMBERS)
@pytest.mark.parametrize("name", ["page", "page_size"])
def test_lemonsoft_ignores_a_page_that_is_no_number_above_0(client: Client, name: str, value: str) -> None:
    assert client.lemonsoft(**{name: value}).json() == client.lemonsoft().json()


@pytest.mark.parametrize("value", NO_POSITIVE_NUMBERS)
def test_fynn_refuses_a_page_that_is_no_number_above_0(client: Client, value: str) -> None:
    assert client.fynn(page=value).status_code == 400


@pytest.mark.parametrize("value", ["abc", "", "-1", "101", "1.5", "9" * 5000])
def test_fynn_refuses_a_limit_that_is_not_from_0_to_100(client: Client, value: str) -> None:
    assert client.fynn(limit=value).status_code == 400


@pytest.mark.parametrize("customer_id", ["abc", "-1", "9" * 5000, "83.0", "%FF"])
def test_lemonsoft_has_no_customer_by_an_id_that_is_no_number(client: Client, customer_id: str) -> None:
    answer = client.lemonsoft(f"/api/customers/{customer_id}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"Message"}


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.datetimes().map(str) | st.integers().map(str)


@settings(deadline=None, max_examples=60)
@given(value=TEXTS)
@example("0001-01-01T00:00:00+14:00")
@example("9999-12-31T23:59:59-12:00")
@example("2026-13-01")
@example("2026-11-01 24:00:00")
def test_no_value_of_any_parameter_breaks_the_server(client: Client, value: str) -> None:
    answers = [
        client.px("Customer", companyId=value),
        client.px("Customer", changedSince=value, selection=value, inclNotActive=value),
        client.px("Trans", changedSince=value, inclNotActiveProjects=value),
        client.visma_net(pageNumber=value, pageSize=value),
        client.visma_net(name=value, status=value, attributes=value),
        client.visma_net(lastModifiedDateTime=value, lastModifiedDateTimeCondition=">="),
        client.lemonsoft(page=value, page_size=value, name=value),
        client.lemonsoft(modified_after=value, customer_number=[value, "9971"], has_email=value),
        client.lemonsoft("/api/invoices", invoice_date_before=value, numbers=value, search=value),
        client.fynn(page=value, limit=value),
        client.fynn(search=value, isVatIdValid=value, **{"emailAddresses.email": value}),
    ]
    assert {answer.status_code for answer in answers} <= {200, 400}
    assert all(answer.json() is not None for answer in answers)


BODIES = [b"", b"\xff", b"null", b'{"UserName": "\xff"}', b"[" * 100_000, b'{"vendor": "\\ud800", "kind": "500"}']


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain; charset=invented"])
def test_no_body_breaks_the_server(client: Client, body: bytes, kind: str) -> None:
    headers = {"Content-Type": kind}
    log_in = client.post(f"{client.sandbox.url}/lemonsoft/api/auth/login", data=body, headers=headers)
    token = client.post(f"{client.sandbox.url}/visma-net/connect/token", data=body, headers=headers)
    fault = client.post(f"{client.sandbox.url}/faults", data=body, headers=headers)
    assert (log_in.status_code, log_in.json()["has_errors"]) == (200, True)
    assert (token.status_code, token.json()) == (400, {"error": "invalid_request"})
    assert (fault.status_code, set(fault.json())) == (400, {"message"})


LEMONSOFT_FIELDS = ("name", "number", "vat", "country", "group", "contacts", "attributes", "dimension", "creditlimit")
VISMA_NET_FIELDS = tuple(a_customer(status={}, corporateId={}, attributeLines=[], mainContact={}, nickname=""))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "email", "id", "selected", "countryId", "attributeId"]), inner)
    ),
    max_leaves=8,
)


def bodies(names: tuple[str, ...]) -> st.SearchStrategy[object]:
    """JSON that no client would send, and objects whose fields are known and whose values are not."""
    return JSON | st.dictionaries(st.sampled_from(names), JSON | JSON.map(lambda value: {"value": value}))


@settings(deadline=None, max_examples=100)
@given(visma_net=bodies(VISMA_NET_FIELDS), lemonsoft=bodies(LEMONSOFT_FIELDS))
@example(visma_net={"number": {"value": 10**400}}, lemonsoft={"name": "x", "number": 10**30})
@example(visma_net={"name": {"value": 10**30}}, lemonsoft={"name": "x", "creditlimit": 10**30, "group": 1e300})
@example(visma_net={}, lemonsoft={"name": "x", "contacts": [{"email": 5}], "attributes": [{"id": [], "selected": 1}]})
def test_no_body_of_a_write_breaks_the_server_or_what_it_serves(
    client: Client, visma_net: object, lemonsoft: object
) -> None:
    writer = Writer(client)
    customer_id = client.lemonsoft().json()["results"][0]["id"]
    number = client.visma_net(pageSize=1).json()[0]["internalId"]
    answers = [
        writer.visma_net("POST", "", visma_net),
        writer.visma_net("PUT", f"/{number}", visma_net),
        writer.visma_net("POST", f"/{number}/action/createDunningLetter", visma_net),
        writer.lemonsoft("POST", "", lemonsoft),
        writer.lemonsoft("PUT", f"/{customer_id}", lemonsoft),
        writer.lemonsoft("POST", f"/{customer_id}/accounts", lemonsoft),
        client.visma_net(attributes="x", corporateId="1", email="x", phone="1"),
        client.lemonsoft(contact_email="x", attribute_ids=1, group=1, customer_number=1, search="1", vat="1"),
    ]
    assert {answer.status_code for answer in answers} <= {200, 201, 204, 400}
    assert client.sandbox.truth()["reconciliations"]
    client.all_visma_net()
    client.all_lemonsoft()


@pytest.mark.parametrize("path", ["/nowhere", "/fynn", "/fynn/nowhere", "/px/pxapi/Invoice", "/lemonsoft/api"])
def test_path_that_nobody_serves_is_not_found(client: Client, path: str) -> None:
    assert client.control("GET", path).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "/fynn/customers"), ("GET", "/visma-net/connect/token")])
def test_method_that_nobody_serves_is_not_allowed(client: Client, method: str, path: str) -> None:
    assert client.control(method, path).status_code == 405
