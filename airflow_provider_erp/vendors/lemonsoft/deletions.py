"""What Lemonsoft says was deleted.

Source: Lemonsoft's REST description, ``GET /api/log/deleted``.
"""

from __future__ import annotations

import msgspec

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.protocol.urls import with_query
from airflow_provider_erp.vendors.lemonsoft.envelope import rows_in
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.vendor import Deletions


def deletions(log_type: str) -> Deletions:
    """Source: Lemonsoft's REST description: ``startDate`` defaults to one year back, so it is always sent."""

    def path(since: str) -> str:
        return with_query("/api/log/deleted", [("logType", log_type), ("startDate", since)])

    def decode(settings: Settings, body: bytes) -> list[str]:
        """ASSUMED: a row names the deleted record by ``id``, or by what ``deleted_id_field`` says."""
        raw, more = rows_in("deleted", body)
        if more:
            raise ErpProtocolError(
                f"lemonsoft deleted {log_type}: the answer says that more follows, and no document says how to ask "
                "for it; fetch a full batch, which shows deletions, too"
            )
        name = settings.text("deleted_id_field") or "id"
        return [_deleted_id(log_type, row, name) for row in raw]

    return Deletions(path=path, decode=decode)


def _deleted_id(log_type: str, row: msgspec.Raw, name: str) -> str:
    found = msgspec.json.decode(row)
    value = found.get(name) if isinstance(found, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        keys = sorted(found)[:10] if isinstance(found, dict) else type(found).__name__
        raise ErpProtocolError(
            f"lemonsoft deleted {log_type}: expected an id under {name!r}, got {keys}; name the field in the "
            "connection's deleted_id_field"
        )
    return str(value)
