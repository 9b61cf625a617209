"""How one thing is asked of a target: by a request, a task message, a call in its own shell, or a role that is started.

A step says it where a reader looks for it: `post("/api/…", {"ids": "$ids"})`, `post("/page/", data={"name": "$x"})`,
`task("app.tasks.x")`. An `Operation` is one that is asked for differently on each path. `$name` in an address, a body, arguments or code is an argument of the step or the
key of a seeded row; "$name?" as a whole value leaves its entry out where nothing is named so; a `Ref` becomes its row's key.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from harness.core.errors import HarnessError

PLACEHOLDER = re.compile(r"\$([a-z_][a-z0-9_]*)")
"""`$name` in an address, a body, arguments or code; a row's `-` is written `_`."""


class Path(StrEnum):
    """How work is triggered: the plan's four execution paths."""

    MANUAL = "manual"
    AUTOMATION = "automation"
    SCHEDULED = "scheduled"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One way to ask. Exactly one of `request` {method, url, and of body, data, files those that there are}, `task` {name, args, kwargs}, `call` (Python code; its
    variable `result` is the answer) and `start` (an on_demand role, which a `call` may prepare) is given.

    `rows` are part of the world where this way is taken (a schedule that is due, say). `refused` maps an exception of a
    `call` to the status that its answer counts as; any other is 500.
    """

    request: Mapping[str, Any] | None = None
    task: Mapping[str, Any] | None = None
    call: str = ""
    start: str = ""
    rows: Sequence[Any] = ()
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What a report calls it that has no better name."""
        if self.request is not None:
            return f"{self.request['method']} {self.request['url']}"
        if self.task is not None:
            return str(self.task["name"])
        return f"start {self.start}" if self.start else "call"


File = str | bytes | tuple[str, str | bytes] | tuple[str, str | bytes, str]
"""What is uploaded: its content, with the name of the file and its type where they are said. A text is sent as UTF-8, and its placeholders
are filled; bytes are sent as they are."""
Files = Mapping[str, File | list[File]]
OF_NO_TYPE = "application/octet-stream"


def request(
    method: str, url: str, body: Any = None, *, data: Mapping[str, Any] | None = None, files: Files | None = None, rows: Sequence[Any] = ()
) -> Action:  # fmt: skip
    """An HTTP request to the target. `body` is sent as JSON, None sends none; `data` as a form, a list as several values of one
    name, None as none; `files` with it as a multipart upload. As in `requests`; raises ValueError for a body beside a form."""
    if body is not None and (data is not None or files is not None):
        raise ValueError(f"{method} {url} has a JSON body beside data or files: a request has one body")
    sent = {
        "body": body,
        "data": data if data is not None or files is None else {},
        "files": None if files is None else {name: [_file(name, one) for one in (told if isinstance(told, list) else [told])] for name, told in files.items()},
    }  # fmt: skip
    return Action(
        request={"method": method, "url": url, **{part: one for part, one in sent.items() if one is not None}},
        rows=rows,
    )


def _file(field: str, told: File) -> dict[str, str]:
    """As JSON has it: name, type, and the content as `text` or as `base64`."""
    name, content, *kind = told if isinstance(told, tuple) else (field, told)
    said = {"text": content} if isinstance(content, str) else {"base64": base64.b64encode(content).decode()}
    return {"name": name, "type": kind[0] if kind else "text/plain" if "text" in said else OF_NO_TYPE, **said}


def get(url: str, *, rows: Sequence[Any] = ()) -> Action:
    return request("GET", url, rows=rows)


def post(url: str, body: Any = None, *, data: Mapping[str, Any] | None = None, files: Files | None = None, rows: Sequence[Any] = ()) -> Action:  # fmt: skip
    return request("POST", url, body, data=data, files=files, rows=rows)


def put(url: str, body: Any = None, *, data: Mapping[str, Any] | None = None, files: Files | None = None, rows: Sequence[Any] = ()) -> Action:  # fmt: skip
    return request("PUT", url, body, data=data, files=files, rows=rows)


def patch(url: str, body: Any = None, *, data: Mapping[str, Any] | None = None, files: Files | None = None, rows: Sequence[Any] = ()) -> Action:  # fmt: skip
    return request("PATCH", url, body, data=data, files=files, rows=rows)


def delete(url: str, *, rows: Sequence[Any] = ()) -> Action:
    return request("DELETE", url, rows=rows)


def task(name: str, *args: Any, kwargs: Mapping[str, Any] | None = None, rows: Sequence[Any] = ()) -> Action:
    """A message of a Celery task, sent by the target's own app."""
    return Action(task={"name": name, "args": list(args), "kwargs": dict(kwargs or {})}, rows=rows)


def call(code: str, *, refused: Mapping[str, int] | None = None, rows: Sequence[Any] = ()) -> Action:
    """Python code in the target's own shell (`manage.py shell`): a service function, a management command."""
    return Action(call=code, refused=dict(refused or {}), rows=rows)


def start(role: str, *, prepare: str = "", rows: Sequence[Any] = ()) -> Action:
    """Start a role that is on demand, after `prepare` has run in the target's shell."""
    return Action(start=role, call=prepare, rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Ask for one operation, on each path in its own way. `args` fill the `$placeholders` of the action; refs become keys.

    `expect` is the HTTP status that this request must get; None means any 2xx. `actor` is who asks, "" for the world's own.
    """

    operation: str
    by: Mapping[Path, Action] = field(default_factory=dict)
    args: Mapping[str, Any] = field(default_factory=dict)
    expect: int | None = None
    actor: str = ""
    paths: tuple[Path, ...] = ()
    """Do this step only on these paths; empty: on all."""

    def on(self, path: Path) -> Action:
        """The way that is taken on `path`. Raises HarnessError operation-path."""
        if path not in self.by:
            raise HarnessError(
                f"there is no way to ask for '{self.operation}' on path {path}",
                hint=f"give the operation one in the scenario's package, or take {path} out of the scenario's paths",
                code="operation-path",
            )
        return self.by[path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that can be asked for on several paths. Called with arguments it is a step."""

    name: str
    by: Mapping[Path, Action]

    def __call__(
        self, *, expect: int | None = None, paths: tuple[Path, ...] = (), actor: str = "", **args: Any
    ) -> Do:  # fmt: skip
        return Do(operation=self.name, by=self.by, args=args, expect=expect, actor=actor, paths=paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request that `harness stack up` shows to be typed, from `from_phase` on: REQUESTS of the package's hand.py."""

    title: str
    method: str
    url: str
    from_phase: int = 0


def step(
    action: Action, *, expect: int | None = None, actor: str = "", paths: tuple[Path, ...] = (), **args: Any
) -> Do:
    """A step that is asked for in one way, whatever the path."""
    return Do(
        operation=action.title, by=dict.fromkeys(Path, action), args=args, expect=expect, actor=actor, paths=paths
    )
