"""Streams: which batches continue one another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airflow_provider_erp.landing.paths import segment

EVERYTHING = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """All fetches that read the same selection of one company's resource.

    ``selection`` is ``all``, or the digest of the filters that select rows. A
    cursor belongs to a stream: a fetch of active customers never moves the
    cursor of a fetch of all.
    """

    conn_type: str
    company: str
    resource: str
    selection: str = EVERYTHING

    @classmethod
    def of(cls, conn_type: str, company: str, resource: str, selection: Mapping[str, Sequence[str]]) -> Stream:
        """The stream of a fetch that sends these texts to select rows, by the filters' names."""
        return cls(
            conn_type=conn_type,
            company=company,
            resource=resource,
            selection=digest_of(selection),
        )

    @property
    def folder(self) -> str:
        """The stream's folder below the base path."""
        names = (self.conn_type, self.company, self.resource, self.selection)
        return "/".join(segment(name) for name in names)


def digest_of(selection: Mapping[str, Sequence[str]]) -> str:
    """The same text for equal selections in any order; ``all`` where nothing is selected."""
    if not selection:
        return EVERYTHING
    return hashlib.sha256(json.dumps(selection, sort_keys=True).encode()).hexdigest()[:16]
