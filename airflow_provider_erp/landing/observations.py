"""What the runs of one comparison saw, one observation per ``as_of``, kept for the runs after them.

An observation is a Parquet file and a manifest, which is written last: without
one there is no observation. Both have digests in their names, so that nothing
is written over and what was cut or changed is seen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.manifest import Moment
from airflow_provider_erp.landing.paths import join

FORMAT = 1
_DIGITS = 16
_NAME = re.compile(rf"\.?\d{{8}}T\d{{6}}\.\d{{6}}Z-([0-9a-f]{{{_DIGITS}}})\.(json|parquet)(-[0-9a-f]{{12}})?")
"""What this package writes; a dot before and digits behind are of a try that was killed while it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is known of an observation.

    ``observed_at`` is when the run looked. ``resolves`` is false where what it
    lacks may still be there. ``facts`` are a few numbers by name, without
    personal data, such as the counts by kind.
    """

    format: int
    as_of: Moment
    observed_at: Moment
    resolves: bool
    facts: dict[str, Any]
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Observed:
    """An observation with a local copy of its Parquet file."""

    manifest: Manifest
    file: Path


def publish(
    address: str, file: Path, *, as_of: dt.datetime, observed_at: dt.datetime, resolves: bool, facts: dict[str, Any]
) -> str:
    """Puts an observation into the folder at ``address`` and answers its manifest's address.

    Publishing the same again changes nothing.
    """
    digest = storage.sha256(file)
    name = f"{_stamp(as_of)}-{digest[:_DIGITS]}.parquet"
    manifest = Manifest(
        format=FORMAT,
        as_of=as_of,
        observed_at=observed_at,
        resolves=resolves,
        facts=facts,
        file=name,
        sha256=digest,
    )
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    path = join(address, f"{_stamp(as_of)}-{_digest(content)}.json")
    storage.put(file, join(address, name))
    with suppress(FileExistsError):
        storage.create(path, content)
    return path


def read_all(address: str, folder: Path, *, before: dt.datetime | None = None) -> tuple[Observed, ...]:
    """The observations in the folder at ``address`` by their ``as_of``, copied into a local folder.

    Of several for one ``as_of`` the one observed last counts, then the one
    whose file has the greatest name. Those from ``before`` on are left out.

    Raises:
        ValueError: something else lies in the folder, or a manifest cannot be read.
        ErpInconsistentRead: a file is gone, or its bytes are not those that were published.
    """
    manifests = [manifest for manifest in _manifests(address) if before is None or manifest.as_of < before]
    ordered = sorted(manifests, key=lambda each: (each.as_of, each.observed_at, each.file))
    newest = {manifest.as_of: manifest for manifest in ordered}
    return tuple(Observed(manifest, _copy(address, manifest, folder)) for manifest in newest.values())


def known(address: str) -> tuple[Manifest, ...]:
    """The manifests of all observations in the folder at ``address``, by the moments when they were made.

    Raises:
        ValueError: something else lies in the folder, or a manifest cannot be read.
    """
    return tuple(sorted(_manifests(address), key=_when_made))


def newest_first(
    address: str, read: Callable[[str], bytes] = storage.read, *, day: dt.date | None = None
) -> Iterator[Manifest]:
    """The manifest that counts of each moment, or of each moment of a day in UTC, the newest moment first.

    One is read only when it is asked for. What ``read`` answers for an address
    may be kept: what lies there never changes.

    Raises:
        ValueError: something else lies in the folder, or a manifest cannot be read.
    """
    moments = f"{day:%Y%m%d}T" if day else ""
    names = sorted((name for name in _names(address) if name.startswith(moments)), reverse=True)
    for _, of_moment in groupby(names, key=lambda name: name.partition("-")[0]):
        yield max((_manifest(join(address, name), read) for name in of_moment), key=_when_made)


def _when_made(manifest: Manifest) -> tuple[dt.datetime, str]:
    return manifest.observed_at, manifest.file


def _manifests(address: str) -> Iterator[Manifest]:
    return (_manifest(join(address, name), storage.read) for name in _names(address))


def _names(address: str) -> Iterator[str]:
    """Of the manifests in the folder."""
    for name in storage.names(address):
        found = _NAME.fullmatch(name)
        if found is None:
            path = join(address, name)
            raise ValueError(f"{path}: expected only observations in this folder; move this file elsewhere")
        if not name.startswith(".") and found[2] == "json":
            yield name


def _manifest(path: str, read: Callable[[str], bytes]) -> Manifest:
    content, expected = read(path), path.rpartition("-")[2].removesuffix(".json")
    if _digest(content) != expected:
        raise ErpInconsistentRead(
            f"{path}: expected content with the digest {expected}, got {_digest(content)}; the file was changed or "
            "cut: restore it, or remove it to forget this observation"
        )
    return _decode(content, path)


class _Format(msgspec.Struct):
    format: int


_FORMAT_OF, _MANIFEST = msgspec.json.Decoder(_Format).decode, msgspec.json.Decoder(Manifest).decode


def _decode(content: bytes, path: str) -> Manifest:
    try:
        found = _FORMAT_OF(content).format
        if found <= FORMAT:
            return _MANIFEST(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise ValueError(f"{path}: expected the manifest of an observation, but {exc}") from exc
    raise ValueError(f"{path}: format {found} is newer than this package reads ({FORMAT}); upgrade the package")


def _copy(address: str, manifest: Manifest, folder: Path) -> Path:
    source, target = join(address, manifest.file), folder / manifest.file
    try:
        digest = storage.copy(source, target)
    except FileNotFoundError as exc:
        raise ErpInconsistentRead(
            f"{source}: the manifest of {manifest.as_of.isoformat()} names this file, but it is gone; restore it, "
            "or remove the manifest to forget this observation"
        ) from exc
    if digest != manifest.sha256:
        raise ErpInconsistentRead(
            f"{source}: expected sha256 {manifest.sha256}, got {digest}; the copy was cut or the file was changed"
        )
    return target


def _stamp(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S.%fZ}"


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGITS]
