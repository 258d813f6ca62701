"""The sides as the provider normalises them, made once for each state of its code and kept below ``.bench``."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import duckdb

import airflow_provider_erp
from airflow_provider_erp.reconciliation.customers.normalised import normalise_side
from airflow_provider_erp.reconciliation.customers.sides import Side
from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from benchmarks.peers import ROOT
from benchmarks.reconciling.customers import SIDES, write_customers

_PROVIDER = Path(airflow_provider_erp.__file__).parent
_CODE = (
    *_PROVIDER.glob("normalise/**/*.py"),
    *(_PROVIDER / f"reconciliation/customers/{name}.py" for name in ("normalised", "row", "sides")),
    _PROVIDER / "reconciliation/spec.py",
)
_WRITTEN = "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION lz4_raw, ROW_GROUP_SIZE 20480)"
"""As the provider writes its own normalised files."""
_OURS = Path(__file__).parent


def kept(rows: int, root: Path = ROOT) -> Path:
    """The folder with both sides as ``<side>.parquet``, as ``<side>_next.parquet`` on the next day, and normalised.

    ``<side>_normalised.parquet`` is for this provider, ``<side>_plain.parquet``
    for plain SQL: the canonical columns with the normalised ones beside them.
    """
    folder = root / "customers" / f"{rows}-{_digest()}"
    ready = folder / ".ready"
    if not ready.exists():
        print(f"making {rows:,} x {rows:,} customers, normalising them", file=sys.stderr)
        for older in folder.parent.glob(f"{rows}-*"):
            shutil.rmtree(older)
        write_customers(folder, rows)
        for side in SIDES:
            canonical, normalised = folder / f"{side}.parquet", folder / f"{side}_normalised.parquet"
            normalise_file(canonical, normalised)
            _write_plain(canonical, normalised, folder / f"{side}_plain.parquet")
        ready.touch()
    return folder


def _digest() -> str:
    """Of all code that decides what the files hold."""
    own = (_OURS / "customers.sql", _OURS / "customers.py", Path(__file__))
    digest = hashlib.sha256()
    for path in sorted((*_CODE, *own)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


_MADE = ("compared_", "key_", "invalid_", "modified")


def _write_plain(canonical: Path, normalised: Path, path: Path) -> None:
    """The canonical columns with the normalised ones beside them, as a user of plain SQL would keep them."""
    with duckdb.connect() as engine:
        made = [name for name in engine.read_parquet(str(normalised)).columns if name.startswith(_MADE)]
        columns = ", ".join(f"n.{name}" for name in made)
        engine.execute(
            f"COPY (SELECT c.* EXCLUDE (modified_at), {columns} FROM read_parquet('{canonical}') c "
            f"JOIN read_parquet('{normalised}') n ON n.record_id = c.source_id) TO '{path}' {_WRITTEN}"
        )


def normalise_file(canonical: Path, path: Path) -> int:
    """Write the rows of a canonical file normalised, by the provider's own code; their number comes back."""
    side = Side(title="", records=canonical, coverage="full", batch=canonical.name)
    return normalise_side(CUSTOMERS, side, path).rows
