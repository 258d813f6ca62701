"""Keys are counted exactly, in little memory."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.protocol.keys import Keys


@given(st.lists(st.binary(max_size=3)))
def test_each_key_is_new_once(keys: list[bytes]) -> None:
    known = Keys()
    seen: set[bytes] = set()
    for key in keys:
        assert known.add(key) == (key not in seen)
        seen.add(key)
    assert len(known) == len(seen)


@given(st.sets(st.binary(max_size=3)), st.sets(st.binary(max_size=3)))
def test_sets_of_keys_are_equal_when_their_keys_are(one: set[bytes], other: set[bytes]) -> None:
    first, second = Keys(), Keys()
    assert first.update(sorted(one)) == len(one)
    second.update(sorted(other, reverse=True))
    assert (first == second) == (one == other)


def test_million_keys_take_less_than_sixteen_bytes_each() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        known = Keys()
        known.update(b"%d" % number for number in range(1_000_000))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 1_000_000 < 16
