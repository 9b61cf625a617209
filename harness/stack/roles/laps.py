"""What took how long while a stack came up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Laps:
    """Seconds by name, kept in the mapping that it is given or makes; `boot` is all of them together."""

    def __init__(self, seconds: dict[str, float] | None = None) -> None:
        self.began = time.perf_counter()
        self.seconds: dict[str, float] = {} if seconds is None else seconds

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def total(self) -> None:
        self.seconds["boot"] = time.perf_counter() - self.began
