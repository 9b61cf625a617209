"""Pressed requests as files of a project that is described: the stack is asked for, and what came of it is written down."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from harness.backend import description
from harness.backend.guess import money, seen
from harness.backend.guess.money import Money, Place
from harness.backend.guess.settings import named
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.core.look.values import Look
from harness.jobs.adopt.init import says, texts
from harness.jobs.adopt.init.explore import Explored, of_document
from harness.jobs.adopt.init.traffic import door
from harness.jobs.adopt.init.traffic.run import traffic
from harness.jobs.adopt.init.values import How, Outcome, Tried
from harness.stack.isolation.island import Island
from harness.verb.inside import answer
from harness.verb.target import looked, ready


def opened(port: int) -> socket.socket:
    """Raises StackError port-in-use."""
    try:
        return door.listening(port)
    except OSError as error:
        raise StackError(
            f"port {port} of {door.LOOPBACK} cannot be opened: {error.strerror}",
            hint="stop what listens there, or choose another --port; without one any free port is taken", code="port-in-use",
        ) from None  # fmt: skip


def pressed(project: Path, how: How, say: Callable[[str], None], listening: socket.socket, *, until: int, limit: int) -> Explored:  # fmt: skip
    """Raises what reading the description, looking and booting raise, and KeyboardInterrupt where Ctrl-C ended it."""
    config = description.load(project / "harness.toml")
    if not config.answers.exists():
        config = replace(config, answers=Path(says.__file__))
    config = ready(config, isolation=how.isolation)
    look = looked(config, isolation=how.isolation)
    held = _money(config, look)

    def inside(place: Island) -> dict[str, Any]:
        return asdict(traffic(config, look, held, place, say, listening, until=until, limit=limit))

    return of_document(answer(config, inside, isolation=how.isolation, silent=_silent, plain=str))


def _silent(code: int) -> HarnessError:
    if code == 128 + signal.SIGINT:
        raise KeyboardInterrupt
    return StackError(
        f"the stack ended with code {code}, and what was pressed is not known", hint="harness doctor shows what is wrong", code="look-broke",
    )  # fmt: skip


def _money(config: Config, look: Look) -> Money:
    """What names say; a part that harness.toml has in a table of its own, there."""
    guessed = money.guess(look.django)
    said = {
        part: _place(config, look, part, column)
        for part, column in (("balance", "column"), ("movements", "amount"), ("usage", "credits"))
    }
    return replace(guessed, **{part: place for part, place in said.items() if place is not None})


def _place(config: Config, look: Look, part: str, word: str) -> Place | None:
    told, column = getattr(config.ledger, part), config.ledger.column(part, word)
    table = config.tables[told.kind].table if told is not None and told.kind in config.tables else ""
    model = next((one for one in look.django.models if table and named(one) == table.removeprefix("public.")), None)
    if model is None or not column:
        return None
    if part == "balance":
        return seen.held(model, column, "as harness.toml says")
    return Place(model=model, columns=dict(told.columns), score=1, why="as harness.toml says")


def write(project: Path, result: Explored, how: How, outcome: Outcome) -> None:
    """A file for each that came to the same twice; a name that is taken by something else gets a number."""
    config = description.load(project / "harness.toml")
    unit = "" if config.ledger.unit == "cents" else " credits"
    for one in result.found:
        n = 1
        while True:
            way = one.way if n == 1 else replace(one.way, id=f"{one.way.id}_{n}")
            made: Tried = replace(one, way=way)
            path, text = config.scenarios / f"{way.id}.py", texts.scenario(made, result.caller, unit, texts.SOMEBODY)
            if not path.exists():
                break
            n += 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        outcome.found.append(made)
        outcome.written.append(path.relative_to(project).as_posix())
    begun = config.scenarios / "__init__.py"
    if result.found and not begun.exists():
        begun.write_text(texts.BEGUN, encoding="utf-8")
    if any(one.shown for one in result.found) and not config.answers.exists():
        config.answers.write_text(Path(says.__file__).read_text(encoding="utf-8"), encoding="utf-8")
        outcome.written.append(config.answers.name)
    outcome.others += result.others
