"""What is varied of a backend, as a report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core.variation import BESIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """`worlds`: variation -> how many cells are driven in it, and why it is; `edits` are all that the target could be edited
    by; `shown`: edit -> cells in which it shows."""

    worlds: Mapping[str, tuple[int, str]]
    edits: tuple[str, ...]
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def showing(self) -> tuple[str, ...]:
        return tuple(name for name in self.edits if self.where(name))

    @property
    def nowhere(self) -> tuple[str, ...]:
        """Tried, and no cell shows it."""
        return tuple(name for name in self.edits if name in self.shown and not self.where(name))

    def where(self, name: str) -> tuple[str, ...]:
        """The cells in which a setting shows, with the world where that is not the given one."""
        beside = f"{BESIDE}+{name}"
        return (*self.shown.get(name, ()), *(f"{cell}~{BESIDE}" for cell in self.shown.get(beside, ())))

    @property
    def untried(self) -> tuple[str, ...]:
        return tuple(name for name in self.edits if name not in self.shown)

    @property
    def gone(self) -> tuple[str, ...]:
        """Learnt of a column that the target has no more."""
        return tuple(name for name in self.shown if name.removeprefix(f"{BESIDE}+") not in set(self.edits))
