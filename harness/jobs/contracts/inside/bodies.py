"""Request bodies against the target's views, in its own process: what the contract allows is accepted, what it forbids
is refused with 400. What is refused, for whatever reason, leaves nothing: no task queued, no provider looked up, no row
written.

Each operation has a database of its own, in which a scenario's world lies; every request is rolled back.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
from celery.signals import before_task_publish
from django.db import connection

from harness.jobs.contracts.inside.wsgi import application, environ, rolled_back
from harness.jobs.contracts.judge.bodies import Variant, variants

SHOWN = 6
"""Of so many bodies of an operation it is told what was wrong; those that left something come first."""

NOBODYS = "TRACE"
"""A method that no view has: what such a request writes is of who asks (a time of last use), and of no body."""

REFUSED = 400
NOT_THE_BODYS_FAULT = 402
"""What an accepted body may be answered too: it is asked by an account without credits, so that no provider is reached.
Then forbidden bodies of the same account must be refused as such: that shows that the body is looked at first."""


@dataclass(slots=True, kw_only=True)
class Left:
    """What a request left, or tried to leave: tasks queued, provider hosts looked up, tables written."""

    tasks: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = [f"task {name} was queued" for name in self.tasks]
        said += [f"{host} was called" for host in self.hosts]
        return "; ".join([*said, *(f"{table} was written" for table in self.tables)])


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """job: operations, each {path, database, headers, poor, before, right, schema, answers}; tables; hosts."""
    views = _Views(application(), job["tables"], job["hosts"])
    problems: list[str] = []
    bodies = 0
    for operation in job["operations"]:
        connection.close()
        connection.settings_dict["NAME"] = operation["database"]
        with rolled_back():
            count, wrong = _operation(views, operation)
        bodies += count
        problems += [f"POST {operation['path']}: {one}" for one in wrong]
    return {"problems": problems, "bodies": bodies}


def _operation(views: _Views, operation: Mapping[str, Any]) -> tuple[int, list[str]]:
    """How many bodies were sent, and what was wrong with their answers."""
    known: dict[str, Any] = {}
    views.own = frozenset()
    with rolled_back():
        views.own = frozenset(views.ask(operation["path"], operation["headers"], b"", NOBODYS)[2].tables)
    for step in operation["before"]:
        status, answer, _ = views.ask(
            step["path"], operation["headers"], json.dumps(_filled(step["body"], known)).encode()
        )
        if not 200 <= status < 300:
            return 0, [f"cannot be asked: POST {step['path']} before it is answered {status}: {answer}"]
        known |= answer["data"]
    right = _filled(operation["right"], known)
    validators = {int(code): jsonschema_rs.Draft202012Validator(one) for code, one in operation["answers"].items()}
    same = Variant(what="the right body", sent=json.dumps(right).encode(), allowed=True, same=True)
    every = [same, *variants(operation["schema"], right)]
    problems: list[tuple[bool, str]] = []
    refused: list[Variant] = []
    unpaid = False
    for variant in every:
        status, answer, left = _sent(views, operation, variant, poor=variant.same)
        problems += [(not str(left), text) for text in _wrong(variant, status, answer, left, validators)]
        if problems and variant is same:
            break
        unpaid |= variant.same and status == NOT_THE_BODYS_FAULT
        if not variant.allowed and status == REFUSED:
            refused.append(variant)
    if unpaid:
        problems += [(False, text) for text in _unseen(views, operation, refused)]
    told = [text for _, text in sorted(problems, key=lambda one: one[0])]
    more = [f"and {len(told) - SHOWN} more of its bodies"] if len(told) > SHOWN else []
    return len(every), [*told[:SHOWN], *more]


def _sent(views: _Views, operation: Mapping[str, Any], variant: Variant, *, poor: bool) -> tuple[int, Any, Left]:
    with rolled_back():
        if poor and operation["poor"]:
            with connection.cursor() as cursor:
                cursor.execute(operation["poor"])
        return views.ask(operation["path"], operation["headers"], variant.sent)


def _unseen(views: _Views, operation: Mapping[str, Any], refused: Iterable[Variant]) -> Iterator[str]:
    """The first forbidden body that an account with credits is refused for, and one without is not."""
    for variant in refused:
        status, _, _ = _sent(views, operation, variant, poor=True)
        if status != REFUSED:
            yield (
                "credits are checked before the body, so nothing shows that allowed bodies are accepted: "
                f"without credits {variant.what} is answered {status}; must be {REFUSED}"
            )
            return


def _wrong(variant: Variant, status: int, answer: Any, left: Left, validators: Mapping[int, Any]) -> Iterator[str]:
    consequence = f", and {left}" if str(left) else ""
    if variant.same and not (200 <= status < 300 or status == NOT_THE_BODYS_FAULT):
        yield f"{variant.what} is answered {status}{consequence}, and the contract allows it: {answer}"
        return
    if not variant.allowed and (status != REFUSED or consequence):
        yield f"{variant.what} is answered {status}{consequence}; must be {REFUSED} and leave nothing"
        return
    if status >= REFUSED and consequence:
        yield f"{variant.what} is answered {status}{consequence}; a refusal must leave nothing"
        return
    if status not in validators:
        yield f"{variant.what} is answered {status}, which the contract does not declare: {answer}"
        return
    for error in list(validators[status].iter_errors(answer))[:1]:
        yield f"the {status} to {variant.what}: {error.message}"


def _filled(template: Any, known: Mapping[str, Any]) -> Any:
    """ "$answer_x" is data.x of an earlier answer, as in harness.toml."""
    if isinstance(template, dict):
        return {key: _filled(value, known) for key, value in template.items()}
    if isinstance(template, str) and template.startswith("$answer_"):
        return known[template.removeprefix("$answer_")]
    return template


class _Views:
    """The target's application, watched."""

    def __init__(self, wsgi: Any, tables: list[str], hosts: list[str]) -> None:
        self.wsgi = wsgi
        self.left = Left()
        self.own: frozenset[str] = frozenset()
        self.written = re.compile(
            r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(' + "|".join(map(re.escape, tables)) + r")\b"
        )
        before_task_publish.connect(self._published)
        sys.addaudithook(lambda event, args: self._looked_up(hosts, args) if event == "socket.getaddrinfo" else None)

    def ask(self, path: str, headers: Mapping[str, str], sent: bytes, method: str = "POST") -> tuple[int, Any, Left]:
        """Status, parsed body (or its text), and what the request left."""
        self.left = Left()
        extra = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent)}
        status = 500
        callbacks = len(connection.run_on_commit)

        def start_response(line: str, headers: Any, info: Any = None) -> Any:
            nonlocal status
            status = int(line.split()[0])
            return lambda data: None

        with connection.execute_wrapper(self._executed):
            try:
                text = b"".join(self.wsgi(environ(path, method, headers, extra), start_response)).decode(
                    "utf-8", "replace"
                )
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
        if later := len(connection.run_on_commit) - callbacks:
            self.left.tasks.append(f"or other work of {later} commit hooks")
        try:
            return status, json.loads(text), self.left
        except ValueError:
            return status, text[:160], self.left

    def _executed(self, execute: Any, sql: Any, *arguments: Any) -> Any:
        if (found := self.written.match(str(sql))) and found[1] not in self.own:
            self.left.tables.append(found[1])
        return execute(sql, *arguments)

    def _published(self, sender: Any = None, **_: Any) -> None:
        self.left.tasks.append(str(sender))

    def _looked_up(self, hosts: list[str], args: tuple[Any, ...]) -> None:
        name = args[0].decode() if isinstance(args[0], bytes) else args[0]
        if name in hosts:
            self.left.hosts.append(name)
