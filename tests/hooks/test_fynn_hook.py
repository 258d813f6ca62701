"""Fynn through its hook, against a server on the loopback interface."""

from __future__ import annotations

from typing import Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from airflow_provider_erp.exceptions import ErpAuthError, ErpConfigError, ErpInconsistentRead, ErpProtocolError


def pages(total: int, announced: int | None = None) -> Any:
    """Serves that many customers by ``page`` and ``limit``."""

    def script(asked: Asked) -> Reply:
        page, limit = int(asked.query["page"]), int(asked.query["limit"])
        rows = [{"id": f"id-{n}"} for n in range(total)][(page - 1) * limit : page * limit]
        return reply_json(
            {
                "data": rows,
                "meta": {
                    "pagination": {
                        "totalItems": total if announced is None else announced,
                        "itemsPerPage": limit,
                        "currentPage": page,
                        "lastPage": -(-total // limit),
                        "pageTotalItems": len(rows),
                    }
                },
            }
        )

    return script


def test_all_pages_are_read_by_limit_with_the_key_as_bearer(connect: Any) -> None:
    with serving(pages(5)) as server:
        rows = list(connect("fynn", server.url).get_customers(limit=2))
    assert [row["id"] for row in rows] == [f"id-{n}" for n in range(5)]
    assert [asked.query for asked in server.asked] == [{"limit": "2", "page": str(page)} for page in (1, 2, 3)]
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer the-password"}
    assert {asked.path for asked in server.asked} == {"/customers"}


def test_page_size_asked_for_is_the_greatest_documented(connect: Any) -> None:
    with serving(pages(0)) as server:
        assert list(connect("fynn", server.url).get_customers()) == []
    assert server.asked[0].query["limit"] == "100"


def test_rows_that_fall_short_of_the_total_are_an_error(connect: Any) -> None:
    with serving(pages(3, announced=5)) as server, pytest.raises(ErpInconsistentRead, match="5 were announced"):
        list(connect("fynn", server.url).get_customers(limit=2))


def test_every_documented_filter_is_taken_by_its_own_name(connect: Any) -> None:
    filters = {
        "customerNumber": "C1",
        "companyName": "Acme",
        "firstName": "J",
        "lastName": "D",
        "vatId": "DE1",
        "isVatIdValid": True,
        "datevId": 123,
        "emailAddresses.email": "a@example.com",
        "customerGroup.name": "g",
        "partner": False,
        "search": "a",
    }
    with serving(pages(0)) as server:
        list(connect("fynn", server.url).get_customers(**filters))
    query = server.asked[0].query
    assert query.keys() == filters.keys() | {"limit", "page"}
    assert (query["isVatIdValid"], query["partner"], query["datevId"]) == ("true", "false", "123")


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"itemsPerPage": 100}, "asked for by 'limit'"),
        ({"limit": 101}, "between 1 and 100"),
        ({"limit": 0}, "between 1 and 100"),
        ({"page": 1}, "turns the pages itself"),
        ({"modified_after": "x"}, "unknown filter"),
    ],
)
def test_wrong_filter_is_refused_before_anything_is_sent(connect: Any, filters: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        connect("fynn", "http://127.0.0.1:9").get_customers(**filters)


def test_since_is_refused_because_there_is_no_change_filter(connect: Any) -> None:
    with pytest.raises(ValueError, match="no change filter"):
        connect("fynn", "http://127.0.0.1:9").fetch("customer", since="2026-01-01")


@pytest.mark.parametrize("status", [401, 403])
def test_refused_key_fails_at_once(connect: Any, status: int) -> None:
    with serving([reply_json({"title": "nein"}, status)]) as server, pytest.raises(ErpAuthError, match=str(status)):
        list(connect("fynn", server.url).get_customers())
    assert len(server.asked) == 1


def test_answer_without_its_envelope_says_what_came(connect: Any) -> None:
    with serving([reply_json({"data": [], "links": {}})]) as server:
        with pytest.raises(ErpProtocolError, match=r"fynn customer page 1: .*meta.*keys \['data', 'links'\]"):
            list(connect("fynn", server.url).get_customers())


def test_missing_key_says_where_it_belongs(connect: Any) -> None:
    with pytest.raises(ErpConfigError, match="password field"):
        list(connect("fynn", "http://127.0.0.1:9", fields={"password": None}).get_customers())
