"""Observations on a storage: one per moment, whole or not at all, and nothing lost in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.observations import Observed, publish, read_all

MONDAY = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(params=["file", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path}/base/customers"
        return
    attach("memory", fs=MemoryFileSystem())
    yield f"memory://{uuid4().hex}/customers"
    MemoryFileSystem.store.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copies = tmp_path / "copies"
    copies.mkdir()
    return copies


def observe(
    address: str, content: str, *, day: int = 0, late: int = 0, resolves: bool = True, work: Path | None = None
) -> str:
    """Publishes an observation of a day, so many minutes after its beginning."""
    local = (work or Path.cwd()) / "local.parquet"
    local.write_text(content)
    as_of = MONDAY + day * DAY
    facts = {"counts": {"missing_in_target": len(content)}}
    return publish(address, local, as_of=as_of, observed_at=as_of + late * MINUTE, resolves=resolves, facts=facts)


@pytest.fixture(autouse=True)
def _work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(observed: tuple[Observed, ...]) -> list[tuple[int, str]]:
    return [((each.manifest.as_of - MONDAY).days, each.file.read_text()) for each in observed]


def test_folder_that_is_not_there_has_no_observations(address: str, folder: Path) -> None:
    assert read_all(address, folder) == ()


def test_observation_is_read_as_it_was_published(address: str, folder: Path) -> None:
    path = observe(address, "abc", late=15, resolves=False)
    [observed] = read_all(address, folder)
    manifest = observed.manifest
    assert (manifest.as_of, manifest.observed_at, manifest.resolves) == (MONDAY, MONDAY + 15 * MINUTE, False)
    assert manifest.facts == {"counts": {"missing_in_target": 3}}
    assert (observed.file.parent, observed.file.read_text()) == (folder, "abc")
    assert path.rsplit("/", 1)[-1] in storage.names(address)


def test_observations_come_by_their_moment_whatever_the_order_of_writing(address: str, folder: Path) -> None:
    for day in (2, 0, 1):
        observe(address, str(day), day=day)
    assert said(read_all(address, folder)) == [(0, "0"), (1, "1"), (2, "2")]


def test_observations_from_the_given_moment_on_are_left_out_and_not_copied(address: str, folder: Path) -> None:
    for day in range(4):
        observe(address, str(day), day=day)
    assert said(read_all(address, folder, before=MONDAY + 2 * DAY)) == [(0, "0"), (1, "1")]
    assert len(list(folder.iterdir())) == 2


def test_later_look_at_a_moment_replaces_an_earlier_one_also_when_it_was_written_first(
    address: str, folder: Path
) -> None:
    observe(address, "second", late=20)
    observe(address, "first", late=10)
    assert said(read_all(address, folder)) == [(0, "second")]
    assert len(storage.names(address)) == 4


def test_publishing_the_same_again_changes_nothing(address: str, folder: Path) -> None:
    assert observe(address, "same") == observe(address, "same")
    assert len(storage.names(address)) == 2
    assert said(read_all(address, folder)) == [(0, "same")]


def test_same_breaks_on_two_days_and_at_two_looks_are_observations_of_their_own(address: str, folder: Path) -> None:
    for day, late in ((0, 0), (0, 1), (1, 0)):
        observe(address, "same", day=day, late=late)
    assert said(read_all(address, folder)) == [(0, "same"), (1, "same")]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_order_of_writing_is_read_alike(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    looks = st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from("abc"))
    given_looks = data.draw(st.lists(looks, min_size=1, max_size=6, unique=True))
    answers = []
    for order in (given_looks, data.draw(st.permutations(given_looks))):
        work = tmp_path_factory.mktemp("work")
        for day, late, content in order:
            observe(f"file://{work}/base", content, day=day, late=late, work=work)
        answers.append(said(read_all(f"file://{work}/base", work)))
    assert answers[0] == answers[1]
    last = {day: max(late for other, late, _ in given_looks if other == day) for day, _, _ in given_looks}
    assert [day for day, _ in answers[0]] == sorted(last)
    for day, content in answers[0]:
        assert (day, last[day], content) in given_looks


def test_observation_without_a_manifest_and_drafts_of_a_killed_try_do_not_count(address: str, folder: Path) -> None:
    path = observe(address, "abc")
    observe(address, "unfinished", day=1)
    [unfinished] = [each for each in storage.names(address) if each.startswith("20261117") and each.endswith(".json")]
    storage.remove(f"{address}/{unfinished}")
    name = path.rsplit("/", 1)[-1]
    storage.create(f"{address}/.{name}-0123456789ab", b"{")
    assert said(read_all(address, folder)) == [(0, "abc")]


@pytest.mark.parametrize("name", ["notes.txt", "20261116T040000.000000Z-abc.json", ".DS_Store", "older/file"])
def test_foreign_file_is_refused_by_its_name(address: str, folder: Path, name: str) -> None:
    observe(address, "abc")
    storage.create(f"{address}/{name}", b"{}")
    with pytest.raises(ValueError, match=f"{name.split('/', maxsplit=1)[0]}: expected only observations"):
        read_all(address, folder)


def test_manifest_that_was_changed_or_cut_is_refused_by_its_name(address: str, folder: Path) -> None:
    path = observe(address, "abc")
    content = storage.read(path)
    storage.remove(path)
    storage.create(path, content[:-10])
    with pytest.raises(ErpInconsistentRead, match=rf"{path.rsplit('/', 1)[-1]}: .*changed or cut"):
        read_all(address, folder)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", "expected the manifest of an observation, but Expected `object`"),
        (b'{"format": 1}', "missing required field `as_of`"),
        (b"\xff\xfe", "expected the manifest of an observation"),
        (b'{"format": 2}', "format 2 is newer than this package reads"),
    ],
)
def test_manifest_of_another_shape_is_refused_by_its_name(
    address: str, folder: Path, content: bytes, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "content").write_bytes(content)
    name = f"20261116T040000.000000Z-{storage.sha256(tmp_path / 'content')[:16]}.json"
    storage.create(f"{address}/{name}", content)
    with pytest.raises(ValueError, match=expected) as caught:
        read_all(address, folder)
    assert name in str(caught.value)


def test_file_that_is_gone_is_told_by_name_and_moment(address: str, folder: Path) -> None:
    observe(address, "abc")
    [name] = [each for each in storage.names(address) if each.endswith(".parquet")]
    storage.remove(f"{address}/{name}")
    with pytest.raises(ErpInconsistentRead, match=rf"{name}: the manifest of 2026-11-16T04:00:00\+00:00 .* gone"):
        read_all(address, folder)


def test_file_that_was_changed_is_told_by_name(address: str, folder: Path, tmp_path: Path) -> None:
    observe(address, "abc")
    [name] = [each for each in storage.names(address) if each.endswith(".parquet")]
    (tmp_path / "other").write_text("abd")
    storage.put(tmp_path / "other", f"{address}/{name}")
    with pytest.raises(ErpInconsistentRead, match=rf"{name}: expected sha256"):
        read_all(address, folder)
