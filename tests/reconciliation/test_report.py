"""The files that people and programs open do no harm and say the same each time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.reconciliation.breaks import Break, Reconciliation, break_identity
from airflow_provider_erp.reconciliation.report import as_csv, as_html, as_json, defused, write_report

HOSTILE = '<script>alert(1)</script>"\'&=HYPERLINK("x")'


def a_break(kind: str, number: int = 1, **settings: str | None) -> Break:
    field = settings.get("field")
    identity = break_identity("customers", kind, f"s{number}", None, field)
    return Break(break_id=identity, kind=kind, customer=str(number), source_id=f"s{number}", **settings)  # type: ignore[arg-type]


def a_result(*breaks: Break, as_of: dt.datetime | None = None) -> Reconciliation:
    return Reconciliation(
        spec="customers",
        title="Customers",
        source_title="Visma PX",
        target_title="Visma.net ERP",
        source_batch="px/1",
        target_batch="net/1",
        source_customers=3,
        target_customers=3,
        matched_by_key={"number": 3, "org_number": 0},
        breaks=breaks,
        as_of=as_of,
    )


def differs(source_value: str, target_value: str, field: str = "name") -> Break:
    return a_break(
        "field_differs", field=field, matched_by="number", source_value=source_value, target_value=target_value
    )


class Page(HTMLParser):
    """Tags, attributes and rows of a page, as a browser would see them."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.feed(text.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "style"} or name.startswith("on")]


def test_page_stands_alone_without_scripts_or_outside_assets() -> None:
    text = as_html(a_result(differs("a", "b")))
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert page.links == []
    assert not re.search(rb"https?:|url\(|@import", text)


def test_page_says_the_verdict_first_and_then_what_differs() -> None:
    moment = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
    text = as_html(a_result(differs("Acme", "", field="org_number"), as_of=moment)).decode()
    verdict = "Visma PX and Visma.net ERP agree on 2 of 3 customers; 1 differs in 1 field."
    assert text.index(verdict) < text.index("Field differs") < text.index("<bdi>Acme</bdi>")
    assert "As of 2026-11-20 06:00 UTC." in text
    assert "organisation number" in text
    assert "(empty)" in text


def test_hostile_values_are_text_in_the_page() -> None:
    result = a_result(differs(HOSTILE, "b"))
    text = as_html(result)
    assert b"<script" not in text
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_page_without_breaks_is_calm() -> None:
    text = as_html(a_result()).decode()
    assert "agree on all 3 customers." in text
    assert "Nothing to put right." in text
    assert '<th scope="col">What</th>' not in text
    assert "As of" not in text


def test_page_shows_the_first_thousand_and_says_where_the_rest_is() -> None:
    breaks = tuple(a_break("missing_in_target", number) for number in range(10_000))
    text = as_html(a_result(*breaks)).decode()
    assert "The first 1,000 of 10,000 are shown; breaks.csv and breaks.json beside this page have all." in text
    assert text.count('data-name="Customer"') == 1_000
    assert as_csv(a_result(*breaks)).count(b"\r\n") == 10_001


def test_page_shows_where_a_customer_is_missing_and_which_records_are_one() -> None:
    duplicates = Break(
        break_id="x",
        kind="duplicate_in_target",
        customer="7",
        target_id="t1",
        members=("t1", "t2"),
        name="Salo Oy",
    )
    missing = Break(break_id="y", kind="missing_in_source", customer="8", target_id="t8")
    text = as_html(a_result(missing, duplicates)).decode()
    assert re.search(r'data-name="Visma PX"><span class="missing">missing', text)
    assert '<bdi class="number">7</bdi> <bdi class="name">Salo Oy</bdi>' in text
    assert '<span class="soft">records <bdi>t1, t2</bdi>' in text


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+358", "-1", "@x", "\t=1", "\rx", "\nx", " =1", "\u00a0=1", "\x00=1", "\u200b+1", "\uff1d1", "  \uff20x"],
)
def test_formula_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


@given(st.text())
def test_no_cell_begins_like_a_formula_and_no_other_is_touched(cell: str) -> None:
    safe = defused(cell)
    assert safe in {cell, f"'{cell}"}
    assert not safe.strip().startswith(("=", "+", "-", "@"))


def test_csv_opens_in_excel_and_survives_commas_quotes_and_line_breaks() -> None:
    text = as_csv(a_result(differs('a,"b"\r\nc', "åäö")))
    assert text.startswith(b"\xef\xbb\xbfkind,customer,name,field,")
    (row,) = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert (row["kind"], row["source_value"], row["target_value"]) == ("field_differs", 'a,"b"\r\nc', "åäö")


def test_json_holds_values_exactly() -> None:
    summary = msgspec.json.decode(as_json(a_result(differs(HOSTILE, "=1"))))
    assert summary["breaks"][0]["source_value"] == HOSTILE
    assert summary["breaks"][0]["target_value"] == "=1"
    assert summary["counts"]["missing_in_source"] == 0
    assert summary["kinds"]["missing_in_source"] == "missing in Visma PX"
    assert summary["kinds"].keys() == summary["counts"].keys()
    assert summary["matched_by_key"] == {"number": 3, "org_number": 0}
    assert summary["verdict"].startswith("Visma PX and Visma.net ERP agree")


def test_second_report_replaces_the_first_with_the_same_bytes(tmp_path: Path) -> None:
    result = a_result(differs("a", "b"))
    first = write_report(result, tmp_path / "report")
    before = {path.name: path.read_bytes() for path in first.parent.iterdir()}
    write_report(result, tmp_path / "report")
    assert {path.name: path.read_bytes() for path in first.parent.iterdir()} == before
    assert set(before) == {"report.html", "breaks.json", "breaks.csv"}
