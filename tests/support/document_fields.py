"""The fields that a vendor's document shows, nested ones by their path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).parents[1] / "vendors"


def document(path: str) -> Any:
    return json.loads((DOCUMENTS / path).read_text(encoding="utf-8"))


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{prefix}{name}"
            yield from paths(inner, f"{prefix}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, prefix)
