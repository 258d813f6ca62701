"""The jobs, and who does each of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do a job: a module of ``ways``, in an environment of ``peers`` or in this one."""

    title: str
    module: str
    environment: str | None = None
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """What the server offers, and the ways that fetch all of it; the first is what the others are held against."""

    title: str
    rows: int
    ways: tuple[Way, ...]
    runs: int
    latency: float = 0.0
    px: bool = False


FLOOR = Way("floor: bytes + validating slice + write", "floor")
RAW = Way("this provider, raw lines (zstd) + manifest", "provider")
PARQUET = Way("this provider, raw lines + Parquet + manifest", "provider", options={"canonical": "1"})
WINDOW_8 = Way("this provider, raw, window 8", "provider", options={"window": "8"})
PLAIN = Way("requests + json loop", "plain")
PEERS = (
    Way("Airflow HttpOperator + pagination_function", "http_operator", "airflow"),
    Way("dlt rest_api to JSONL", "dlt_rest_api", "dlt"),
    Way("Airbyte CDK, declarative", "airbyte_cdk_declarative", "airbyte-cdk"),
    Way("Singer SDK tap, without a target", "singer_sdk_tap", "singer-sdk"),
)
DLT_PARQUET = Way("dlt rest_api to Parquet", "dlt_rest_api", "dlt", {"format": "parquet"})
PX = {"job": "px"}


def jobs(*, quick: bool) -> list[Job]:
    """All jobs; ``quick`` ones only show that everything runs."""
    many, runs = (5_000, 1) if quick else (100_000, 3)
    sizes = (1_000, 5_000) if quick else (10_000, 100_000, 1_000_000)
    return [
        Job(f"{many:,} customers, 100 a page", many, (FLOOR, RAW, PARQUET, PLAIN, *PEERS, DLT_PARQUET), runs),
        Job(f"{many // 100:,} pages at 20 ms each", many, (WINDOW_8, PLAIN, *PEERS), 1, latency=0.02),
        *(Job(f"memory, {size:,} customers", size, (RAW, PARQUET), 1) for size in sizes),
        Job(
            f"PX Trans, one document of {2 * many:,} rows",
            2 * many,
            (
                Way("floor: bytes + validating slice + write", "floor", options=PX),
                Way("this provider, raw lines (zstd) + manifest", "provider", options=PX),
                Way("requests + json", "plain", options=PX),
                Way("ijson", "ijson_dump", "ijson"),
            ),
            runs,
            px=True,
        ),
    ]
