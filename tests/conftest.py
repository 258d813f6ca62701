"""One temporary Airflow for all tests: its settings stand before anything imports it, its database comes when asked."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from capabilities import refuse_absent_requirements, skip_what_needs, tell_absent

if TYPE_CHECKING:
    from airflow.sdk import DAG

hypothesis.settings.register_profile("shared machine", deadline=None)  # how long an example takes says nothing there
hypothesis.settings.load_profile("shared machine")

HOME = Path(tempfile.mkdtemp(prefix="erp-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(HOME / "dags").mkdir()
(HOME / "tmp").mkdir()
tempfile.tempdir = str(HOME / "tmp")  # what a server's limit leaves for other tasks of this machine ends with the tests

os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(HOME / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(HOME / "logs"),
}

RunDag = Callable[..., Any]


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """The tables of Airflow, made once for all tests that ask."""
    from airflow.utils.db import initdb

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
        import airflow.api_fastapi.execution_api.app  # noqa: F401  # what dag.test() imports
    initdb()


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """The endpoint of a store that speaks S3, for all tests that ask; each takes a bucket of its own."""
    from object_store import running_object_store

    with running_object_store() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(object_store: str) -> str:
    """The address of a bucket of its own, with its connection."""
    from object_store import a_bucket

    return a_bucket(object_store)


@pytest.fixture
def run_dag(airflow_database: None) -> RunDag:
    """Runs a DAG through Airflow, as ``run_dag(dag, logical_date=...)``, and answers its run."""

    def run(dag: DAG, **options: Any) -> Any:
        _sync(dag)
        return dag.test(**options)

    return run


def _sync(dag: DAG) -> None:
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session
    from dagbag import DagBag, sync_bag_to_db

    with create_session() as session:
        session.merge(DagBundleModel(name="testing"))
    bag = DagBag(os.devnull)
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "testing", None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(name): the machine must have this, see support/capabilities.py")
    refuse_absent_requirements()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip_what_needs(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tell_absent(terminalreporter)
