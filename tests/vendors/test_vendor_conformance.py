"""Every vendor says what a vendor must say; a new one is checked by its line in ``vendors`` and its fixtures here.

Fixtures are the vendors' own samples, in the folder of the vendor: ``<resource>.json`` a whole answer,
``<resource>.row.json`` one row, and beside them ``<resource>.source.txt``, which says where it is from, or why there
is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.records import Customer, Invoice, ProjectTransaction, Record
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.vendors import VENDORS
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Resource

HERE = Path(__file__).parent
SETTINGS = Settings(
    conn_type="any",
    conn_id="any",
    base_url="https://erp.example.com",
    login="login",
    password="password",
    extra={"company_id": "C1", "tenant_id": "T1", "database": "D1", "api_key": "k", "auth_scheme": "none"},
)

RESOURCES = [(vendor.conn_type, name) for vendor in VENDORS.values() for name in vendor.resources]
every_resource = pytest.mark.parametrize(("conn_type", "name"), RESOURCES)
every_fixture = pytest.mark.parametrize(
    ("conn_type", "name"), [pair for pair in RESOURCES if list((HERE / pair[0]).glob(f"{pair[1]}*.json"))]
)


def resource(conn_type: str, name: str) -> Resource:
    return VENDORS[conn_type].resources[name]


def read(described: Resource, row: Any) -> Record:
    raw = row if isinstance(row, bytes | msgspec.Raw) else json.dumps(row).encode()
    return described.reader(SETTINGS)(msgspec.Raw(raw))


def fixture_rows(conn_type: str, name: str) -> list[msgspec.Raw]:
    """The rows of a sample, as the vendor's own decoder finds them."""
    whole = HERE / conn_type / f"{name}.json"
    if whole.exists():
        return resource(conn_type, name).decode(SETTINGS, whole.read_bytes()).raw
    return [msgspec.Raw((HERE / conn_type / f"{name}.row.json").read_bytes())]


def key_only(described: Resource) -> dict[str, Any]:
    return dict.fromkeys(described.key, 1) if read_accepts(described, 1) else dict.fromkeys(described.key, "1")


def read_accepts(described: Resource, key: Any) -> bool:
    try:
        read(described, dict.fromkeys(described.key, key))
    except UnreadableRecord:
        return False
    return True


@pytest.mark.parametrize("conn_type", VENDORS)
def test_vendor_describes_itself(conn_type: str) -> None:
    vendor = VENDORS[conn_type]
    assert vendor.conn_type == conn_type
    assert vendor.title
    assert vendor.company(SETTINGS)
    asked_of, asked = vendor.test
    vendor.resource(asked_of).arguments(None, asked)


@every_resource
def test_resource_describes_itself(conn_type: str, name: str) -> None:
    described = resource(conn_type, name)
    assert described.name == name
    assert described.record in (Customer, ProjectTransaction, Invoice)
    assert described.since is None or described.since in described.parameters
    assert set(described.key) <= set(described.row.__struct_fields__)
    assert set(described.row.__struct_fields__) & described.ignored == set()
    listing = VENDORS[conn_type].listing(described, SETTINGS, {})
    assert listing.url.startswith(SETTINGS.base_url)


@every_resource
def test_sample_has_a_note_of_its_source_or_why_there_is_none(conn_type: str, name: str) -> None:
    note = HERE / conn_type / f"{name}.source.txt"
    assert note.exists(), (
        f"put a sample answer into tests/vendors/{conn_type}/{name}.json and its source into {note.name}"
    )
    assert len(note.read_text().strip()) > 20


@every_fixture
def test_sample_parses_into_canonical_records(conn_type: str, name: str) -> None:
    described = resource(conn_type, name)
    rows = fixture_rows(conn_type, name)
    assert rows
    assert all(isinstance(read(described, row), described.record) for row in rows)


@every_fixture
def test_every_field_of_a_sample_is_mapped_or_listed_as_ignored(conn_type: str, name: str) -> None:
    described = resource(conn_type, name)
    for row in fixture_rows(conn_type, name):
        assert set(json.loads(bytes(row))) == set(described.row.__struct_fields__) | described.ignored


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


@every_resource
def test_every_field_that_the_sandbox_serves_is_mapped_or_listed_as_ignored(
    served: dict[tuple[str, str], list[dict[str, Any]]], conn_type: str, name: str
) -> None:
    described = resource(conn_type, name)
    assert served[conn_type, name], "let the sandbox serve this resource"
    came = {field for row in served[conn_type, name] for field in row}
    assert came - set(described.row.__struct_fields__) - described.ignored == set()


@every_resource
def test_record_is_readable_when_everything_but_its_key_is_null_or_absent(conn_type: str, name: str) -> None:
    described = resource(conn_type, name)
    nulls = dict.fromkeys(described.row.__struct_fields__) | key_only(described)
    assert read(described, nulls).source_id == read(described, key_only(described)).source_id != ""


@every_resource
@pytest.mark.parametrize("row", [{}, b'{"id": ', b'{"id": "\xff"}', b"[]", b"7", b'"text"', b"null"])
def test_row_of_another_shape_is_unreadable_with_a_reason(conn_type: str, name: str, row: Any) -> None:
    with pytest.raises(UnreadableRecord) as caught:
        read(resource(conn_type, name), row)
    assert str(caught.value)


@every_resource
@pytest.mark.parametrize("value", [None, "", " "])
def test_row_without_a_part_of_its_key_is_unreadable_and_the_part_is_named(
    conn_type: str, name: str, value: Any
) -> None:
    described = resource(conn_type, name)
    for part in described.key:
        with pytest.raises(UnreadableRecord, match=part):
            read(described, key_only(described) | {part: value})


@every_resource
def test_field_of_another_type_makes_its_record_unreadable_and_is_named(conn_type: str, name: str) -> None:
    described = resource(conn_type, name)
    for field in described.row.__struct_fields__:
        with pytest.raises(UnreadableRecord, match=field):
            read(described, key_only(described) | {field: [["Erika"]]})


@every_resource
@pytest.mark.parametrize("value", [b"[" * 5000 + b"]" * 5000, b"1e99999999999999999999"])
def test_value_beyond_what_can_be_read_makes_at_most_its_own_record_unreadable(
    conn_type: str, name: str, value: bytes
) -> None:
    described = resource(conn_type, name)
    row = json.dumps(key_only(described)).encode()[:-1] + b', "beyond": ' + value + b"}"
    with suppress(UnreadableRecord):
        assert read(described, row).source_id


def test_resources_have_the_same_record_everywhere() -> None:
    records: dict[str, set[type[Record]]] = {}
    for vendor in VENDORS.values():
        for name, described in vendor.resources.items():
            records.setdefault(name, set()).add(described.record)
    assert all(len(kinds) == 1 for kinds in records.values())
