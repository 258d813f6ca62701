"""Invented customers can be told apart."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.sandbox.world.population import Population, Shape


@given(seed=st.integers(0, 10_000))
def test_small_world_has_no_namesakes(seed: int) -> None:
    population = Population(Random(seed))
    people = [population.draw(Shape.PERSON) for _ in range(40)]
    assert len({person.name for person in people}) == len(people)


@given(seed=st.integers(0, 10_000))
def test_namesakes_of_a_larger_world_live_in_different_towns(seed: int) -> None:
    population = Population(Random(seed))
    people = [population.draw(Shape.PERSON) for _ in range(150)]
    assert len({(person.name, person.postal_code) for person in people}) == len(people)
