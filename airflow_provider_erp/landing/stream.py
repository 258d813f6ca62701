"""Streams: which batches continue one another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_erp.landing.paths import segment

EVERYTHING = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """All fetches that read the same selection of one company's resource.

    ``selection`` is ``all``, or the digest of the filters that select rows. A
    cursor belongs to a stream: a fetch of active customers never moves the
    cursor of a fetch of all.
    """

    connection_type: str
    company: str
    resource: str
    selection: str = EVERYTHING

    @classmethod
    def of(cls, connection_type: str, company: str, resource: str, filters: Mapping[str, Any]) -> Stream:
        """The stream of a fetch with these filters, which are those that select rows."""
        return cls(
            connection_type=connection_type,
            company=company,
            resource=resource,
            selection=digest_of(filters),
        )

    @property
    def folder(self) -> str:
        """The stream's folder below the base path."""
        names = (self.connection_type, self.company, self.resource, self.selection)
        return "/".join(segment(name) for name in names)


def digest_of(filters: Mapping[str, Any]) -> str:
    """The same text for equal filters in any order; ``all`` without filters."""
    if not filters:
        return EVERYTHING
    return hashlib.sha256(json.dumps(filters, sort_keys=True, default=str).encode()).hexdigest()[:16]
