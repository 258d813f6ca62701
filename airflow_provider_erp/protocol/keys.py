"""Sets of keys in about ten bytes a key: millions of rows are proved distinct in little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

_SHARDS = 4096
_MASK = 2**64 - 1


class Keys:
    """Counts distinct keys by 64 bits of their hash, kept in short sorted arrays.

    Two keys of a million share their 64 bits once in ten million lists; the
    list is then read again or refused, for its count falls short: nothing is
    lost in silence.
    """

    def __init__(self) -> None:
        self._shards: list[array[int] | None] = [None] * _SHARDS
        self._count = 0
        self._sum = 0

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same keys, by count and sum of the hashes."""
        return isinstance(other, Keys) and (self._count, self._sum) == (other._count, other._sum)

    __hash__ = None  # type: ignore[assignment]

    def add(self, key: bytes) -> bool:
        """Whether the key is new."""
        digest = hash(key) & _MASK
        place = digest % _SHARDS
        shard = self._shards[place]
        if shard is None:
            shard = self._shards[place] = array("Q")
        at = bisect_left(shard, digest)
        if at < len(shard) and shard[at] == digest:
            return False
        shard.insert(at, digest)
        self._count += 1
        self._sum = (self._sum + digest) & _MASK
        return True

    def update(self, keys: Iterable[bytes]) -> int:
        """How many of the keys were new."""
        return sum(map(self.add, keys))
