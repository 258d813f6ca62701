"""The goals, held against what was measured in the same run."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.jobs import DLT_PARQUET, FLOOR, PARQUET, RAW, WINDOW_8, Job
from benchmarks.running import Cost

Results = dict[str, dict[str, Cost]]
Goal = tuple[str, str, str, bool]
"""The work, the goal, what was measured, whether it was reached."""

RAW_MB, PARQUET_MB, BYTES_A_RECORD, PX_MB = 40, 120, 16, 40


def goals(jobs: list[Job], results: Results) -> Iterator[Goal]:
    """A line for each goal."""
    customers, latency, *memory, px = jobs
    yield from _customers(customers.title, results[customers.title])
    yield from _latency(latency, results[latency.title])
    for job in memory:
        yield from _memory(job, results[job.title])
    yield from _px(px.title, results[px.title])
    found = results[customers.title][RAW.title]
    told = f"{found.connections} connections, {found.look_ups} look-up"
    yield (
        "connections opened",
        "one a place in the window (4), one look-up",
        told,
        found.connections <= 4 and found.look_ups == 1,
    )


def _customers(title: str, costs: dict[str, Cost]) -> Iterator[Goal]:
    floor = costs[FLOOR.title].cpu
    raw, parquet, dlt = (costs[way.title].cpu for way in (RAW, PARQUET, DLT_PARQUET))
    yield f"{title}, raw", "at most 6 x the floor's CPU", f"{raw / floor:.1f} x", raw <= 6 * floor
    yield f"{title}, Parquet", "at most 14 x the floor's CPU", f"{parquet / floor:.1f} x", parquet <= 14 * floor
    yield f"{title}, Parquet", "at least 4 x less CPU than dlt", f"{dlt / parquet:.1f} x less", dlt >= 4 * parquet


def _latency(job: Job, costs: dict[str, Cost]) -> Iterator[Goal]:
    own = costs[WINDOW_8.title].wall
    bound = job.rows / 100 * job.latency / 8
    fastest = min(cost.wall for title, cost in costs.items() if title != WINDOW_8.title)
    yield job.title, f"at most 2 x {bound:.1f} s", f"{own:.1f} s, {own / bound:.1f} x", own <= 2 * bound
    yield job.title, "at least 5 x faster than every peer", f"{fastest / own:.1f} x", fastest >= 5 * own


def _memory(job: Job, costs: dict[str, Cost]) -> Iterator[Goal]:
    for way, most in ((RAW, RAW_MB), (PARQUET, PARQUET_MB)):
        limit = most + job.rows * BYTES_A_RECORD / 1024**2
        found = costs[way.title].memory_mb
        kind = "raw" if way is RAW else "Parquet"
        yield (
            f"{job.title}, {kind}",
            f"at most {most} MB + 16 B a record = {limit:.0f} MB",
            f"{found:.0f} MB",
            found <= limit,
        )


def _px(title: str, costs: dict[str, Cost]) -> Iterator[Goal]:
    own, floor = costs[RAW.title], costs[FLOOR.title].cpu
    yield f"{title}, raw", "at most 2.5 x the floor's CPU", f"{own.cpu / floor:.1f} x", own.cpu <= 2.5 * floor
    yield f"{title}, raw", f"at most {PX_MB} MB", f"{own.memory_mb:.0f} MB", own.memory_mb <= PX_MB
