"""The Markdown of a plan: what it says, and that no value in it is more than text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from plans import a_change, a_plan

from airflow_provider_erp.corrections.markdown import MOST_SHOWN, approval_page, code

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "http://evil.example www.evil.example a@evil.example",
    "a | b || c",
    "\\| \\\\| \\",
    "`x` ``y`` ```",
    "`",
    " ",
    "line\nline\r\n| --- |\n# heading",
    "</code></td></tr></table><h1>Approved</h1>",
    "&lt;b&gt; &amp; &#124;",
    "**bold** _it_ ~~no~~ - [x] 1. * # >",
    "{{ var.value.secret }} {% raw %}",
    "\u202eright to left\u2066",
    "zero\u200bwidth\u00a0blank\x00",
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
ALLOWED = {"table", "thead", "tbody", "tr", "th", "td", "paragraph", "inline", "text", "code_inline", "softbreak"}


def tokens_of(page: str) -> list[Token]:
    """All tokens, those within lines among them."""
    tokens = MARKDOWN.parse(page)
    return [inner for each in tokens for inner in (each, *(each.children or ()))]


def cells_of(page: str) -> list[list[str]]:
    """The text of the table's cells, by rows; the first is the header."""
    rows: list[list[str]] = []
    for before, token in zip(tokens := MARKDOWN.parse(page), tokens[1:], strict=False):
        if before.type == "tr_open":
            rows.append([])
        if before.type in ("td_open", "th_open"):
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows


def types_of(page: str) -> set[str]:
    return {token.type.removesuffix("_open").removesuffix("_close") for token in tokens_of(page)}


def test_page_says_what_is_done_and_names_the_digest() -> None:
    created = [a_change("s1", action="create", number="2", field=name, old=None) for name in ("name", "city")]
    plan = a_plan(a_change(number="1", version="v"), *created)
    page = approval_page(plan, link="s3://bucket/plan.json")
    assert page.startswith(
        "3 changes in `Projects`, company `Example Ltd`: 1 record to be updated, 1 record to be created.\n"
    )
    assert f"Plan: `{plan.digest}`" in page
    assert "Spec `customers`, as of `2026-11-16T04:00:00Z`." in page
    assert "All changes: `s3://bucket/plan.json`" in page
    assert cells_of(page) == [
        ["Record", "Number", "Field", "From", "To", "Rule"],
        ["t1", "1", "city", "Oulu", "Turku", "r"],
        ["(new)", "2", "name", "-", "Turku", "r"],
        ["(new)", "2", "city", "-", "Turku", "r"],
    ]


def test_nothing_to_do_is_said_without_a_table() -> None:
    page = approval_page(a_plan())
    assert page.startswith("0 changes.\n")
    assert "table" not in types_of(page)


def test_given_records_are_said_to_be_looked_up() -> None:
    page = approval_page(a_plan(a_change("7", action="upsert", number="7", old=None, new="")))
    assert "1 record to be created or updated" in page
    assert cells_of(page)[1] == ["(looked up)", "7", "city", "-", "(empty)", "r"]


def test_first_fifty_are_shown_and_the_others_counted() -> None:
    plan = a_plan(*(a_change(f"t{n}", number=str(n)) for n in range(1_234)))
    page = approval_page(plan)
    assert len(cells_of(page)) == 1 + MOST_SHOWN == 51
    assert "And 1,184 more changes that this page does not show." in page
    assert "more" not in approval_page(a_plan(*plan.changes[:50]))


def test_selection_is_named_beside_its_plan_and_shows_its_own_changes() -> None:
    plan = a_plan(a_change("t1"), a_change("t2"))
    selection = plan.select([plan.changes[1].change_id])
    page = approval_page(plan, selection=selection)
    assert page.startswith("1 change in `Projects`")
    assert f"Plan: `{plan.digest}`" in page
    assert f"Selection: `{selection.digest}` (1 of the plan's 2 changes)" in page
    assert [row[0] for row in cells_of(page)] == ["Record", "t2"]


def test_selection_of_another_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of plan"):
        approval_page(a_plan(), selection=a_plan(a_change()).select([]))


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_value_is_text_wherever_it_stands(value: str) -> None:
    change = a_change(value, number=value, old=value, new=value, rule=value, system=value, version=value)
    page = approval_page(a_plan(change), link=value)
    assert types_of(page) <= ALLOWED
    header, row = cells_of(page)
    assert len(row) == len(header) == 6
    assert {row[0], row[1], row[3], row[4], row[5]} == {row[0]}
    assert row[0]
    assert "\u202e" not in page
    assert "\x00" not in page


@given(value=st.text(alphabet=st.sampled_from("|\\` <a&\n\u202e"), min_size=1) | st.text(min_size=1))
def test_value_is_one_code_span_in_one_cell(value: str) -> None:
    page = approval_page(a_plan(a_change(old=value, new=value)))
    assert types_of(page) <= ALLOWED
    assert [len(row) for row in cells_of(page)] == [6, 6]


@given(
    value=st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=99)
)
def test_value_that_can_be_seen_is_shown_as_it_is(value: str) -> None:
    if "\\|" not in value:
        assert cells_of(approval_page(a_plan(a_change(new=value))))[1][4] == value


def test_address_of_a_web_server_is_a_link_and_any_other_is_text() -> None:
    (link,) = (
        each for each in tokens_of(approval_page(a_plan(), link="https://x.example/a?b=c")) if each.type == "link_open"
    )
    assert link.attrs == {"href": "https://x.example/a?b=c"}
    for other in ("s3://bucket/plan.json", "javascript:alert(1)", "https://x.example/> <b>", "https://x.example/\nb"):
        assert types_of(approval_page(a_plan(), link=other)) <= ALLOWED


@pytest.mark.parametrize("value", [" ", "  ", " x", "x ", "`x`", "a`b"])
def test_blanks_and_backticks_at_the_edges_are_kept(value: str) -> None:
    assert cells_of(approval_page(a_plan(a_change(new=value))))[1][4] == value


def test_long_values_are_clipped() -> None:
    assert len(code("x" * 10_000)) < 130


def test_address_is_shown_whole_however_long_it_is() -> None:
    link = f"file:///{'folder/' * 60}plan.xlsx"
    assert link in approval_page(a_plan(), link=link)
