"""docs/connections.md names every field of every connection form, as the form does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.hooks.erp import ErpHook

PAGE = (Path(__file__).parents[1] / "docs/connections.md").read_text(encoding="utf-8")
INFO: Any = get_provider_info()
TYPES: dict[str, Any] = {each["connection-type"]: each for each in INFO["connection-types"]}
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
EXAMPLE = re.compile(r"^export AIRFLOW_CONN_(\w+)='(.+)'$", re.MULTILINE)
ALL_FOUR = PAGE.partition("## All four")[2]


def fields_of(conn_type: str) -> list[tuple[str, str]]:
    """Name and label of each row that is about a type."""
    own = PAGE.partition(f": `{conn_type}`\n")[2].partition("\n## ")[0]
    return [(name, label) for name, label, _ in (*ROW.findall(own), *ROW.findall(ALL_FOUR))]


@pytest.mark.parametrize("conn_type", TYPES)
def test_page_has_the_fields_of_the_form_in_its_order(conn_type: str) -> None:
    form = [(name, field["label"]) for name, field in TYPES[conn_type]["conn-fields"].items()]
    assert fields_of(conn_type) == form


def test_examples_are_connections_whose_fields_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = EXAMPLE.findall(PAGE)
    assert [json.loads(text)["conn_type"] for _, text in examples] == list(TYPES)
    for name, text in examples:
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", text)
        hook = ErpHook.for_connection(name.lower())
        connection: Any = hook.connection
        assert connection.extra_dejson.keys() <= TYPES[str(connection.conn_type)]["conn-fields"].keys()
        assert hook.settings.base_url.startswith("https://")
