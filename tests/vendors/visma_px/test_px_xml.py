"""Visma PX in XML gives the records of its JSON twin, in flat memory, and no entity is ever expanded."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpProtocolError, UnreadableRecord
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.visma_px.api import CUSTOMER, PROJECT_TRANSACTION
from airflow_provider_erp.vendors.visma_px.xml import XmlSplitter, fields_of

HERE = Path(__file__).parent
XML = Settings(
    conn_type="visma_px", conn_id="px", base_url="https://px", extra={"response_format": "xml", "company_id": "C"}
)
LISTS = {"customer": ("Customers", CUSTOMER), "project_transaction": ("Transactions", PROJECT_TRANSACTION)}
NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


def split(document: bytes, size: int = 10_000, key: str = "Transactions", most: int = 10**8) -> tuple[list[Any], bytes]:
    cutter = XmlSplitter("visma_px project_transaction", key, most_bytes=most)
    rows = [row for at in range(0, len(document), size) for row in cutter.feed(document[at : at + size])]
    return rows, cutter.close()


def transactions(*rows: str, head: str = "") -> bytes:
    return f"<TransHead {NIL}>{head}<Transactions>{''.join(rows)}</Transactions></TransHead>".encode()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_documents_samples_give_equal_records_in_both_formats(name: str, size: int) -> None:
    key, resource = LISTS[name]
    document = (HERE / f"{name}.xml").read_bytes()
    rows, around = split(document, size, key)
    in_json = json.loads((HERE / f"{name}.json").read_bytes())
    read = resource.reader(XML)
    assert [read(row) for row in rows] == [read(msgspec.Raw(json.dumps(row).encode())) for row in in_json[key]]
    rest = resource.decode(XML, around)
    assert (rest.raw, rest.cursor) == ([], in_json["Servertime"])
    assert len(rows) == len(resource.scan(rows).keys) > 0


def test_row_is_the_servers_own_element_byte_for_byte() -> None:
    element = '<Trans a="1"><Transno>1</Transno>\r\n <Textreported>a &lt; b &amp; ä</Textreported></Trans>'
    [row], _ = split(transactions(element), 5)
    assert json.loads(bytes(row)) == {"xml": element}


VALUES = {"Transno": "7", "Transtype": "2", "Hoursreported": "16", "Cost": "0.10", "Invoiced": None, "Textreported": ""}


def element_of(values: dict[str, str | None]) -> str:
    fields = [
        f'<{name} i:nil="true"/>' if value is None else f"<{name}>{value}</{name}>" for name, value in values.items()
    ]
    return f"<Trans>{''.join(fields)}</Trans>"


def test_null_empty_and_absent_are_told_apart_and_numbers_are_exact() -> None:
    [row], _ = split(transactions(element_of(VALUES)))
    in_xml = PROJECT_TRANSACTION.reader(XML)(row)
    twin = b'{"Transno": 7, "Transtype": 2, "Hoursreported": 16.0, "Cost": 0.10, "Invoiced": null, "Textreported": ""}'
    assert in_xml == PROJECT_TRANSACTION.reader(XML)(msgspec.Raw(twin))
    assert fields_of(row)["Invoiced"] is None


@given(
    st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co"])), max_size=5),
    st.integers(1, 60),
)
def test_any_texts_come_back_at_any_chunk_size(texts: list[str], size: int) -> None:
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for text in texts]
    rows, _ = split(transactions(*[element_of({"Transno": "1", "Textreported": text}) for text in escaped]), size)
    assert [fields_of(row)["Textreported"] for row in rows] == texts


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><TransHead><Transactions/></TransHead>', "document type declaration"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><TransHead/>', "document type declaration"),
        (b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "&b;&b;"><!ENTITY b "&a;">]><a>&a;</a>', "declaration"),
        (b"<TransHead><Transactions><Trans>&a;</Trans></Transactions></TransHead>", "undefined entity"),
        (transactions(element_of(VALUES))[:-5], "unclosed token"),
        (transactions(element_of(VALUES))[:80], "XML"),
        (b"<html><body>maintenance<br></body></html>", "mismatched tag"),
        (b"", "no element found"),
        (b'{"Transactions": []}', "not well-formed"),
        ('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"), "expected UTF-8"),
        (b"<TransHead><Transactions><Trans>\xff</Trans></Transactions></TransHead>", "not well-formed"),
    ],
)
@pytest.mark.parametrize("size", [1, 9, 10_000])
def test_what_is_no_safe_whole_document_is_refused(document: bytes, told: str, size: int) -> None:
    with pytest.raises(msgspec.DecodeError, match=told):
        split(document, size)


def test_declared_latin_1_is_read() -> None:
    document = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + transactions(
        element_of({"Transno": "1", "Textreported": "ä"})
    )
    [row], _ = split(document.decode().encode("latin-1"), 3)
    assert fields_of(row)["Textreported"] == "ä"


@pytest.mark.parametrize(
    ("document", "around"),
    [
        (f'<TransHead {NIL}><Transactions i:nil="true"/></TransHead>', {"Transactions": None}),
        ("<TransHead><Transactions/></TransHead>", {"Transactions": []}),
        ("<TransHead><Other/></TransHead>", {}),
    ],
)
def test_list_that_is_null_empty_or_absent_is_told_apart(document: str, around: dict[str, Any]) -> None:
    assert json.loads(split(document.encode())[1]) == {"Servertime": None, "Message": {}} | around


def test_message_is_read_with_its_number_as_a_number() -> None:
    head = (
        "<Message><p:Messagetype>3</p:Messagetype><p:Messagetext>12</p:Messagetext></Message><Servertime>t</Servertime>"
    )
    _, around = split(transactions(head=head.replace("p:", "")))
    assert json.loads(around) == {
        "Servertime": "t",
        "Message": {"Messagetype": 3, "Messagetext": "12"},
        "Transactions": [],
    }


def test_row_of_another_type_is_unreadable_and_the_field_is_named() -> None:
    [row], _ = split(transactions(element_of(VALUES | {"Hoursreported": "many"})))
    with pytest.raises(UnreadableRecord, match="Hoursreported"):
        PROJECT_TRANSACTION.reader(XML)(row)


def test_row_that_is_no_element_is_unreadable_and_stands_for_itself() -> None:
    broken = msgspec.Raw(b'{"xml": "<Trans><Transno>1</Trans>"}')
    with pytest.raises(UnreadableRecord, match="no XML element that can be read"):
        PROJECT_TRANSACTION.reader(XML)(broken)
    assert PROJECT_TRANSACTION.scan([broken]).keys == [bytes(broken)]


def test_row_longer_than_allowed_is_refused() -> None:
    with pytest.raises(ErpProtocolError, match="max_body_bytes"):
        split(transactions(element_of({"Textreported": "x" * 5000})), 100, most=2000)


def test_memory_does_not_grow_with_the_document() -> None:
    row = element_of({"Transno": "1", "Textreported": "x" * 900}).encode()
    cutter = XmlSplitter("px", "Transactions", most_bytes=10**8)
    cutter.feed(b"<TransHead><Transactions>")
    count = 0
    tracemalloc.start()
    try:
        for _ in range(40):
            count += len(cutter.feed(row * 1000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 40_000
    assert peak < 10 * len(row) * 1000
