"""[roles] of harness.toml. A web server, a worker and beat are there unless it says `false`; what it says replaces what
is usual (usual.py), one key at a time. Raises HarnessError config-value, config-unknown-key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.config import BEAT, USUAL, WEB, WORKER, Role
from harness.core.shape import Between, Each, Either, Fixed, Key, Keys, Named, Text, Whole
from harness.core.shape.kinds import Of
from harness.store.tomlread import Strict

READY: Mapping[str, str] = {WEB: "http", WORKER: "celery", BEAT: "line:beat: Starting"}
"""How each kind of program shows that it is up."""
BOOTS = ("always", "on_demand")
VARIED = ("concurrency", "queues", "options")
"""Keys that vary a usual command; a command that is given has it all in itself."""
_TEXTS = Each(of=Text(), hint='write ["one", "two"]')
_OWN = tuple(
    Between(
        how=Of.AT_MOST_ONE,
        keys=("command", key),
        hint="put it into the command, or leave the command out",
        said=f"has a command and {key}",
    )
    for key in VARIED
)
_KEYS = (
    Key("command", _TEXTS, "its words, with `{python}`, `{port}`, `{run}` and the like filled in; left out, the usual one. `-E` is added to a worker's that lacks it"),
    Key("ready", Text(pattern="http(:/.*)?|port|celery|line:.+|spawn", called="known", hint='one of "http", "http:/path", "port", "celery", "line:TEXT", "spawn"'), "how it shows that it is up: `http` (answers), `http:/path` (answers 200), `port` (accepts), `celery`, `line:TEXT` (prints it), `spawn`"),
    Key("boot", Text(choices=BOOTS), "`on_demand`: started when a step needs it, as beat usually is"),
    Key("env", Named(of=Text(), called="names to texts", hint="put each value in quotes"), "what it has otherwise in its environment"),
    Key("like", Text(choices=USUAL), "which of the usual commands it has, if NAME is none of them"),
    Key("concurrency", Whole(least=0, called="a number of tasks or threads", hint="1 or more"), "of a usual command: how many tasks, or threads of the web server"),
    Key("queues", _TEXTS, "of a usual command: the queues that a worker takes from; left out, all that are declared or that a task is sent to"),
    Key("options", _TEXTS, "of a usual command: further words of it"),
)  # fmt: skip
_ANOTHER = Between(how=Of.SOME, keys=("command", "like"), hint=f"give a command, or like = one of {', '.join(USUAL)}", said="lacks 'command'")  # fmt: skip
SHAPE = Named(
    of=Keys(keys=_KEYS, rules=(*_OWN, _ANOTHER)),
    also={name: Either(kinds=(Fixed(False), Keys(keys=_KEYS, rules=_OWN)), called="a table, or false", hint="false: there is none") for name in USUAL},
)  # fmt: skip


def read(file: str, value: Any) -> dict[str, Role]:
    strict = Strict(file, "config")
    strict.held(value, SHAPE, where="roles")
    asked = {name: one for name, one in value.items() if not (one is False and name in USUAL)}
    absent = {name: {} for name in USUAL if name not in value}
    return {name: _role(strict, name, one) for name, one in {**asked, **absent}.items()}


def _role(strict: Strict, name: str, table: Mapping[str, Any]) -> Role:
    like = table.get("like", name if name in USUAL else "")
    concurrency = table.get("concurrency", 0)
    if like == BEAT and concurrency:
        raise strict.wrong(f"roles.{name}.concurrency {concurrency}: beat has no tasks and no threads", "take it out")
    return Role(
        name=name,
        like=like,
        command=with_events(tuple(table.get("command", ()))),
        ready=table.get("ready", READY.get(like, "spawn")),
        boot=table.get("boot", BOOTS[1] if like == BEAT else BOOTS[0]),
        env=dict(table.get("env", {})),
        concurrency=concurrency,
        queues=tuple(table.get("queues", ())),
        options=tuple(table.get("options", ())),
    )


def with_events(command: tuple[str, ...]) -> tuple[str, ...]:
    """A Celery worker's command sends events: without them nobody sees when a task has come to its end."""
    words = [word.rpartition("/")[2] for word in command]
    if "celery" not in words or {"-E", "--task-events"} & set(words):
        return command
    for n in range(words.index("celery") + 1, len(words)):
        if words[n] == "worker" and words[n - 1] not in ("-A", "--app"):
            return (*command[: n + 1], "-E", *command[n + 1 :])
    return command
