"""Who pushes a plan: one task instance, whichever was first, and its later tries."""

from __future__ import annotations

import datetime as dt
import secrets

import msgspec

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import Attempt, join
from airflow_provider_erp.pushing.journal import Create

CLAIM = "claim.json"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The task instance that a plan belongs to."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    at: dt.datetime


_CLAIM = msgspec.json.Decoder(Claim).decode


def claim(folder: str, attempt: Attempt, at: dt.datetime, create: Create = storage.create) -> None:
    """Makes the plan of this folder this task instance's own, unless it is already.

    Raises:
        ErpConfigError: another task instance pushes the plan, or has, or the claim cannot be read.
    """
    ours = Claim(
        dag_id=attempt.dag_id, run_id=attempt.run_id, task_id=attempt.task_id, map_index=attempt.map_index, at=at
    )
    address = join(folder, CLAIM)
    try:
        create(address, msgspec.json.encode(ours))
    except FileExistsError:
        theirs = _read(address)
        if msgspec.structs.replace(theirs, at=at) != ours:
            raise ErpConfigError(
                f"the plan is pushed by task {theirs.task_id!r} of DAG {theirs.dag_id!r}, run {theirs.run_id!r} "
                f"(map index {theirs.map_index}) since {theirs.at:%Y-%m-%d %H:%M:%S%z}; clear that task to go on with "
                "it, or make a new plan"
            ) from None


def _read(address: str) -> Claim:
    try:
        return _CLAIM(storage.read(address))
    except msgspec.DecodeError as exc:
        raise ErpConfigError(
            f"{address}: expected the claim of a push, {exc}; nobody knows which task pushes the plan: look into its "
            "journal in steps, then make a new plan"
        ) from None


def creation(folder: str, *, is_alone: bool) -> Create:
    """How files that must not be there are made in this folder.

    ``is_alone`` says that something else keeps tasks apart, such as a pool.

    Raises:
        ErpConfigError: the storage lets two writers create one file, and nothing else keeps them apart.
    """
    if creates_exclusively(folder):
        return storage.create
    if not is_alone:
        raise ErpConfigError(
            f"{folder} lies on a storage that lets two writers create one file, so that two tasks could push one plan; "
            "nothing was sent: make a pool with one slot and name it in the task's pool="
        )
    return storage.create_alone


def creates_exclusively(folder: str) -> bool:
    """Whether the storage lets only one of several writers create a file; tried with a file that is gone afterwards."""
    address = join(folder, f"probe-{secrets.token_hex(8)}")
    try:
        storage.create(address, b"first")
        storage.create(address, b"second")
    except FileExistsError:
        return True
    except (NotImplementedError, ValueError, TypeError):
        return False
    finally:
        storage.remove(address)
    return False
