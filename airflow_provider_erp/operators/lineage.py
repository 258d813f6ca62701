"""What a task read and wrote, for OpenLineage; asked only where its provider is installed.

Each function gives an ``OperatorLineage``, whose class is not known where that is not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_erp.reconciliation.result import COLUMNS
from airflow_provider_erp.records import Customer, Invoice, ProjectTransaction

if TYPE_CHECKING:
    from airflow_provider_erp.landing.catalog import Published

_RECORDS: Mapping[str, Any] = {"customer": Customer, "project_transaction": ProjectTransaction, "invoice": Invoice}
_BATCH_LEVELS, _REPORT_LEVELS, _PLAN_LEVELS = 3, 2, 3
"""How many names below a stream, or a comparison, are one run's own: date, try, file; date, file; date, plan, file."""


def of_fetch(summary: Mapping[str, Any]) -> Any:
    """A system's list in, the stream of its batches out."""
    columns = _columns_of(summary["resource"])
    system = _input(_system(summary["conn_type"], summary["company"]), summary["resource"], columns, summary["rows"])
    return _lineage([system], [_output(*_stream(summary["manifest"]), columns, summary["rows"])])


def of_reconciliation(batches: Iterable[Published], summary: Mapping[str, Any]) -> Any:
    """Two streams of batches in, with the rows of the batches that were given, the comparison's breaks out."""
    read = [_input(*_stream(each.path), _columns_of(each.manifest.resource), each.manifest.rows) for each in batches]
    comparison = _stored(summary["report"], _REPORT_LEVELS)
    return _lineage(read, [_output(*comparison, tuple(COLUMNS), summary["open"])])


def of_push(conn_type: str, company: str, plan: tuple[str, int] | None, counts: Mapping[str, int]) -> Any:
    """The comparison's breaks in, a system's customers out.

    ``plan`` is where one lies, and how many breaks it puts right; none of given
    records. One that lies beside no report is of no comparison that has a name.
    """
    written = counts.get("created", 0) + counts.get("updated", 0)
    out = _output(_system(conn_type, company), "customer", _columns_of("customer"), written)
    return _lineage([*_breaks_of(*plan)] if plan else [], [out])


def _breaks_of(plan: str, number: int) -> Iterator[Any]:
    if plan.rsplit("/", 2)[-2].startswith("plan-"):
        yield _input(*_stored(plan, _PLAN_LEVELS), tuple(COLUMNS), number)


def _system(conn_type: str, company: str) -> str:
    return f"{conn_type}://{company}"


def _columns_of(resource: str) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(_RECORDS[resource]))


def _stream(manifest: str) -> tuple[str, str]:
    return _stored(manifest, _BATCH_LEVELS)


def _stored(address: str, levels: int) -> tuple[str, str]:
    """Namespace and name of the folder so many levels above, by OpenLineage's naming; a connection is no part of it."""
    parts = urlsplit(address.rsplit("/", levels)[0])
    if parts.scheme in ("", "file"):
        return "file", parts.path
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", parts.path.lstrip("/")


def _input(namespace: str, name: str, columns: Iterable[str], rows: int | None = None) -> Any:
    from openlineage.client.event_v2 import InputDataset  # noqa: PLC0415  # not installed everywhere

    return InputDataset(namespace=namespace, name=name, facets=_schema(columns), inputFacets=_counted(rows))


def _counted(rows: int | None) -> dict[str, Any]:
    """The number of rows read, where it is known and the installed client has a facet for it."""
    try:
        from openlineage.client.facet_v2 import input_statistics_input_dataset as statistics  # noqa: PLC0415
    except ImportError:
        return {}
    return {} if rows is None else {"inputStatistics": statistics.InputStatisticsInputDatasetFacet(rowCount=rows)}


def _output(namespace: str, name: str, columns: Iterable[str], rows: int) -> Any:
    from openlineage.client.event_v2 import OutputDataset  # noqa: PLC0415
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics  # noqa: PLC0415

    counted = statistics.OutputStatisticsOutputDatasetFacet(rowCount=rows)
    return OutputDataset(
        namespace=namespace, name=name, facets=_schema(columns), outputFacets={"outputStatistics": counted}
    )


def _schema(columns: Iterable[str]) -> dict[str, Any]:
    from openlineage.client.facet_v2 import schema_dataset  # noqa: PLC0415

    fields = [schema_dataset.SchemaDatasetFacetFields(name=name) for name in columns]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}


def _lineage(inputs: list[Any], outputs: list[Any]) -> Any:
    from airflow.providers.openlineage.extractors import OperatorLineage  # noqa: PLC0415

    return OperatorLineage(inputs=inputs, outputs=outputs)
