"""[roles] of harness.toml. A web server, a worker and beat are there unless it says `false`; what it says replaces what
is usual (usual.py), one key at a time. Raises HarnessError config-value, config-unknown-key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.config import BEAT, USUAL, WEB, WORKER, Role
from harness.core.errors import did_you_mean
from harness.store.tomlread import Strict

READY: Mapping[str, str] = {WEB: "http", WORKER: "celery", BEAT: "line:beat: Starting"}
"""How each kind of program shows that it is up."""
WAYS = ("http", "port", "celery", "line", "spawn")
BOOTS = ("always", "on_demand")
VARIED = ("concurrency", "queues", "options")
"""Keys that vary a usual command; a command that is given has it all in itself."""


def read(file: str, value: Any) -> dict[str, Role]:
    strict = Strict(file, "config")
    if not isinstance(value, dict):
        raise strict.wrong("[roles] must be a table", "see docs/formats.md, harness.toml")
    asked = {name: one for name, one in value.items() if not (one is False and name in USUAL)}
    absent = {name: {} for name in USUAL if name not in value}
    return {name: _role(strict, name, one) for name, one in {**asked, **absent}.items()}


def _role(strict: Strict, name: str, value: Any) -> Role:
    where = f"roles.{name}"
    table = strict.table(f"[{where}]", value, (), ("command", "ready", "boot", "env", "like", *VARIED))
    command = _list(strict, f"{where}.command", table.get("command", []))
    like = strict.text(f"{where}.like", table.get("like", name if name in USUAL else ""))
    if like and like not in USUAL:
        raise strict.wrong(f"{where}.like {like!r} is not known", did_you_mean(like, USUAL))
    if not command and not like:
        raise strict.wrong(f"[{where}] lacks 'command'", f"give one, or like = one of {', '.join(USUAL)}")
    for key in VARIED:
        if command and key in table:
            raise strict.wrong(
                f"[{where}] has a command and {key}", "put it into the command, or leave the command out"
            )
    concurrency = strict.whole(f"{where}.concurrency", table.get("concurrency", 0))
    if concurrency < 0 or (like == BEAT and concurrency):
        raise strict.wrong(f"{where}.concurrency {concurrency} is no number of tasks or threads", "1 or more")
    boot = strict.text(f"{where}.boot", table.get("boot", BOOTS[1] if like == BEAT else BOOTS[0]))
    if boot not in BOOTS:
        raise strict.wrong(f"{where}.boot {boot!r} is not known", did_you_mean(boot, BOOTS))
    return Role(
        name=name,
        like=like,
        command=with_events(command),
        ready=_ready(strict, where, table.get("ready", READY.get(like, "spawn"))),
        boot=boot,
        env=_env(strict, f"{where}.env", table.get("env", {})),
        concurrency=concurrency,
        queues=_list(strict, f"{where}.queues", table.get("queues", [])),
        options=_list(strict, f"{where}.options", table.get("options", [])),
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


def _ready(strict: Strict, where: str, value: Any) -> str:
    ready = strict.text(f"{where}.ready", value)
    way, colon, detail = ready.partition(":")
    fits = {"http": not colon or detail.startswith("/"), "line": bool(detail)}.get(way, not colon)
    if way not in WAYS or not fits:
        raise strict.wrong(
            f"{where}.ready {ready!r} is not known",
            'one of "http", "http:/path", "port", "celery", "line:TEXT", "spawn"',
        )
    return ready


def _list(strict: Strict, where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise strict.wrong(f"{where} must be a list of texts", 'write ["one", "two"]')
    return strict.texts(where, value)


def _env(strict: Strict, where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise strict.wrong(f"{where} must map names to texts", "put each value in quotes")
    return {name: strict.text(f"{where}.{name}", one) for name, one in value.items()}
