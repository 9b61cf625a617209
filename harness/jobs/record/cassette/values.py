"""What checking a folder of cassettes found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """`cassettes` and `errors` are counted; every problem by its fields, and as a line."""

    cassettes: int
    errors: int
    problems: tuple[Mapping[str, Any], ...]
    lines: tuple[str, ...]
