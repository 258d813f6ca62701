"""What a manifest says beyond the files of its batch: how it compares with what was published before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

import msgspec

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.landing.batch import Draft
from airflow_provider_erp.landing.catalog import Catalog, Published, copy_records
from airflow_provider_erp.landing.changed import changed_records
from airflow_provider_erp.landing.fence import deleted_since
from airflow_provider_erp.landing.manifest import Changes, Manifest, Part
from airflow_provider_erp.landing.schema import FIRST_ROWS, drift
from airflow_provider_erp.landing.source import Source, Traits
from airflow_provider_erp.landing.stream import Stream

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplements:
    """Completes a manifest; ``before`` is the batch before it in its stream.

    Raises (when called):
        ErpProtocolError: the fields of the raw records changed, and that should fail.
    """

    hook: Source
    traits: Traits
    catalog: Catalog
    stream: Stream
    before: Published | None
    fail_on_drift: bool = False

    def __call__(self, manifest: Manifest, draft: Draft) -> Manifest:
        """The manifest with drift, warnings, deletions and changes."""
        manifest = replace(
            manifest,
            drift=self._drift(manifest),
            warnings=tuple(self._warnings(manifest)),
            deleted=self._deleted(manifest, draft),
            changes=self._changes(manifest, draft),
        )
        for told in manifest.warnings:
            log.warning("%s %s: %s", manifest.conn_type, manifest.resource, told)
        return manifest

    def _drift(self, manifest: Manifest) -> tuple[str, ...]:
        reference = self._reference(manifest)
        if reference is None:
            return ()
        before = reference.manifest
        found = tuple(drift(before.schema, manifest.schema, rows=manifest.rows, rows_before=before.rows))
        if not found:
            return ()
        label = f"{manifest.conn_type} {manifest.resource}"
        told = "; ".join(found)
        if self.fail_on_drift:
            raise ErpProtocolError(
                f"{label}: the records have other fields than in the batch of "
                f"{before.as_of.isoformat()}: {told}. Nothing was published; check what the vendor "
                "changed, then run the task once with on_schema_change='warn'"
            )
        log.warning("%s: the records have other fields than before: %s", label, told)
        return found

    def _reference(self, manifest: Manifest) -> Published | None:
        """The batch before, or the last full one where that has too few rows to tell which fields there are."""
        if self.before is None or self.before.manifest.rows >= FIRST_ROWS:
            return self.before
        return self.catalog.newest_full(self.stream, before=manifest.as_of) or self.before

    def _warnings(self, manifest: Manifest) -> Iterator[str]:
        """A change filter that cannot be seen in the rows is doubted when it gives as much as everything."""
        if manifest.coverage != "changes" or self.traits.stamped:
            return
        full = self.catalog.newest_full(self.stream, before=manifest.as_of)
        if full is not None and 0 < full.manifest.distinct <= manifest.distinct:
            yield (
                f"the changes since {manifest.cursor_in} number {manifest.distinct}, at least as many as the "
                f"{full.manifest.distinct} records of the last full batch: does the server know the change filter?"
            )

    def _deleted(self, manifest: Manifest, draft: Draft) -> Part | None:
        """What the vendor's feed says was deleted since the cursor, one id a line.

        Where the batches before could not be told, it is since the cursor of the first of them.
        """
        since = manifest.cursor_in
        if since is None:
            return None
        found = deleted_since(self.hook, manifest.resource, since)
        if found is not None and (untold := self._untold_since(manifest, since)) != since:
            found = deleted_since(self.hook, manifest.resource, untold)
        if found is None:
            return None
        path = draft.workspace / "deleted.jsonl"
        path.write_bytes(b"".join(msgspec.json.encode({"source_id": each}) + b"\n" for each in found))
        return draft.put(path, len(found))

    def _untold_since(self, manifest: Manifest, since: str) -> str:
        """The cursor of the first of the batches right before that know of no deletions; cursors compare as texts."""
        earlier = (batch.manifest for batch in self.catalog.latest_first(self.stream, before=manifest.as_of))
        untold = takewhile(lambda each: each.coverage == "changes" and each.deleted is None, earlier)
        return min([since, *(each.cursor_in for each in untold if each.cursor_in is not None)])

    def _changes(self, manifest: Manifest, draft: Draft) -> Changes | None:
        """What the raw records' digests tell, where the vendor cannot be asked for changes."""
        if self.traits.has_changes or draft.records is None or self.before is None:
            return None
        if self.before.manifest.records is None:
            return None
        folder = draft.workspace / "before"
        folder.mkdir()
        found = changed_records(copy_records(self.before, folder), draft.records, draft.workspace)
        return Changes(
            added=found.added,
            changed=found.changed,
            unchanged=found.unchanged,
            gone=found.gone,
            records=draft.put(found.records, found.added + found.changed),
        )
