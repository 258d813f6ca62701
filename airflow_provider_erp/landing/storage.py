"""The few things that batches ask of a storage, by address; what object stores do badly is kept in here.

A file is put whole or not at all, nothing is renamed, and a listing is asked
of the storage itself, never of a cache.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from airflow.sdk import ObjectStoragePath

_LOCAL = frozenset({"", "file", "local"})
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, None)
"""Seconds to wait for another writer; after the last there is no further try."""


def is_on_disk(address: str) -> bool:
    """Whether it lies on this machine's disk, or on what is mounted there."""
    return urlsplit(address).scheme in _LOCAL


def put(local: Path, address: str) -> None:
    """Copies a finished local file to ``address``, whole or not at all, over what is there."""
    target = ObjectStoragePath(address)
    _make_parent(target)
    if _is_local(target):
        _put_local(local, Path(target.path))
    else:
        target.fs.put_file(str(local), target.path)


def create(address: str, content: bytes) -> None:
    """Writes ``content`` so that only one of several writers succeeds and no reader sees a part of it.

    Raises:
        FileExistsError: another writer was first.
        NotImplementedError: the storage says that it cannot do so; others may ignore what they are asked for.
    """
    target = ObjectStoragePath(address)
    _make_parent(target)
    if _is_local(target):
        _create_local(Path(target.path), content)
    else:
        _create_object(target, content)


def create_alone(address: str, content: bytes) -> None:
    """The same where a storage cannot do that: whoever calls it sees to it that nobody else writes.

    Raises:
        FileExistsError: there is such a file already.
    """
    target = ObjectStoragePath(address)
    target.fs.invalidate_cache()
    if target.fs.exists(target.path):
        raise FileExistsError(address)
    _make_parent(target)
    target.fs.pipe_file(target.path, content)


def read(address: str) -> bytes:
    """The whole file at ``address``.

    Raises:
        FileNotFoundError: there is none.
    """
    source = ObjectStoragePath(address)
    content: bytes = source.fs.cat_file(source.path)
    return content


def copy(address: str, local: Path) -> str:
    """Copies the file at ``address`` to ``local`` and answers the copy's SHA-256."""
    source = ObjectStoragePath(address)
    source.fs.get_file(source.path, str(local))
    return sha256(local)


def names(address: str) -> list[str]:
    """What lies directly in a folder, sorted by name; nothing where there is no folder."""
    folder = ObjectStoragePath(address)
    folder.fs.invalidate_cache()
    try:
        entries: list[str] = folder.fs.ls(folder.path, detail=False)
    except FileNotFoundError:
        return []
    return sorted(entry.rstrip("/").rsplit("/", 1)[-1] for entry in entries)


def remove(address: str) -> None:
    """Removes one file; none there is fine."""
    file = ObjectStoragePath(address)
    try:
        file.fs.rm_file(file.path)
    except FileNotFoundError:
        return


def remove_folder(address: str) -> None:
    """Removes a folder with all that is in it."""
    folder = ObjectStoragePath(address)
    folder.fs.invalidate_cache()
    if folder.fs.exists(folder.path):
        folder.fs.rm(folder.path, recursive=True)


def sha256(local: Path) -> str:
    """The digest of a local file, in hexadecimal digits."""
    with local.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put_local(local: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}-{secrets.token_hex(6)}")
    try:
        shutil.copyfile(local, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _create_local(target: Path, content: bytes) -> None:
    """A link either comes to be whole or fails: unlike opening exclusively, it never shows a half-written file."""
    draft = target.with_name(f".{target.name}-{secrets.token_hex(6)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _create_object(target: Any, content: bytes) -> None:
    """S3's own answers, by their status: its library knows only some, and MinIO words them otherwise.

    Source: AWS, S3 conditional writes: 412 where there is an object, 409 where
    another request is writing one, and then the upload is to be tried again.
    """
    for seconds in _PAUSES:
        try:
            target.fs.pipe_file(target.path, content, mode="create")
        except OSError as exc:
            status = _status(exc)
            if status == HTTPStatus.PRECONDITION_FAILED:
                raise FileExistsError(target.path) from exc
            if status == HTTPStatus.NOT_IMPLEMENTED:
                raise NotImplementedError(target.path) from exc
            if status != HTTPStatus.CONFLICT or seconds is None:
                raise
            time.sleep(seconds)
        else:
            return


def _status(error: OSError) -> int | None:
    """Of the answer that S3's library took for an error."""
    answer = getattr(error.__cause__, "response", {})
    status: int | None = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status


def _make_parent(target: Any) -> None:
    if _is_local(target):
        Path(target.path).parent.mkdir(parents=True, exist_ok=True)


def _is_local(target: Any) -> bool:
    return target.protocol in _LOCAL
