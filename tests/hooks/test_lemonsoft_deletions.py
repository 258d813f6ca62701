"""What Lemonsoft says was deleted, through its hook."""

from __future__ import annotations

from typing import Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from airflow_provider_erp.exceptions import ErpProtocolError


def answering(rows: Any) -> Any:
    def script(asked: Asked) -> Reply:
        return reply_json({"session_id": "s"}) if asked.method == "POST" else reply_json(rows)

    return script


@pytest.mark.parametrize(("resource", "log_type"), [("customer", "Customer"), ("invoice", "Invoice")])
def test_log_is_asked_by_its_type_from_an_explicit_date_less_the_overlap(
    connect: Any, resource: str, log_type: str
) -> None:
    rows = {"results": [{"id": 7}, {"id": "8"}], "result_count": 2, "has_next_page": False}
    with serving(answering(rows)) as server:
        assert connect("lemonsoft", server.url).deleted(resource, "2026-11-20T01:00:00") == ["7", "8"]
    assert server.asked[-1].path == "/api/log/deleted"
    assert server.asked[-1].query == {"logType": log_type, "startDate": "2026-11-19T23:00:00"}


def test_bare_array_and_another_name_of_the_id_are_read(connect: Any) -> None:
    with serving(answering([{"object_id": 7}])) as server:
        hook = connect("lemonsoft", server.url, deleted_id_field="object_id")
        assert hook.deleted("customer", "2026-11-20") == ["7"]


@pytest.mark.parametrize("row", [{"number": 7}, {"id": None}, {"id": True}, {"id": ""}, 7])
def test_row_without_an_id_is_an_error_that_names_the_field_to_set(connect: Any, row: Any) -> None:
    with serving(answering([row])) as server, pytest.raises(ErpProtocolError, match="deleted_id_field"):
        connect("lemonsoft", server.url).deleted("customer", "2026-11-20")


def test_log_that_goes_on_is_an_error_rather_than_short(connect: Any) -> None:
    rows = {"results": [{"id": 7}], "result_count": 1, "has_next_page": True}
    with serving(answering(rows)) as server, pytest.raises(ErpProtocolError, match="says that more follows"):
        connect("lemonsoft", server.url).deleted("customer", "2026-11-20")


def test_log_that_comes_empty_is_asked_for_again_and_believed_then(connect: Any) -> None:
    answers = [[], [{"id": 7}], [], []]

    def script(asked: Asked) -> Reply:
        return answering(None)(asked) if asked.method == "POST" else reply_json(answers.pop(0))

    with serving(script) as server:
        hook = connect("lemonsoft", server.url)
        assert [hook.deleted("customer", "2026-11-20") for _ in range(2)] == [["7"], []]
    assert answers == []


def test_waits_for_the_log_are_counted_as_those_for_pages_are(connect: Any) -> None:
    busy = [503]

    def script(asked: Asked) -> Reply:
        return Reply(busy.pop()) if busy and asked.method == "GET" else answering([])(asked)

    with serving(script) as server:
        hook = connect("lemonsoft", server.url)
        assert hook.deleted("customer", "2026-11-20") == []
    assert hook.retries == 1


def test_systems_without_such_a_log_tell_nothing_and_are_not_asked(connect: Any) -> None:
    with serving([Reply(500)]) as server:
        assert connect("fynn", server.url).deleted("customer", "2026-11-20") is None
    assert server.asked == []
