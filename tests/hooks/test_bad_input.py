"""Answers that no server should give: each is a rejected record or a clear error, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from loopback import Reply, serving

from airflow_provider_erp.exceptions import ErpError, ErpInconsistentRead, ErpProtocolError
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
Fetched = Callable[..., Published]


def fynn(*rows: str, total: int | None = None) -> bytes:
    """One page with all rows, as Fynn writes it."""
    pagination = json.dumps({"totalItems": len(rows) if total is None else total})
    return f'{{"data": [{", ".join(rows)}], "meta": {{"pagination": {pagination}}}}}'.encode()


def px(*rows: str) -> bytes:
    """A dump of transactions, as PX writes it."""
    return (
        f'{{"Servertime": "2026-11-20T08:00:00+02:00", "Transactions": [{", ".join(rows)}], "Message": null}}'.encode()
    )


BODIES = {"fynn": fynn, "visma_px": px}
RESOURCES = {"fynn": "customer", "visma_px": "project_transaction"}


def row(conn_type: str, number: int, more: str = "") -> str:
    key = f'"id": "c{number}"' if conn_type == "fynn" else f'"Transtype": 1, "Transno": {number}'
    return f"{{{key}{more}}}"


@pytest.fixture(params=BODIES)
def conn_type(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fetched(connect: Any, tmp_path: Path) -> Fetched:
    """Fetches from a server that answers each request the same."""

    def fetch(conn_type: str, reply: Reply | bytes, *, canonical: bool = True, **extra: Any) -> Published:
        answer = reply if isinstance(reply, Reply) else Reply(200, reply, {"Content-Type": "application/json"})
        with serving([answer]) as server:
            return fetch_batch(
                connect(conn_type, server.url, **extra),
                FetchSpec(resource=RESOURCES[conn_type], as_of=NOW, canonical=canonical),
                base_path=f"file://{tmp_path}",
                attempt=Attempt(dag_id="d", run_id="r", task_id="t"),
                now=NOW,
            )

    return fetch


def records(batch: Published, *columns: str) -> list[tuple[Any, ...]]:
    assert batch.manifest.records is not None
    with duckdb.connect() as connection:
        table = connection.read_parquet(batch.file(batch.manifest.records).removeprefix("file://"))
        return table.select(*columns).fetchall()


def rejected(batch: Published) -> list[dict[str, Any]]:
    assert batch.manifest.rejected_file is not None
    path = Path(batch.file(batch.manifest.rejected_file).removeprefix("file://"))
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize(
    "more",
    [
        ', "x": "\\ud800"',
        ', "companyName": "\udcff", "Textreported": "\udcff"',
        ', "Textreported": 7, "companyName": 7',
    ],
)
def test_one_bad_record_costs_no_other(fetched: Fetched, conn_type: str, more: str) -> None:
    good, bad = row(conn_type, 1), row(conn_type, 2, more)
    body = BODIES[conn_type](good, bad.encode("utf-8", "surrogateescape").decode("latin-1"), row(conn_type, 3))
    batch = fetched(conn_type, body.decode().encode("latin-1"))
    assert (batch.manifest.rows, batch.manifest.distinct, batch.manifest.rejected) == (3, 2, 1)
    [kept] = rejected(batch)
    assert (kept["page"], kept["position"]) == (1, 1)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_none_is_an_error(fetched: Fetched, conn_type: str, number: str) -> None:
    body = BODIES[conn_type](row(conn_type, 1), row(conn_type, 2, f', "x": {number}'))
    with pytest.raises(ErpInconsistentRead, match="expected a whole document"):
        fetched(conn_type, body)


def test_number_beyond_floats_is_kept_to_its_last_digit(fetched: Fetched) -> None:
    cost = "12345678901234567890.123456789012345678901234567890"
    batch = fetched("visma_px", px(row("visma_px", 1, f', "Cost": {cost}, "Hoursreported": 0.1')))
    assert records(batch, "cost", "hours") == [(cost, "0.1")]
    with duckdb.connect() as connection:
        path = batch.file(batch.manifest.records).removeprefix("file://")  # type: ignore[arg-type]
        total = connection.sql(f"SELECT sum(CAST(hours AS DECIMAL(38, 10))) * 3 FROM '{path}'").fetchall()
    assert total == [(Decimal("0.3"),)]


def test_key_that_comes_twice_in_a_record_counts_by_its_last_value(fetched: Fetched, conn_type: str) -> None:
    batch = fetched(conn_type, BODIES[conn_type](row(conn_type, 1, ', "x": 1, "x": 2')))
    assert batch.manifest.distinct == 1


def test_byte_order_mark_is_read_over(fetched: Fetched, conn_type: str) -> None:
    body = b"\xef\xbb\xbf" + BODIES[conn_type](row(conn_type, 1))
    assert fetched(conn_type, body).manifest.distinct == 1


@pytest.mark.parametrize("charset", ["utf-16", "utf-32"])
def test_body_in_another_charset_is_an_error(fetched: Fetched, conn_type: str, charset: str) -> None:
    body = BODIES[conn_type](row(conn_type, 1)).decode().encode(charset)
    with pytest.raises(ErpInconsistentRead, match="expected a whole document"):
        fetched(conn_type, body)


def test_record_in_latin_1_is_rejected_and_kept_byte_for_byte(fetched: Fetched, conn_type: str) -> None:
    bad = row(conn_type, 2, ', "companyName": "M\xfcller", "Textreported": "M\xfcller"')
    batch = fetched(conn_type, BODIES[conn_type](row(conn_type, 1), bad).decode().encode("latin-1"))
    assert batch.manifest.rejected == 1
    assert "raw_base64" in rejected(batch)[0]


def compressed(body: bytes, *, cut: int = 0) -> Reply:
    packed = gzip.compress(body)
    return Reply(200, packed[: len(packed) - cut], {"Content-Encoding": "gzip", "Content-Type": "application/json"})


def test_compressed_body_is_read(fetched: Fetched, conn_type: str) -> None:
    assert fetched(conn_type, compressed(BODIES[conn_type](row(conn_type, 1)))).manifest.distinct == 1


def test_compressed_body_that_ends_early_is_never_a_shorter_list(fetched: Fetched, conn_type: str) -> None:
    body = BODIES[conn_type](*[row(conn_type, number, f', "x": "{number**9}"') for number in range(3000)])
    with pytest.raises(ErpError):
        fetched(conn_type, compressed(body, cut=3000), retry_seconds=0)


def test_body_that_is_not_compressed_as_its_header_says_is_an_error(fetched: Fetched, conn_type: str) -> None:
    broken = Reply(200, zlib.compress(b"{}")[2:], {"Content-Encoding": "gzip"})
    with pytest.raises(ErpError):
        fetched(conn_type, broken, retry_seconds=0)


def test_record_of_fifty_megabytes_is_read(fetched: Fetched, conn_type: str) -> None:
    body = BODIES[conn_type](row(conn_type, 1), row(conn_type, 2, f', "x": "{"y" * 50_000_000}"'))
    assert fetched(conn_type, body).manifest.distinct == 2


def test_page_of_a_million_rows_is_read(fetched: Fetched, conn_type: str) -> None:
    body = BODIES[conn_type](*[row(conn_type, number) for number in range(1_000_000)])
    batch = fetched(conn_type, body, canonical=False)
    assert (batch.manifest.rows, batch.manifest.distinct) == (1_000_000, 1_000_000)


def test_body_beyond_the_limit_is_refused_by_the_name_of_the_field_to_raise(fetched: Fetched, conn_type: str) -> None:
    body = BODIES[conn_type](row(conn_type, 1, f', "x": "{"y" * 3_000_000}"'))
    with pytest.raises(ErpProtocolError, match="max_body_bytes"):
        fetched(conn_type, body, max_body_bytes=100_000)


def test_nothing_of_a_body_stands_in_an_error(fetched: Fetched, conn_type: str) -> None:
    body = BODIES[conn_type](row(conn_type, 1, ', "name": "Aino Virtanen", "x": NaN'))
    with pytest.raises(ErpInconsistentRead) as caught:
        fetched(conn_type, body)
    assert "Aino" not in str(caught.value)
    assert "Aino" not in repr(caught.getrepr(style="native"))
