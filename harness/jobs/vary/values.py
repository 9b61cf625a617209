"""What is varied of a backend, as a report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """`worlds`: variation -> how many cells are driven in it, and why it is; `edits` are all that the target could be edited
    by; `shown`: edit -> cells in which it shows."""

    worlds: Mapping[str, tuple[int, str]]
    edits: tuple[str, ...]
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def showing(self) -> tuple[str, ...]:
        return tuple(name for name in self.edits if self.shown.get(name))

    @property
    def nowhere(self) -> tuple[str, ...]:
        """Tried, and no cell shows it."""
        return tuple(name for name in self.edits if name in self.shown and not self.shown[name])

    @property
    def untried(self) -> tuple[str, ...]:
        return tuple(name for name in self.edits if name not in self.shown)

    @property
    def gone(self) -> tuple[str, ...]:
        """Learnt of a column that the target has no more."""
        return tuple(name for name in self.shown if name not in set(self.edits))
