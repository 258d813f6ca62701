"""The comparison as one SQL text, the same for every engine."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  SQL, not markup; only names of a checked spec come in
)


def render(spec: ReconciliationSpec, *, source: str, target: str) -> str:
    """The text that matches two normalised sides and yields their findings.

    ``source`` and ``target`` are what stands behind ``FROM``: a table, a view,
    or an engine's own expression for a file. The columns that come back are
    those of :class:`~airflow_provider_erp.reconciliation.findings.Finding`.
    """
    template = _TEMPLATES.get_template("breaks.sql.j2")
    return template.render(keys=spec.keys, fields=spec.fields, source=source, target=target)
