"""The skeleton of a scenario that would reach a route, a task or a function: what is known of it, and `$fill_in` for the rest.

Nothing defines `$fill_in`, so that a skeleton stops the run that drives it (scenario-placeholder) until a person has filled it in;
after that it fails until its golden is accepted, as any scenario does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harness.core.code import Function
from harness.core.errors import HarnessError, did_you_mean
from harness.core.history import RunHistory
from harness.core.look.values import Look

FOLDER = "reach"
"""Of the scenarios; a person moves a filled one to where it belongs."""
FILL_IN = "$fill_in"
_ROUTE = re.compile(r"(?P<method>[A-Z]+) (?P<url>/.*)")
_TEXT = '''"""{about}

Written by: harness reach --write {what!r}. Say who asks and what is there, put something for each {fill_in}, then look at what it comes to
and lock it: harness golden accept {id} --why "..."
"""

from __future__ import annotations

from harness.core.action import {maker}
from harness.core.scenario import Given, Path, Scenario

SCENARIO = Scenario(
    id="{id}",
    title="{title}",
    given=Given(rows=()),
    when=({asked},),
    paths=(Path.{path},),
)
'''


def of(what: str, stored: RunHistory, look: Look | None) -> tuple[Path, str]:
    """Where it goes below the scenarios, and its text. `look` where the target has been looked at: which view answers at a route.

    Raises reach-unknown.
    """
    routes, tasks = tuple(stored.start.get("routes", ())), tuple(stored.start.get("tasks", ()))
    functions = {one.at: one for one in stored.code or ()}
    if what in routes:
        return _text(what, what, _request(what))
    if what in tasks:
        return _text(what, what, _task(what))
    if what in functions:
        return _text(what, what, _way_to(functions[what], routes, tasks, look))
    raise HarnessError(
        f"the run knows no route, task or function '{what}'",
        hint=did_you_mean(what, [*routes, *tasks, *functions])[:300],
        code="reach-unknown",
    )


def _way_to(one: Function, routes: Sequence[str], tasks: Sequence[str], look: Look | None) -> tuple[str, str, str]:
    """The route whose view it is, the task that it is, or else a call of it."""
    module, name = one.module.removesuffix(".py").removesuffix("/__init__").replace("/", "."), one.at.rpartition(":")[2]
    if f"{module}.{name}" in tasks:
        return _task(f"{module}.{name}")
    for route in look.django.routes if look is not None else ():
        for method in route.methods or ("GET",):
            action = route.actions.get(method.lower(), route.actions.get(method, method.lower()))
            if f"{module}.{name}" in (route.view, f"{route.view}.{action}") and f"{method} {route.template}" in routes:
                return _request(f"{method} {route.template}")
    owner = name.partition(".")[0]
    code = f"from {module} import {owner}\\nresult = {name}({FILL_IN})"
    return "call", f'call("{code}")', "DIRECT"


def _request(route: str) -> tuple[str, str, str]:
    found = _ROUTE.fullmatch(route)
    assert found is not None
    method, url = found["method"], re.sub(r"\{[^}]*\}", FILL_IN, found["url"])
    maker = method.lower()
    if method in ("GET", "DELETE"):
        return maker, f'{maker}("{url}?{FILL_IN}")', "MANUAL"
    if method in ("POST", "PUT", "PATCH"):
        return maker, f'{maker}("{url}", {{"{FILL_IN}": "{FILL_IN}"}})', "MANUAL"
    return "request", f'request("{method}", "{url}", {{"{FILL_IN}": "{FILL_IN}"}})', "MANUAL"


def _task(name: str) -> tuple[str, str, str]:
    return "task", f'task("{name}", "{FILL_IN}")', "DIRECT"


def _text(what: str, title: str, way: tuple[str, str, str]) -> tuple[Path, str]:
    maker, asked, path = way
    name = re.sub(r"[^a-z0-9]+", "_", what.lower()).strip("_")
    text = _TEXT.format(
        about=f"A scenario that would reach {what}, to be filled in.",
        what=what, fill_in=FILL_IN, id=f"{FOLDER}/{name}", title=f"To be filled in: {title}", maker=maker, asked=asked, path=path,
    )  # fmt: skip
    return Path(FOLDER) / f"{name}.py", text
