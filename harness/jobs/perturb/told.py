"""Events and values in them, changed without touching what was read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core.history import Event

Path = tuple[Any, ...]


def put(value: Any, path: Path, new: Any) -> Any:
    """`value` with `new` at `path`; all else is shared with it."""
    if not path:
        return new
    step, *rest = path
    if isinstance(value, Mapping):
        return {**value, step: put(value[step], tuple(rest), new)}
    return [put(one, tuple(rest), new) if n == step else one for n, one in enumerate(value)]


def without(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key != name}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that holds no others, with where it stands."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list | tuple):
        for n, one in enumerate(value):
            yield from leaves(one, (*path, n))
    else:
        yield path, value


def replaced(events: Sequence[Event], at: Mapping[int, Event | None], behind: Mapping[int, Event] = {}) -> list[Event]:
    """The events with others at these places, None for none at all, and more `behind` some; cell.end counts them again."""
    made: list[Event] = []
    for n, event in enumerate(events):
        now = at.get(n, event)
        made += [one for one in (now, behind.get(n)) if one is not None]
    counted = Counter(event["kind"] for event in made)
    return [{**event, "events": _counts(event, counted)} if event["kind"] == "cell.end" else event for event in made]


def _counts(end: Event, counted: Mapping[str, int]) -> dict[str, int]:
    return {kind: counted[kind] for kind in end.get("events", {}) if counted[kind]}


def spelled(path: Path) -> str:
    return ".".join(map(str, path))


def brief(value: Any, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
