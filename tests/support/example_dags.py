"""The example DAGs, loaded the way Airflow does."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import DAG

DAGS = Path(__file__).parents[2] / "dags"


def load_dag(name: str) -> DAG:
    """A new one from the file of that name, which has no import errors."""
    from dagbag import DagBag

    bag = DagBag(DAGS / f"{name}.py")
    assert bag.import_errors == {}
    dag: DAG = bag.dags[name]
    return dag
