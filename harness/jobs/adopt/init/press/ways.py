"""What can be pressed: routes that take a body, tasks, what beat sends; each with what it seems to want. What is called by hand: byhand.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.backend.guess.money import words
from harness.backend.tables import singular
from harness.core.look.celery import Task
from harness.core.look.django import Route
from harness.core.look.values import Look
from harness.jobs.adopt.init.filled import SENTENCES
from harness.jobs.adopt.init.values import REQUEST, TASK, Way
from harness.jobs.adopt.init.world import World

LISTED, BOUND, SLUG = ["ids"], "self", "slug"
BARE = ("pk", "id", "uuid", SLUG)
NOT_PRESSED = {"login", "logout", "session", "sessions", "hook", "hooks", "webhook", "webhooks", "register", "signup", "password", "token", "tokens", "callback", "admin", "refresh", "delete", "cancel", "upload", "import", "export", "invite", "verify", "health", "healthz", "ping"}  # fmt: skip
METHODS = ("POST", "PUT")
COUNTS = {"count", "quantity", "number", "amount", "limit", "n", "size", "pages", "page", "hours", "days", "minutes", "length"}  # fmt: skip
SAYS = {"language": "DE", "target": "DE", "lang": "de", "locale": "de", "country": "DE", "currency": "EUR", "email": "somebody@shop.example", "url": "https://shop.example/page"}  # fmt: skip
_PARAMETER = re.compile(r"\{(\w+)\}")
MANY = 5
"""How many rows a list of keys names: enough for what asks for several."""


def views(look: Look) -> list[tuple[Route, str, str]]:
    """(route, method, the action of a viewset): what is pressed with a body."""
    found = []
    for route in look.django.routes:
        said = {word for part in re.split(r"[/{}_.-]", route.template) for word in [part.lower()]}
        if not route.own or "{format}" in route.template or said & NOT_PRESSED:
            continue
        for method in METHODS:
            if method in (route.methods or ("POST",)) and not (method == "PUT" and "POST" in route.methods):
                found.append((route, method, route.actions.get(method, "")))
    return found


def of_routes(found: Sequence[tuple[Route, str, str]], asked: Sequence[Mapping[str, Any]], world: World) -> Iterator[Way]:  # fmt: skip
    """Each view once with what it needs, and once more with all that it reads, where that is more."""
    for (route, method, action), told in zip(found, asked, strict=True):
        placed = _placed(route, told, world)
        if placed is None:
            continue
        url, rows = placed
        if action in ("update", "partial_update") or (method == "PUT" and not action):
            continue  # what is edited is sold by nobody
        bodies: list[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = []
        for all_of_it in (False, True):
            made = _body(route, told, world, all_of_it=all_of_it)
            if not bodies or made[0] != bodies[-1][0]:
                bodies.append(made)
        name, module = named_of(route, action), module_of(route.view)
        for body, more, several in bodies:
            yield Way(
                id=f"{module}/{name}", title=f"{method} {route.template}", path="manual", kind=REQUEST, what=url, method=method, body=body,
                rows=(*rows, *more), many=several,
            )  # fmt: skip


def of_celery(look: Look, world: World) -> Iterator[Way]:
    """Tasks whose arguments can be guessed; those that beat sends go by the schedule, and others are called."""
    if look.celery is None:
        return
    entries = {entry.task for entry in look.celery.beat.entries}
    for task in look.celery.tasks:
        if not task.own or set(words(task.name.rpartition(".")[2])) & NOT_PRESSED:
            continue
        made = _arguments(task, world)
        if made is None:
            continue
        kwargs, rows, many = made
        path = "scheduled" if task.name in entries else "direct"
        name = re.sub(r"\W+", "_", task.name.rpartition(".")[2]).lower()
        yield Way(id=f"{module_of(task.module)}/{name}_{'due' if path == 'scheduled' else 'task'}", title=f"the task {task.name}", path=path, kind=TASK, what=task.name, body=kwargs, rows=rows, many=many)  # fmt: skip


def _placed(route: Route, told: Mapping[str, Any], world: World) -> tuple[str, tuple[str, ...]] | None:
    """(the URL with a row in each place, kinds of these rows); None where nobody knows what belongs there."""
    url, rows, parts = route.template, [], route.template.split("/")
    for name in _PARAMETER.findall(route.template):
        before = parts[parts.index(f"{{{name}}}") - 1] if f"{{{name}}}" in parts[1:] else ""
        bare = name in BARE
        label = "" if bare else world.label(name)
        label = label or (told["model"] if bare else "") or world.label(before) or told["model"] or next(iter(told["models"]), "")  # fmt: skip
        if label not in world.models:
            return None
        rows.append(label)
        url = url.replace(f"{{{name}}}", f"${world.kinds[label]}")
    return url, tuple(rows)


def _body(route: Route, told: Mapping[str, Any], world: World, *, all_of_it: bool) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    body: dict[str, Any] = {}
    rows: list[str] = []
    several: list[str] = []
    for one in told["fields"]:
        if one["required"] or all_of_it:
            _add(body, rows, several, one["name"], world, route, told, choices=one["choices"], label=one["model"], many=one["many"], kind=one["kind"], longest=one["longest"])  # fmt: skip
    for name, one in told["keys"].items():
        if name not in body and (one["needed"] or all_of_it):
            _add(body, rows, several, name, world, route, told, choices=one["choices"])
    return body, tuple(rows), tuple(several)


def _add(
    body: dict[str, Any], rows: list[str], several: list[str], name: str, world: World, route: Route | None, told: Mapping[str, Any], *,
    choices: Sequence[Any] = (), label: str = "", many: bool = False, kind: str = "", longest: int | None = None,
) -> None:  # fmt: skip
    said = words(name)
    listed = many or said[-1:] == LISTED or (name.endswith("s") and bool(world.label(name)) and name != singular(name))
    if choices:
        usual = SAYS.get(name.lower())
        one = usual if usual in choices else choices[0]
        body[name] = [one] if many else one
        return
    if not label and (said[-1:] in (["id"], LISTED, ["pk"], ["uuid"]) or world.label(name)):
        bare = len(said) == 1
        label = (told["model"] or (_of_path(route, world) if route is not None else "")) if bare else world.label(name)
        label = label or (told["model"] if listed else "") or next(iter(told["models"]), "")
    if label in world.models:
        rows.append(label)
        row = world.kinds[label]
        if listed:
            several.append(label)
        body[name] = [f"${row}", *(f"${row}_{n}" for n in range(2, MANY + 1))] if listed else f"${row}"
        return
    body[name] = plain(name, said, kind, longest)
    if many:
        body[name] = [body[name]]


def plain(name: str, said: list[str], kind: str = "", longest: int | None = None) -> Any:
    if "Integer" in kind or "Decimal" in kind or "Float" in kind or set(said) & COUNTS:
        return 1
    if "Bool" in kind or said[:1] in (["is"], ["has"], ["with"], ["include"], ["use"]):
        return True
    if "Date" in kind or set(said) & {"date", "day", "on"}:
        return "2026-01-05"
    if "JSON" in kind or "Dict" in kind:
        return {}
    text = SAYS.get(name.lower()) or SAYS.get(said[-1] if said else "") or (SENTENCES.strip() if longest is None else f"Sample {name}")  # fmt: skip
    return text[:longest] if longest else text


def _of_path(route: Route, world: World) -> str:
    for part in reversed([part for part in route.template.split("/") if part and not part.startswith("{")]):
        if label := world.label(part):
            return label
    return ""


def _arguments(task: Task, world: World) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]] | None:
    kwargs: dict[str, Any] = {}
    rows: list[str] = []
    several: list[str] = []
    for parameter in task.parameters:
        name = re.split(r"[:=]", parameter)[0].strip()
        if "=" in parameter or name.startswith("*") or name in (BOUND, "args", "kwargs"):
            continue
        said, label = words(name), world.label(name)
        if label:
            listed = said[-1:] == LISTED
            rows.append(label)
            row = world.kinds[label]
            if listed:
                several.append(label)
            kwargs[name] = [f"${row}", *(f"${row}_{n}" for n in range(2, MANY + 1))] if listed else f"${row}"
        elif set(said) & COUNTS or set(said) & {"text", "prompt", "title", "message"}:
            kwargs[name] = plain(name, said, "", None)
        else:
            return None
    return kwargs, tuple(rows), tuple(several)


_LACKS = re.compile(
    r'"(\w+)": \["This field is required|(?<![\w-])(\w+) (?:is|are) (?:required|missing|needed)|[Mm]issing (?:field |parameter |key )?\'?(\w+)'
)


def wanting(way: Way, why: str, world: World) -> Way | None:
    """The same with what an answer says that it lacks; None where it says nothing that is not there already."""
    if way.kind != REQUEST or not isinstance(way.body, dict):
        return None
    body, rows, several = dict(way.body), list(way.rows), list(way.many)
    nothing: Mapping[str, Any] = {"model": "", "models": []}
    for match in _LACKS.finditer(why):
        name = next(filter(None, match.groups()))
        if name not in body and name.lower() not in ("field", "and", "or", "this"):
            _add(body, rows, several, name, world, None, nothing)
    if body == way.body:
        return None
    return replace(way, body=body, rows=tuple(rows), many=tuple(several))


def module_of(dotted: str) -> str:
    """The folder of a scenario: the last package of the target that is no word of everybody's."""
    parts = [part for part in dotted.split(".")[:-1] if part.islower() or "_" in part]
    usual = {"views", "api", "tasks", "viewsets", "v1", "apps", "business", "modules", "services", "endpoints", "src", "core"}  # fmt: skip
    own = [part for part in parts if part not in usual]
    return re.sub(r"\W", "_", own[-1] if own else "first")


def named_of(route: Route, action: str) -> str:
    parts = [part for part in route.template.strip("/").split("/") if part and not part.startswith("{") and not re.fullmatch(r"v\d+|api|w", part)]  # fmt: skip
    said = [singular(part) if n == 0 and len(parts) > 1 else part for n, part in enumerate(parts[-2:])]
    if action == "create":
        said.append("new")
    return re.sub(r"\W+", "_", "_".join(dict.fromkeys(said))).lower() or "root"
