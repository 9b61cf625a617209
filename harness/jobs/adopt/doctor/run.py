"""Looking at everything, whatever of it is wrong: what one look finds keeps no other from being made, as far as it can be.

The machine, then the description; what is refused of that is left out, and the rest is read. Then the target as its own interpreter sees it,
then scenarios and their files. Last, and where nothing is wrong by then, a whole stack is booted: fake and certificates, the database with its
migrations, the ledger in it, every role.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from harness.backend import problems
from harness.cell.live import boot
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.jobs.adopt.doctor import law, machine, target
from harness.jobs.adopt.doctor.values import Found, Level, fine, note, once, refused, wrong
from harness.stack.database import ledger, shapes
from harness.stack.isolation.fence import left_open
from harness.stack.isolation.island import Island
from harness.verb import schemas
from harness.verb.inside import answer
from harness.verb.target import looked, ready


def examined(path: Path, *, isolation: str = "auto", stack: bool = True) -> tuple[Found, ...]:
    """`path` is harness.toml, `stack` whether one is booted. Nothing raises: what a look is refused with is what it found."""
    of_machine = _unbroken("machine", _machine(path.resolve().parent))
    return tuple(once([*of_machine, *_unbroken(path.name, _project(path, isolation, stack))]))


def _machine(project: Path) -> Iterator[Found]:
    yield from machine.looked(machine.facts(project))


def _unbroken(part: str, looks: Iterator[Found]) -> Iterator[Found]:
    """What looks find; one that breaks itself is told as that, and is no reason to believe a run."""
    try:
        yield from looks
    except HarnessError as error:
        yield refused(part, error)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        yield wrong(part, f"a look of the doctor's own broke: {said}", "please report it, with this line", code="internal")  # fmt: skip


def _project(path: Path, isolation: str, stack: bool) -> Iterator[Found]:
    config, refusals = problems.read(path)
    for one in refusals:
        mend = one.error.hint if path.is_file() else "harness init writes one; or name yours with --config"
        yield wrong(path.name, one.error.message.removeprefix(f"{path.name}: "), mend, line=one.line, code=one.error.code)  # fmt: skip
    if config is None:
        return
    yield fine(path.name, "read")
    if schemas.stale(path):
        yield note(path.name, "the schema that its first line names is not there, or another version's: editors complete nothing", "harness schema --write")  # fmt: skip
    found = [*_unbroken(target.PART, _target(config, isolation))]
    yield from found
    yield from _unbroken("scenarios", law.looked(config))
    blocked = [one for one in found if one.level is Level.WRONG and one.part == target.PART]
    if blocked or refusals:
        yield note("stack", "not booted: it would stumble over what is wrong above", "mend that, and ask again")
    elif stack:
        yield from _stack(config, isolation)


def _target(config: Config, isolation: str) -> Iterator[Found]:
    try:
        look = looked(config, isolation=isolation)
    except HarnessError as error:
        yield target.unseen(error, config)
        return
    try:
        config = ready(config, isolation=isolation)
    except HarnessError as error:
        yield refused(target.PART, error)
    yield from target.looked(config, look)
    yield from target.ledger(config, look)


def _stack(config: Config, isolation: str) -> Iterator[Found]:
    """A stack as a run has it; whatever it is refused for."""

    def inside(place: Island) -> list[dict[str, object]]:
        return [asdict(one) for one in _booted(config, place)]

    try:
        config = ready(config, isolation=isolation)
        told = answer(config, inside, isolation=isolation, silent=_silent)
    except HarnessError as error:
        yield refused("stack", error)
    else:
        yield from (Found(**{**one, "level": Level(one["level"])}) for one in told)


def _booted(config: Config, place: Island) -> Iterator[Found]:
    if place.kind == "namespace":
        yield fine("machine", "namespaces")
    else:
        yield note("machine", f"no namespaces: {place.why}", "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or go on: Python processes alone are guarded")  # fmt: skip
        for what in left_open(place.kind, "processes").values():
            yield note(
                "machine",
                f"the target can reach {what}",
                "namespaces hold it; docs/isolation.md says what each way does",
            )
    try:
        with boot(config, place, mode="simulate", shell=True) as live:
            yield fine("stack", f"up after {live.stack.timings.get('total', 0.0):.1f} s: fake, database, broker, {', '.join(live.stack.roles)}")  # fmt: skip
            if live.cold:
                yield note("stack", f"roles start cold: {live.cold}", "nothing to do: it costs time alone")
            if live.clock.why:
                yield note("stack", f"the clock of cells is the real one: {live.clock.why}", "nothing to do: a cell waits for what is due later")  # fmt: skip
            yield from _money(config, live)
    except HarnessError as error:
        yield refused("stack", error)


def _money(config: Config, live: object) -> Iterator[Found]:
    """Whether the database has what [tables] and [ledger] name."""
    db, beside = live.db, live.beside  # type: ignore[attr-defined]
    query = ledger.query_of(db, *beside)
    for kind in [
        kind for kind, one in config.tables.items() if one.said
    ]:  # what looking found and is a view is left out by itself
        try:
            shapes.shapes_of(db, config.tables, [kind])
        except HarnessError as error:
            yield refused("ledger", error)
    for ask in (lambda: ledger.opening(query, config, {}), lambda: ledger.apart(query, config.ledger)):
        try:
            ask()
        except HarnessError as error:
            yield refused("ledger", error)


def _silent(code: int) -> HarnessError:
    return StackError(
        f"booting ended with code {code} and no answer",
        hint="harness stack up shows where it breaks",
        code="look-broke",
    )
