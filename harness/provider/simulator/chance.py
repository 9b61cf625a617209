"""Chance: reproducible choices, derived from text and a seed and nothing else."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
HEX = "0123456789abcdef"


class Chance(random.Random):
    """A stream of choices. Its own use only `random()`: the sequence of that for a seed is fixed across Python versions."""

    def __new__(cls, *parts: object) -> Chance:
        return super().__new__(cls)

    def __init__(self, *parts: object) -> None:
        self._key = "\x1f".join(str(part) for part in parts)
        super().__init__(int.from_bytes(hashlib.sha256(self._key.encode()).digest()[:16], "big"))

    def fork(self, name: str) -> Chance:
        """Another stream that does not move this one, so that a change in one part leaves the other parts alone."""
        return Chance(self._key, name)

    def anew(self) -> Chance:
        """This stream from its beginning."""
        return Chance(self._key)

    def below(self, n: int) -> int:
        return int(self.random() * n)

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def some(self, items: Sequence[T], n: int) -> list[T]:
        """Up to `n` different items, in a chosen order."""
        pool = list(items)
        return [pool.pop(self.below(len(pool))) for _ in range(min(n, len(pool)))]

    def text(self, length: int, alphabet: str = BASE62) -> str:
        return "".join(self.pick(alphabet) for _ in range(length))

    def uuid(self) -> str:
        raw = self.text(32, HEX)
        return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-{self.pick('89ab')}{raw[17:20]}-{raw[20:]}"
