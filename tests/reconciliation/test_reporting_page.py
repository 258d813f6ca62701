"""The page that a controller reads in the morning."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from histories import AS_OF, KINDS, TODAY, a_result, a_side, a_suggestion, generated_history, history_of
from page_as_seen import Page

from airflow_provider_erp.reconciliation.history import Day
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.report.page import MOST_BYTES
from airflow_provider_erp.reconciliation.result import Agreement

HOSTILE = '<script>alert(1)</script>"\'&=HYPERLINK("x")'


def page(folder: Path, *rows: dict[str, Any], resolved: Any = (), **changes: Any) -> str:
    history = history_of(folder / "in", *rows, resolved=resolved)
    return write_report(a_result(history, **changes), history, folder / "out").read_text(encoding="utf-8")


def generated(folder: Path, breaks: int, **changes: Any) -> str:
    history = generated_history(folder / "in", breaks)
    return write_report(a_result(history, **changes), history, folder / "out").read_text(encoding="utf-8")


def test_page_stands_alone_and_only_links_to_the_files_beside_it(tmp_path: Path) -> None:
    text = generated(tmp_path, 50)
    seen = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(seen.tags)
    assert seen.links == ["breaks.xlsx", "breaks.csv", "breaks.parquet", "breaks.json"]
    assert not re.search(r"https?:|url\(|@import", text)
    assert "default-src 'none'; style-src 'unsafe-inline'" in text


def test_page_says_the_verdict_first_then_totals_kinds_ages_and_days(tmp_path: Path) -> None:
    text = Page(generated(tmp_path, 50)).text
    places = [
        text.index(words)
        for words in (
            "Visma PX and Visma.net ERP agree on",
            "As of 2026-11-20 06:00 EET. 50 breaks are open, 9 new",
            "Completeness",
            "Breaks by kind",
            "Age of open breaks",
            "The last 30 days",
            "Most money at risk",
            "Longest open",
            "Accepted, about to expire",
            "Agreement by field",
            "Where this comes from",
        )
    ]
    assert places == sorted(places)


def test_parts_of_each_side_add_up_before_the_readers_eyes(tmp_path: Path) -> None:
    side = a_side("Visma PX", 480, 12, 3, records=500, ambiguous=5, rejected=2, complete=False)
    text = Page(page(tmp_path, source=side, target=a_side("Fynn", 1, 0, 0, amounts={}, read_at=None))).text
    assert "480 matched + 12 only here + 3 duplicates + 5 ambiguous = 500 records" in text
    assert "1,234,567.80 EUR · 98,765.43 SEK" in text
    assert "may lack records" in text
    assert "2 rows were unreadable and left out." in text
    assert "= 1 record" in text


@pytest.mark.parametrize(
    ("before", "earlier", "said"),
    [
        (None, None, "first observation"),
        ({}, None, "change since the observation before"),
        ({}, TODAY - dt.timedelta(days=1), "change since yesterday"),
        ({}, TODAY - dt.timedelta(days=3), "change since 2026-11-17"),
    ],
)
def test_page_says_what_changes_are_counted_from(
    tmp_path: Path, before: dict[str, int] | None, earlier: dt.date | None, said: str
) -> None:
    history = history_of(tmp_path / "in")
    days = (Day(date=earlier, open=1, new=1, resolved=0), *history.days) if earlier else history.days
    history = replace(history, before=before, days=days)
    assert said in Page(write_report(a_result(history), history, tmp_path).read_text()).text


def test_tiles_say_how_each_kind_changed(tmp_path: Path) -> None:
    history = history_of(tmp_path / "in", {}, {}, {"kind": "ambiguous"})
    history = replace(history, before={"field_differs": 1, "ambiguous": 1, "stale": 1200})
    text = Page(write_report(a_result(history), history, tmp_path).read_text()).text
    assert "Field differs2+1" in text
    assert "Ambiguous1no change" in text
    assert "Stale in Visma.net ERP0\N{MINUS SIGN}1,200" in text


def test_open_breaks_are_aged_by_currency_as_amount_and_count(tmp_path: Path) -> None:
    ages = [0, 1, 2, 7, 8, 30, 31]
    rows = [{"age_days": age, "amount": Decimal("1000.5"), "currency": "EUR"} for age in ages]
    text = Page(page(tmp_path, *rows, {"age_days": 9}, {"amount": Decimal(1)})).text
    assert re.search(
        r"EUR0-1 days2,001\.00 \(2\)2-7 days2,001\.00 \(2\)8-30 days2,001\.00 \(2\)"
        r"over 30 days1,000\.50 \(1\)all7,003\.50 \(7\)",
        text,
    )
    assert "No currency0-1 days1.00 (1)" in text
    assert "No amount0-1 days-2-7 days-8-30 days(1)over 30 days-all(1)" in text.replace("\N{EN DASH}", "-")


def test_amounts_of_rare_currencies_are_counted_together(tmp_path: Path) -> None:
    rows = [{"amount": Decimal(1000 - place), "currency": f"A{chr(65 + place)}A"} for place in range(8)]
    text = Page(page(tmp_path, *rows)).text
    assert "AEA0-1 days996.00 (1)" in text
    assert "AFA0-1" not in text
    assert "No amount, other currencies0-1 days(3)" in text


def test_differing_characters_are_marked_on_both_sides(tmp_path: Path) -> None:
    row = {"field": "street", "source_value": "Storgatan 12 B", "target_value": "Storgatan 21 B"}
    text = page(tmp_path, row | {"amount": Decimal(1), "currency": "EUR"})
    assert "<bdi>Storgatan <mark>12</mark> B</bdi>" in text
    assert "<bdi>Storgatan <mark>21</mark> B</bdi>" in text
    assert "Street differs" in text


def test_page_shows_where_a_subject_is_missing_and_which_records_are_one(tmp_path: Path) -> None:
    text = Page(
        page(
            tmp_path,
            {"kind": "missing_in_source", "target_id": "t8"},
            {"kind": "duplicate_in_target", "target_id": "t1", "members": ["t1", "t2"], "name": "Salo Oy"},
            {
                "kind": "ambiguous",
                "source_id": "s1",
                "target_id": "t3",
                "members": ["s1"],
                "candidates": ["t3", "t4"],
            },
            {"field": "email", "source_id": "s1", "target_id": "t1", "source_value": "", "target_value": "a@b"},
            {"kind": "invalid_identifier", "field": "vat_number", "source_id": "s5", "source_value": "FI1"},
            {"kind": "unheard_of", "source_id": "s6", "members": ["s6"], "target_id": "t6"},
        )
    ).text
    assert "Visma PXmissing" in text
    assert "records t1, t2" in text
    assert "Visma PXrecord s1 Visma.net ERPmay be t3, t4" in text
    assert "Visma PX(empty) Visma.net ERPa@b" in text
    assert "Invalid identifier: VAT number" in text
    assert "record s6 Visma.net ERPrecord t6" in text


def test_ten_largest_and_ten_oldest_stand_before_the_list(tmp_path: Path) -> None:
    rows = [
        {"key": f"k{place}", "amount": Decimal(place), "currency": "EUR", "age_days": 50 - place, "state": "persisting"}
        for place in range(30)
    ]
    text = Page(page(tmp_path, *rows)).text
    largest = text[text.index("Most money at risk") : text.index("Longest open")]
    oldest = text[text.index("Longest open") : text.index("all 30, new ones first")]
    assert re.findall(r"k\d+", largest) == [f"k{place}" for place in range(29, 19, -1)]
    assert re.findall(r"k\d+", oldest) == [f"k{place}" for place in range(10)]
    assert "50 days" in oldest


def test_one_break_is_not_counted(tmp_path: Path) -> None:
    text = Page(page(tmp_path, {"amount": Decimal(1), "currency": "EUR"})).text
    assert "the largest; amounts" in text
    assert "the oldest" in text
    assert "the only one" in text


def test_list_begins_with_what_is_new_and_ends_with_what_is_accepted(tmp_path: Path) -> None:
    until = TODAY + dt.timedelta(days=100)
    states: list[dict[str, Any]] = [
        {"key": "k1", "state": "new", "accepted_until": until},
        {"key": "k2", "state": "persisting", "age_days": 4},
        {"key": "k3", "state": "changed", "age_days": 1},
        {"key": "k4", "state": "reopened"},
        {"key": "k5", "state": "new"},
    ]
    text = Page(page(tmp_path, *states)).text
    listed = text[text.index("all 5, new ones first") :]
    assert re.findall(r"k\d", listed) == ["k5", "k4", "k3", "k2", "k1"]
    assert "Accepted, about to expire" not in text


def test_suggestions_come_with_their_reasons_and_accepted_ones_with_theirs(tmp_path: Path) -> None:
    accepted = {"accepted_until": TODAY + dt.timedelta(days=14), "accepted_reason": "on leave", "accepted_by": "Eva"}
    text = Page(page(tmp_path, accepted, suggestions=tuple(map(a_suggestion, range(20))))).text
    assert "20 pairs for a person to decide; the first 15 are here, all in breaks.json" in text
    assert "87 %" in text
    assert "the same postal code 13100" in text
    assert re.search(r"Accepted, about to expire.*2026-12-04.*on leave.*Eva", text)


def test_page_says_thresholds_remarks_and_that_nothing_resolves(tmp_path: Path) -> None:
    history = replace(history_of(tmp_path / "in"), resolves=False)
    result = a_result(history, remarks=tuple(f"remark {number}" for number in range(9)))
    text = Page(write_report(result, history, tmp_path, judgements=("too many",)).read_text()).text
    assert re.search(
        r"too many.*nothing counts as resolved.*remark 0.*remark 4.*4 more remarks stand in breaks\.xlsx", text
    )


@pytest.mark.parametrize(
    "path", ["s3://reports/2026-11-20", "s3://reports/2026-11-20/", "s3://reports/2026-11-20/report.html"]
)
def test_page_names_its_folder_for_when_it_is_mailed(tmp_path: Path, path: str) -> None:
    history = history_of(tmp_path / "in")
    text = Page(write_report(a_result(history), history, tmp_path, path=path).read_text()).text
    assert "The files lie beside this page, in s3://reports/2026-11-20." in text


def test_page_without_breaks_is_calm(tmp_path: Path) -> None:
    text = page(tmp_path, as_of=None, agreement=(), resolved=[{}])
    words = Page(text).text
    assert 'class="verdict agrees"' in text
    assert "agree on all 480 customers." in words
    assert "Nothing to put right." in words
    assert "2026-11-20. 1 was resolved." in words
    for absent in ("Age of open breaks", "Most money", "Longest open", "May be the same", "Agreement by field"):
        assert absent not in words


def test_hostile_values_are_text_wherever_they_stand(tmp_path: Path) -> None:
    row = dict.fromkeys(("key", "name", "source_value", "accepted_reason", "accepted_by", "target_id"), HOSTILE)
    rows: list[dict[str, Any]] = [
        row
        | {"field": HOSTILE, "target_value": "x", "accepted_until": TODAY, "currency": HOSTILE, "amount": Decimal(1)},
        {"kind": HOSTILE, "target_id": HOSTILE, "members": [HOSTILE]},
    ]
    history = history_of(tmp_path / "in", *rows)
    side = a_side(HOSTILE, 1, 0, 0, amounts={HOSTILE: Decimal(1)})
    result = a_result(
        history,
        title=HOSTILE,
        spec=HOSTILE,
        kinds={**KINDS, HOSTILE: HOSTILE},
        source=side,
        target=side,
        remarks=(HOSTILE,),
        suggestions=(a_suggestion(source_name=HOSTILE, reasons=(HOSTILE,)),),
        agreement=(Agreement(field=HOSTILE, compared=0, equal=0),),
        provenance={HOSTILE: HOSTILE},
        matched_by={HOSTILE: 1},
    )
    text = write_report(result, history, tmp_path, judgements=(HOSTILE,), path=HOSTILE).read_text()
    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 20
    assert {link for link in Page(text).links if link} == {
        "breaks.xlsx",
        "breaks.csv",
        "breaks.parquet",
        "breaks.json",
    }


def test_page_of_ten_thousand_breaks_has_at_most_two_hundred_rows(tmp_path: Path) -> None:
    fields = tuple(Agreement(field=f"f{place}", compared=3, equal=2) for place in range(99))
    text = generated(tmp_path, 10_000, agreement=fields, suggestions=tuple(map(a_suggestion, range(99))))
    assert text.count("<tr") <= 200
    assert len(text.encode()) < 150_000
    assert "the first 100 of 10,000, new ones first; the files below have all" in Page(text).text


def test_page_stays_small_however_long_and_awkward_the_values_are(tmp_path: Path) -> None:
    awkward = {"key": "'" * 999, "name": "&" * 999, "field": "name", "amount": Decimal(1), "currency": "EUR"}
    awkward |= {"source_value": '"&<>' * 99, "target_value": '>"&<' * 99, "accepted_until": TODAY}
    awkward |= {"accepted_reason": "'" * 999, "accepted_by": "'" * 999}
    long = tuple("'" * 999 for _ in range(50))
    history = history_of(tmp_path / "in", *[awkward] * 150)
    side = a_side(long[0], 1, 0, 0, batch=long[0], amounts={f"C{place:02}": Decimal(1) for place in range(99)})
    result = a_result(
        history,
        title=long[0],
        kinds=KINDS,
        source=side,
        target=side,
        remarks=long,
        suggestions=(a_suggestion(source_name=long[0], target_name=long[0], reasons=long),) * 99,
        agreement=tuple(Agreement(field=long[0], compared=1, equal=1) for _ in long),
        provenance={f"{place}{text}": text for place, text in enumerate(long)},
    )
    written = write_report(result, history, tmp_path, judgements=long, path=long[0])
    assert written.stat().st_size < MOST_BYTES


def test_breaks_that_were_read_at_another_moment_are_told_in_the_specs_zone(tmp_path: Path) -> None:
    assert "As of 2026-11-20 04:00 UTC" in Page(page(tmp_path, zone="UTC", as_of=AS_OF)).text
