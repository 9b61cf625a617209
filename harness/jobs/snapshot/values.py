"""What a snapshot is of: sections, as contracts/snapshot.toml has them; and what it holds, as a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1

NAME = "snapshot.toml"
"""The file of the sections, among the contracts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The rows of one model, "app_label.Model". Keys as in contracts/snapshot.toml (docs/formats.md).

    `row` is the field that names a row; "" where rows are a sequence. `rename` maps a field to the model's own; `whether` a
    field to a secret one, of which only yes or no is said; `mask` are fields whose e-mail addresses are taken out.
    """

    name: str
    model: str
    fields: tuple[str, ...]
    row: str = ""
    order: tuple[str, ...] = ()
    limit: int | None = None
    filter: Mapping[str, Any] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    whether: Mapping[str, str] = field(default_factory=dict)
    mask: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether it is of one row, by its key: then it is compared with itself, whatever it holds."""
        return "pk" in self.filter


Sections = tuple[Section, ...]

Document = Mapping[str, Any]
"""{"format": 1, "sections": [{"section", "absent": [field], "rows": [{field: value}]}]}, sections in the file's order."""
