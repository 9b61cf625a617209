"""An intruder's requests: within what is theirs, for what is another's.

What holds another row that a scenario's requests name (an account its job, a site its words) becomes the twin's, which whoever asks belongs to;
what is held stays another's. A target that only looks at what holds it lets them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.cell.drive import steps_for
from harness.cell.template import PLACEHOLDER
from harness.core.history import Read
from harness.core.scenario import Do, Path, Ref, Scenario, inside
from harness.core.variation import twin_of

Refs = Mapping[str, Mapping[str, Any]]


def asks_by_requests(scenario: Scenario, path: Path) -> bool:
    """Whether a scenario does nothing but make requests: a task or a call asks nobody who they are."""
    steps = [step for step in steps_for(scenario, path) if isinstance(step, Do)]
    return bool(steps) and all(step.on(path).request is not None for step in steps)


def within(scenario: Scenario, path: Path, refs: Refs, account: str) -> dict[str, Mapping[str, Any]]:
    """`refs` with each row that holds another one of those that the requests name, or is of the kind `account`, as the twin's."""
    named = {name for step in steps_for(scenario, path) if isinstance(step, Do) for name in _named(step, path, refs)}
    holds = {row.name: set(_refs_of(row.values)) for row in scenario.given.rows}
    outer = {
        name
        for name in named
        if refs[name].get("kind") == account or any(_reaches(other, name, holds) for other in named)
    }
    return {name: refs.get(twin_of(name), ref) if name in outer else ref for name, ref in refs.items()}


def reads(templates: Iterable[str], found: Iterable[Read]) -> list[str]:
    """Routes that name a row, in their path or, as was `found`, in their query: what is asked of the others has nothing of another's in it."""
    asked = {one.path.partition("?")[0] for one in found if "?" in one.path}
    return [one for one in templates if "{" in one or one in asked]


def own(refs: Refs) -> dict[str, Mapping[str, Any]]:
    """The rows of the twin."""
    twins = {twin_of(name) for name in refs}
    return {name: ref for name, ref in refs.items() if name in twins}


def _named(step: Do, path: Path, refs: Refs) -> set[str]:
    request = step.on(path).request
    words = {name.replace("-", "_"): name for name in refs}
    placed = {words[word] for text in inside(request, str) for word in PLACEHOLDER.findall(text) if word in words}
    return (placed | set(_refs_of(request)) | set(_refs_of(step.args))) & refs.keys()


def _reaches(name: str, to: str, holds: Mapping[str, set[str]]) -> bool:
    asked, seen = [*holds.get(name, ())], {name}
    while asked:
        one = asked.pop()
        if one == to:
            return True
        if one not in seen:
            seen.add(one)
            asked += holds.get(one, ())
    return False


def _refs_of(value: Any) -> Iterator[str]:
    return (ref.name for ref in inside(value, Ref))
