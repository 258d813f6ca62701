"""What a fetch costs beside a plain loop: both in one run, each in a process of its own, against one prepared server.

    .venv/bin/python benchmarks/fetch_customers.py --customers 20000

Prints user and system CPU seconds of each process without its imports, the ratio, and the peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 100


def customer(number: int) -> dict[str, Any]:
    """One row of Fynn with every field of the document's sample that a fetch reads, and some more weight."""
    address = {"street": "Musterstraße", "houseNumber": str(number), "zip": "12345", "city": "Berlin"}
    email = {"email": f"c{number}@example.com", "type": "TYPE_COMPANY", "default": "true"}
    return {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "customerNumber": f"C-{number}",
        "companyName": f"Acme {number} GmbH",
        "vatId": f"DE{number:09d}",
        "commercialRegisterNumber": f"HRB {number}",
        "status": "STATUS_ACTIVE",
        "countryCode": "DE",
        "currencyCode": "EUR",
        "phone": "+49 30 123456",
        "defaultAddress": address,
        "defaultEmailAddress": email,
        "defaultInvoiceEmailAddress": email,
        "customFields": {f"field{n}": "x" * 40 for n in range(20)},
    }


def prepared(customers: int) -> list[bytes]:
    """The answers to all pages, made before anything is measured."""
    pages = []
    for first in range(0, customers, PAGE):
        rows = [customer(number) for number in range(first, min(first + PAGE, customers))]
        pages.append(json.dumps({"data": rows, "meta": {"pagination": {"totalItems": customers}}}).encode())
    return pages


def serve(pages: list[bytes]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = pages[int(parse_qs(urlsplit(self.path).query)["page"][0]) - 1]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def batch(url: str, folder: Path) -> Any:
    """The provider: raw lines, Parquet and a manifest, complete or not at all."""
    import datetime as dt

    os.environ["AIRFLOW_CONN_BENCH"] = json.dumps({"conn_type": "fynn", "host": url, "password": "key"})
    from airflow_provider_erp.hooks.erp import ErpHook
    from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
    from airflow_provider_erp.landing.paths import Attempt

    def work() -> int:
        now = dt.datetime.now(dt.UTC)
        attempt = Attempt(dag_id="bench", run_id="1", task_id="fetch")
        spec = FetchSpec(resource="customer", as_of=now)
        found = fetch_batch(ErpHook.for_connection("bench"), spec, base_path=folder.as_uri(), attempt=attempt, now=now)
        return found.manifest.rows

    return work


def plain(url: str, folder: Path) -> Any:
    """What most user code does: requests, json, JSON lines; no proof of anything."""
    import requests

    def work() -> int:
        rows, page = 0, 1
        with (folder / "customers.jsonl").open("w") as file, requests.Session() as session:
            while True:
                answer = session.get(f"{url}/customers", params={"page": page, "limit": PAGE}).json()
                for row in answer["data"]:
                    file.write(json.dumps(row) + "\n")
                rows += len(answer["data"])
                if rows >= answer["meta"]["pagination"]["totalItems"]:
                    return rows
                page += 1

    return work


WAYS = {"batch": batch, "plain": plain}


def measure(way: str, url: str) -> None:
    """Runs one way in this process and prints its figures as JSON; imports are not counted."""
    with tempfile.TemporaryDirectory() as name:
        work = WAYS[way](url, Path(name))
        before = resource.getrusage(resource.RUSAGE_SELF)
        rows = work()
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    grown = (after.ru_maxrss - before.ru_maxrss) / 1024
    print(json.dumps({"rows": rows, "cpu": cpu, "grown_mb": grown}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--url")
    asked = parser.parse_args()
    if asked.way:
        measure(asked.way, asked.url)
        return
    pages = prepared(asked.customers)
    server = serve(pages)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    best: dict[str, dict[str, float]] = {}
    for _ in range(asked.runs):
        for way in WAYS:
            command = [sys.executable, __file__, "--way", way, "--url", url]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            assert found["rows"] == asked.customers
            best[way] = min(best.get(way, found), found, key=lambda figures: figures["cpu"])
    server.shutdown()
    print(f"{asked.customers} customers, {sum(map(len, pages)) / 1e6:.0f} MB, least of {asked.runs} runs")
    for way, figures in best.items():
        print(f"{way:<6} {figures['cpu']:.2f} CPU s, memory grown by {figures['grown_mb']:.0f} MB")
    print(f"batch / plain: {best['batch']['cpu'] / best['plain']['cpu']:.2f}")


if __name__ == "__main__":
    main()
