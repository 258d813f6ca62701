"""Visma PX in XML: the documents' elements in their order, and the same values as in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

import pytest
import requests
from document_fields import document
from sandbox_client import Client, open_client

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ENTITIES = "http://schemas.datacontract.org/2004/07/Visma.PXWebApi.Domain.Entities"
REGISTRATION, MISC = f"{{{ENTITIES}.Registration}}", f"{{{ENTITIES}.Misc}}"
LISTS = {"Customer": ("Customers", "CustomerHead"), "Trans": ("Transactions", "TransHead")}
SAMPLES = {"Customer": "visma_px/customer.json", "Trans": "visma_px/project_transaction.json"}
every_resource = pytest.mark.parametrize("resource", LISTS)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(seed=7, customers=250) as opened:
        yield opened


def answered(client: Client, resource: str, accept: str = "application/xml", **params: str) -> requests.Response:
    connection = client.sandbox.connections()["visma_px_default"]
    return client.get(
        f"{connection['host']}/pxapi/{resource}",
        params={"companyId": "PX-SANDBOX", "inclNotActive": "true", "inclNotActiveProjects": "true"} | params,
        auth=(connection["login"], connection["password"]),
        headers={"Accept": accept},
    )


def rows_of(client: Client, resource: str, **params: str) -> list[Element]:
    head = fromstring(answered(client, resource, **params).content)
    return list(child(head, f"{REGISTRATION}{LISTS[resource][0]}"))


def child(element: Element, tag: str) -> Element:
    [found] = element.findall(tag)
    return found


def bare(element: Element) -> str:
    return element.tag.rpartition("}")[2]


@every_resource
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("text/xml; q=0.9, application/json", "text/xml"),
        ("text/html, application/xml", "application/xml"),
        ("application/json, text/json", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_first_documented_type_that_is_accepted_is_answered(
    client: Client, resource: str, accept: str, expected: str
) -> None:
    assert answered(client, resource, accept).headers["Content-Type"] == f"{expected}; charset=utf-8"


@every_resource
def test_elements_stand_in_alphabetical_order_under_the_documents_names(client: Client, resource: str) -> None:
    head = fromstring(answered(client, resource).content)
    name, root = LISTS[resource]
    sample = document(SAMPLES[resource])
    assert head.tag == f"{REGISTRATION}{root}"
    assert [each.tag for each in head] == [f"{REGISTRATION}{part}" for part in sorted(sample)]
    first = rows_of(client, resource)[0]
    assert first.tag == f"{REGISTRATION}{resource}"
    assert [each.tag for each in first] == [f"{REGISTRATION}{field}" for field in sorted(sample[name][0])]


def test_message_stands_in_a_namespace_of_its_own(client: Client) -> None:
    head = fromstring(answered(client, "Customer").content)
    message = child(head, f"{REGISTRATION}Message")
    sample = document(SAMPLES["Customer"])["Message"]
    assert [each.tag for each in message] == [f"{MISC}{field}" for field in sorted(sample)]
    invoice = child(message, f"{MISC}AutoInvoiceData")
    assert [each.tag for each in invoice] == [f"{MISC}{field}" for field in sorted(sample["AutoInvoiceData"])]
    assert b'<Message xmlns:d2p1="' in answered(client, "Customer").content
    assert b"<d2p1:Attachments></d2p1:Attachments>" in answered(client, "Customer").content


@every_resource
def test_values_are_those_of_the_json(client: Client, resource: str) -> None:
    rows = answered(client, resource, "application/json").json(parse_float=Decimal)[LISTS[resource][0]]
    written = rows_of(client, resource)
    assert len(written) == len(rows) > 200
    for element, row in zip(written, rows, strict=True):
        assert {bare(each): said(each, row[bare(each)]) for each in element} == row


def said(element: Element, like: Any) -> Any:
    """The element's value, read as the kind of value that JSON has there."""
    if element.get(NIL) == "true":
        return None
    text = element.text or ""
    if isinstance(like, bool):
        return {"true": True, "false": False}[text]
    return type(like)(text)


def test_numbers_without_a_fraction_have_no_decimals_and_nulls_are_nil(client: Client) -> None:
    text = answered(client, "Trans").text
    hours = re.findall("<Hoursreported>(.*?)</Hoursreported>", text)
    assert any("." not in each for each in hours)
    assert not any(each.endswith(("0", ".")) and "." in each for each in hours)
    assert '<Profitlossid i:nil="true"/>' in text


def test_line_ends_and_markup_survive_a_parser(client: Client) -> None:
    assert "&#xD;\n" in answered(client, "Customer").text
    addresses = {row.findtext(f"{REGISTRATION}Address") for row in rows_of(client, "Customer")}
    assert addresses == {row["Address"] for row in client.all_px()}


def test_changes_are_answered_in_xml_too(client: Client) -> None:
    cursor = client.px("Customer").json()["Servertime"]
    assert rows_of(client, "Customer", changedSince=cursor) == []


def test_dump_comes_in_chunks(client: Client) -> None:
    for accept in ("application/xml", "application/json"):
        answer = answered(client, "Trans", accept)
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert "Content-Length" not in answer.headers


@pytest.mark.parametrize("kind", ["truncated", "gzip", "bom"])
def test_xml_meets_the_faults_that_spoil_bytes(client: Client, kind: str) -> None:
    client.sandbox.arm("visma_px", kind)
    if kind == "truncated":
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            answered(client, "Customer")
    else:
        assert fromstring(answered(client, "Customer").content).tag == f"{REGISTRATION}CustomerHead"


def test_lone_surrogate_is_no_xml(client: Client) -> None:
    client.sandbox.arm("visma_px", "lone_surrogate")
    answer = answered(client, "Customer")
    assert b"&#xD800;" in answer.content
    with pytest.raises(ParseError):
        fromstring(answer.content)


@pytest.mark.parametrize(
    ("kind", "field", "expected"),
    [
        ("nan", "Globaltype", "<Globaltype>NaN</Globaltype>"),
        ("bad_record", "Name", "<Name><unexpected>object</unexpected></Name>"),
        ("new_field", "addedLater", "<addedLater>1</addedLater>"),
    ],
)
def test_xml_meets_the_faults_that_disturb_rows(client: Client, kind: str, field: str, expected: str) -> None:
    client.sandbox.arm("visma_px", kind)
    answer = answered(client, "Customer")
    assert expected in answer.text
    assert field in {bare(each) for each in fromstring(answer.content)[0][0]}
