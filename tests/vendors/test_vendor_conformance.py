"""Every vendor says what a vendor must say; a new one is checked by adding its folder and its fixtures."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.protocol.listing import Body
from airflow_provider_erp.records import Customer, Invoice, ProjectTransaction, Record
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.vendors import VENDORS
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Resource

HERE = Path(__file__).parent
EXTRA = {"company_id": "C1", "tenant_id": "T1", "database": "D1", "api_key": "k", "auth_scheme": "none"}

# What of the documents is a fixture: vendor, resource, file, the name of the list in it (none: one row).
FIXTURES = [
    ("visma_px", "customer", "customers.json", "Customers"),
    ("visma_px", "project_transaction", "transactions.json", "Transactions"),
    ("fynn", "customer", "customers.json", "data"),
    ("lemonsoft", "customer", "customer.json", None),
]
ROW_SHAPES = {"customer": "CustomerRow", "project_transaction": "TransactionRow", "invoice": "InvoiceRow"}
RESOURCES = [(vendor.conn_type, name) for vendor in VENDORS.values() for name in vendor.resources]


def settings(conn_type: str, **extra: Any) -> Settings:
    return Settings(conn_type=conn_type, conn_id="c", base_url="https://x", extra=EXTRA | extra)


def resource(conn_type: str, name: str) -> Resource:
    return VENDORS[conn_type].resources[name]


def read(conn_type: str, name: str, row: Any, **extra: Any) -> Any:
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    return resource(conn_type, name).reader(settings(conn_type, **extra))(msgspec.Raw(raw))


def fixture_rows(conn_type: str, file: str, within: str | None) -> list[dict[str, Any]]:
    content = json.loads((HERE / conn_type / file).read_text())
    return content[within] if within else [content]


def row_shape(conn_type: str, name: str) -> type[msgspec.Struct]:
    module = import_module(f"airflow_provider_erp.vendors.{conn_type}.records")
    shape: type[msgspec.Struct] = getattr(module, ROW_SHAPES[name])
    return shape


def known_fields(conn_type: str, name: str) -> tuple[set[str], set[str]]:
    module = import_module(f"airflow_provider_erp.vendors.{conn_type}.records")
    return set(row_shape(conn_type, name).__struct_fields__), set(module.IGNORED[name])


def test_every_fixture_has_a_note_of_its_source() -> None:
    for fixture in HERE.glob("*/*.json"):
        assert fixture.with_suffix(".source.txt").read_text().strip()


@pytest.mark.parametrize(("conn_type", "name", "file", "within"), FIXTURES)
def test_documented_answer_parses_into_canonical_records(
    conn_type: str, name: str, file: str, within: str | None
) -> None:
    for row in fixture_rows(conn_type, file, within):
        record = read(conn_type, name, row)
        assert isinstance(record, resource(conn_type, name).record)


@pytest.mark.parametrize(("conn_type", "name", "file", "within"), FIXTURES)
def test_every_field_of_a_document_is_mapped_or_listed_as_ignored(
    conn_type: str, name: str, file: str, within: str | None
) -> None:
    mapped, ignored = known_fields(conn_type, name)
    assert set(fixture_rows(conn_type, file, within)[0]) == mapped | ignored
    assert mapped & ignored == set()


@pytest.fixture(scope="module")
def served() -> Iterator[dict[tuple[str, str], list[dict[str, Any]]]]:
    """The rows of every list of the sandbox, fetched through the hooks."""
    from airflow_provider_erp.hooks.erp import ErpHook

    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with pytest.MonkeyPatch.context() as patch, running_sandbox(seed=3, customers=30) as sandbox:
        for conn_id, connection in sandbox.connections().items():
            patch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
            hook = ErpHook.for_connection(conn_id)
            for name in hook.vendor.resources:
                rows[hook.vendor.conn_type, name] = [row for page in hook.fetch(name) for row in page.records]
        yield rows


@pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
def test_every_field_that_the_sandbox_serves_is_mapped_or_listed_as_ignored(
    served: Any, conn_type: str, name: str
) -> None:
    mapped, ignored = known_fields(conn_type, name)
    assert served[conn_type, name]
    assert {field for row in served[conn_type, name] for field in row} - mapped - ignored == set()


@pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
def test_record_is_readable_when_everything_but_its_key_is_null_or_absent(conn_type: str, name: str) -> None:
    shape = row_shape(conn_type, name)
    keys = {"Customerid": "1", "Transno": 1, "Transtype": 2, "internalId": 3, "id": "4"}
    nulls = {field: keys.get(field) for field in shape.__struct_fields__}
    key_only = {field: value for field, value in keys.items() if field in nulls}
    assert read(conn_type, name, nulls).source_id
    assert read(conn_type, name, key_only).source_id == read(conn_type, name, nulls).source_id


@pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
def test_absent_field_is_not_supplied_and_a_null_one_is_empty(conn_type: str, name: str) -> None:
    keys = {"Customerid": "1", "Transno": 1, "Transtype": 2, "internalId": 3, "id": "4"}
    shape = row_shape(conn_type, name)
    key_only = {field: value for field, value in keys.items() if field in shape.__struct_fields__}
    absent = dataclasses.asdict(read(conn_type, name, key_only))
    nulls = dataclasses.asdict(read(conn_type, name, dict.fromkeys(shape.__struct_fields__) | key_only))
    given = {field for field, value in absent.items() if value is not None}
    assert given <= {"source_id", "number", "transaction_id", "type_code"}
    texts = {f.name for f in dataclasses.fields(resource(conn_type, name).record) if f.type == "str | None"}
    never_supplied = {
        "visma_px": {"vat_number", "invoice_email", "postal_code", "city", "payment_terms", "version"},
        "visma_net": {"language"},
        "lemonsoft": {"invoice_email", "version"},
        "fynn": {"payment_terms", "version"},
    }[conn_type]
    for field in texts - given - never_supplied - {"status"}:
        assert nulls[field] == "", field
    for field in never_supplied & texts:
        assert nulls[field] is None, field


@pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
@pytest.mark.parametrize("row", [{}, b'{"id": ', b'{"id": "\xff"}', b"[]", b"7", {"id": None}, {"id": ""}, {"id": " "}])
def test_row_without_a_key_or_of_another_shape_is_unreadable_with_a_reason(conn_type: str, name: str, row: Any) -> None:
    with pytest.raises(UnreadableRecord) as caught:
        read(conn_type, name, row)
    assert str(caught.value)


@pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
def test_field_of_another_type_makes_its_record_unreadable_and_is_named(conn_type: str, name: str) -> None:
    shape = row_shape(conn_type, name)
    for field in shape.__struct_fields__:
        with pytest.raises(UnreadableRecord, match=rf"\$\.{field}"):
            read(conn_type, name, {field: [["Erika"]]})


@pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
def test_list_offers_a_key_per_row_and_rows_without_one_stand_for_themselves(conn_type: str, name: str) -> None:
    decode = resource(conn_type, name).decode(settings(conn_type))
    rows: list[dict[str, Any]] = [{"x": 1}, {"x": 2}]
    answers: dict[str, Any] = {
        "visma_px": {"Customers": rows, "Transactions": rows},
        "visma_net": rows,
        "lemonsoft": {"results": rows, "has_next_page": False},
        "fynn": {"data": rows, "meta": {"pagination": {"totalItems": 2}}},
    }
    body: Body = decode(json.dumps(answers[conn_type]).encode())
    assert len(set(body.keys)) == len(body.raw) == 2


@pytest.mark.parametrize("conn_type", VENDORS)
def test_vendor_describes_itself(conn_type: str) -> None:
    vendor = VENDORS[conn_type]
    assert vendor.conn_type == conn_type
    assert vendor.title
    assert vendor.company(settings(conn_type))
    assert vendor.test[0] in vendor.resources
    for name, described in vendor.resources.items():
        assert described.name == name
        assert described.record in (Customer, ProjectTransaction, Invoice)
        assert described.since is None or described.since in described.parameters
        described.arguments(None, dict(vendor.test[1]) if name == vendor.test[0] else None)


def test_resources_have_the_same_record_everywhere() -> None:
    records: dict[str, set[type[Record]]] = {}
    for vendor in VENDORS.values():
        for name, described in vendor.resources.items():
            records.setdefault(name, set()).add(described.record)
    assert all(len(kinds) == 1 for kinds in records.values())
