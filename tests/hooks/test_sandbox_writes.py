"""What the hooks write, as the sandbox understands it: it knows the documents, not the hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from airflow_provider_erp.exceptions import ErpAuthError
from airflow_provider_erp.hooks.lemonsoft import LemonsoftHook
from airflow_provider_erp.hooks.visma_net import VismaNetHook
from airflow_provider_erp.protocol.writing import RecordChanged, WriteRejected
from airflow_provider_erp.sandbox import Sandbox, running_sandbox

NEW = {
    "number": "N/1",
    "name": "NewCustomer",
    "overrideWithClassValues": True,
    "customerClassId": "1",
    "mainAddress": {"addressLine1": "TestRoad 13", "postalCode": "0101", "countryId": "NO"},
}
RIGHTS = ("read", "create", "update")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def connected(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for conn_id, connection in sandbox.connections().items():
        if connection["conn_type"] == "visma_net":
            connection["extra"]["scope"] = " ".join(f"vismanet_erp_service_api:{right}" for right in RIGHTS)
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))


def test_visma_net_customer_lives_from_its_create_to_a_version_that_is_gone() -> None:
    hook = VismaNetHook()
    key = hook.create_customer(NEW)
    created = hook.get_customer("N/1")
    assert (created["number"], str(created["internalId"]), created["name"]) == ("N/1", key, "NewCustomer")
    version = created["timeStamp"]
    hook.update_customer("N/1", {"name": "Changed", "mainAddress": {"postalCode": None}}, if_match=version)
    changed = hook.get_customer("N/1")
    address = changed["mainAddress"]
    assert (changed["name"], address["postalCode"], address["addressLine1"]) == ("Changed", "", "TestRoad 13")
    with pytest.raises(RecordChanged):
        hook.update_customer("N/1", {"name": "Lost"}, if_match=version)
    assert hook.create_dunning_letter("N/1", "2025-01-21T09:39:48.538Z", 1, 2)["actionResult"] == "Done"


def test_visma_net_number_that_is_taken_is_rejected_in_the_systems_words() -> None:
    hook = VismaNetHook()
    hook.create_customer(NEW | {"number": "TAKEN"})
    with pytest.raises(WriteRejected) as caught:
        hook.create_customer(NEW | {"number": "TAKEN"})
    assert "already exists" in str(caught.value.said)


def test_connection_whose_scope_only_reads_is_told_to_a_person(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = sandbox.connections()["visma_net_default"]
    connection["extra"]["scope"] = "vismanet_erp_service_api:read"
    monkeypatch.setenv("AIRFLOW_CONN_VISMA_NET_DEFAULT", json.dumps(connection))
    with pytest.raises(ErpAuthError, match="whether they may write"):
        VismaNetHook().create_customer(NEW)


def test_lemonsoft_customer_keeps_all_that_is_not_changed() -> None:
    hook = LemonsoftHook()
    key = hook.create_customer({"name": "Leimu", "city": "Turku", "contacts": [{"name": "A"}]})["id"]
    hook.add_account(key, {"iban": "FI2112345600000785"})
    before = hook.get_customer(key)
    hook.update_customer(key, {"city": "Rauma"})
    after = hook.get_customer(key)
    assert {name for name in before if before[name] != after[name]} <= {"city", "modified"}
    assert (after["city"], after["accounts"][0]["iban"]) == ("Rauma", "FI2112345600000785")
