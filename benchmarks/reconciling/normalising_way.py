"""One side from canonical to normalised Parquet, on one core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    from benchmarks.reconciling.normalised import normalise_file

    return lambda: normalise_file(Path(url) / "source.parquet", folder / "normalised.parquet")
