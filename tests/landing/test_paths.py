"""Folder names: any text, never the same name for two."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.landing.paths import Attempt, default_base_path, segment

ANY_TEXT = st.text(st.characters(), min_size=1, max_size=200)


@given(ANY_TEXT, ANY_TEXT)
def test_two_texts_never_share_a_folder(one: str, other: str) -> None:
    assert (segment(one) == segment(other)) == (one == other)


@given(ANY_TEXT)
def test_any_text_becomes_one_harmless_folder_name(text: str) -> None:
    name = segment(text)
    assert len(name) <= 120
    assert Path("/base", name).name == name
    assert not name.startswith(".")
    assert not set(name) & set("/\\?#*[]{}:@ \n\0")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nordic-1_a.b", "Nordic-1_a.b"),
        ("..", "~2E."),
        ("a/b", "a~2Fb"),
        ("a%2Fb", "a~252Fb"),
        ("a~2Fb", "a~7E2Fb"),
        ("Å", "~C3~85"),
    ],
)
def test_readable_characters_stay_and_the_rest_is_encoded(text: str, name: str) -> None:
    assert segment(text) == name


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        segment("")


def test_names_that_are_too_long_are_told_apart_by_their_digest() -> None:
    assert segment("x" * 500) != segment("x" * 501)


def test_folders_of_one_task_instance_share_a_digest_and_no_two_are_equal() -> None:
    first = Attempt(dag_id="d", run_id="r", task_id="t")
    names = {first.folder_name(), first.folder_name()}
    assert len(names) == 2
    assert len({name.split("-")[0] for name in names}) == 1


@pytest.mark.parametrize(
    "other",
    [
        Attempt(dag_id="other", run_id="r", task_id="t"),
        Attempt(dag_id="d", run_id="other", task_id="t"),
        Attempt(dag_id="d", run_id="r", task_id="other"),
        Attempt(dag_id="d", run_id="r", task_id="t", map_index=0),
    ],
)
def test_other_task_instances_have_another_digest(other: Attempt) -> None:
    mine = Attempt(dag_id="d", run_id="r", task_id="t").folder_name()
    assert other.folder_name().split("-")[0] != mine.split("-")[0]


def test_a_folder_tells_the_try() -> None:
    assert Attempt(dag_id="d", run_id="r", task_id="t", try_number=3).folder_name().split("-")[1] == "3"


def test_batches_are_kept_in_the_configured_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", "s3://aws_default@finance/erp")
    assert default_base_path() == "s3://aws_default@finance/erp"


def test_without_configuration_batches_are_kept_in_the_home_of_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW__ERP__BASE_PATH", raising=False)
    assert default_base_path().startswith("file:///")
    assert default_base_path().endswith("/erp")
