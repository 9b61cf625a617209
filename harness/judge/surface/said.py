"""What a cell was given: times and times of day that its scenario says, and tokens that somebody else than the target made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from harness.core.history import CellHistory
from harness.core.scenario import Scenario
from harness.judge.surface.times import ISO
from harness.judge.surface.tokens import FREE_STANDING, RUN, chance, encoded

_HOUR = re.compile(r"[0-2]\d:[0-5]\d(?::00(?:\.0+)?)?")
MOST_CHARACTERS = 4000
"""A longer text is a picture or a page: no token is looked for in it."""


@dataclass(slots=True)
class Said:
    """`times` in seconds since the epoch, `hours` as "02:00", `texts` all texts."""

    times: set[float] = field(default_factory=set)
    hours: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


def said_by(scenario: Scenario) -> Said:
    """Everything that the scenario says itself."""
    said = Said()

    def read(value: Any) -> None:
        match value:
            case datetime():
                said.times.add((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
            case time():
                said.hours.add(f"{value:%H:%M}")
            case str():
                said.texts.append(value)
                for found in ISO.finditer(value):
                    try:
                        read(datetime.fromisoformat(found[0].replace("Z", "+00:00")))
                    except ValueError:
                        continue
                if len(value) in (5, 8) and value[2:3] == ":":
                    said.hours.add(value[:5])
            case dict():
                for name, item in value.items():
                    read(name)
                    read(item)
            case list() | tuple() | set() | frozenset():
                for item in value:
                    read(item)
            case _ if hasattr(value, "__dataclass_fields__"):
                for name in value.__dataclass_fields__:
                    read(getattr(value, name))

    read(scenario)
    return said


def hours_of(cell: CellHistory) -> set[str]:
    """Times of day, as "02:00", that rows held before they were changed: a slot of 02:00 is that of its row, also in the hour before it."""
    texts = [text for row in cell.rows for text in (row.before or {}).values() if isinstance(text, str)]
    return {text[:5] for text in texts if _HOUR.fullmatch(text)}


def given_in(cell: CellHistory, said: Said) -> Callable[[str], bool]:
    """Tells whether a token stands in the scenario, or in a provider's answer before the target sent it to one: what a provider only
    says again, the target made."""
    texts = list(said.texts)
    sent: set[str] = set()
    for call in cell.calls:
        asked = _texts([call.request, call.path, call.query, dict(call.headers)])
        known = "\n".join(texts)
        made = {*filter(chance, FREE_STANDING.findall(asked)), *filter(encoded, RUN.findall(asked))}
        sent |= {piece for piece in made if piece not in known}
        texts += [_texts(call.response), *call.request_ids]
    whole = "\n".join(texts)
    return lambda piece: piece not in sent and piece in whole


def _texts(value: Any) -> str:
    """Every text in a JSON value that is short enough to hold a token."""
    match value:
        case str():
            return value if len(value) <= MOST_CHARACTERS else ""
        case dict():
            return "\n".join((*map(str, value), *map(_texts, value.values())))
        case list() | tuple():
            return "\n".join(map(_texts, value))
    return ""
