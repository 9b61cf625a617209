"""What the answers need of `request.random`: the harness gives a random.Random that can do this too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """A stream of choices that is the same for the same request and seed."""

    def fork(self, name: str) -> Chance:
        """Another stream that does not move this one, so that a change in one part leaves the other parts alone."""

    def between(self, low: int, high: int) -> int: ...

    def pick(self, items: Sequence[T]) -> T: ...

    def some(self, items: Sequence[T], n: int) -> list[T]:
        """Up to `n` different items, in a chosen order."""
