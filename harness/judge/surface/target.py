"""What the target declares, against what is locked: a schedule, a task's retries, who may use a route show in no cell of most scenarios."""

from __future__ import annotations

from collections.abc import Iterable

from harness.core.golden.surface import StaleDelta
from harness.judge.context import RunContext
from harness.judge.golden.agreement import Named
from harness.judge.result import breaks, holds
from harness.judge.surface.difference import difference

NAME, PATH = "declared/target", "declared"
"""What its surface is called: as if it were a scenario with one path."""
ACCEPT = f'if it is meant: harness golden accept {NAME} --surface --why "..."'


def declared(_: object, context: RunContext) -> Iterable[Named]:
    """Fails with declared-missing, declared-stale, declared-differs, surface-format. Where no surface is locked, and nothing was said, nothing is asked."""
    surfaces, noted = context.surfaces, context.noted
    seen = tuple(noted.history.start.get("declared", ())) if noted is not None else ()
    if surfaces is None or noted is None:
        return
    if broken := surfaces.unreadable(NAME, context.phase):
        yield "", breaks([broken], code="surface-format", hint=ACCEPT)
        return
    if surfaces.why_not(context.phase):
        return
    try:
        locked = surfaces.at(NAME, PATH, context.phase)
    except StaleDelta as stale:
        yield "", breaks([str(stale)], code="declared-stale", hint=f"drive phase {stale.phase}; {ACCEPT}")
        return
    if not seen:
        if locked is not None:
            yield (
                "",
                breaks(
                    ["the run does not say what the target declares"], code="declared-missing", hint="drive it again"
                ),
            )
        return
    if locked is None:
        yield (
            "",
            breaks(
                [f"the target declares {len(seen)} things, and no surface says whether they are right"],
                code="declared-missing",
                hint=ACCEPT,
            ),
        )
        return
    lines = difference(locked, seen)
    yield "", breaks(lines, code="declared-differs", hint=ACCEPT) if lines else holds(f"{len(seen)} lines, as locked")
