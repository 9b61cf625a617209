"""A look as text: one table a part, what is the target's own in full, what installed packages bring as a number.

Plain lines, not a console's: what is found again is told before a console would be imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from harness.core.look.celery import Celery, Task
from harness.core.look.database import Database
from harness.core.look.django import Django, Model, Route, Settings
from harness.core.look.values import Look, Runtime
from harness.core.look.versions import NAMED
from harness.report.printable import shown

WIDEST = 60


def lines(look: Look) -> Iterator[str]:
    yield from _shown(_runtime(look.runtime))
    yield from _shown(_settings(look.django.settings))
    yield from _shown(_models(look.django))
    yield from _shown(_routes(look.django))
    yield from _shown(_migrations(look.django))
    if look.celery is None:
        yield from ("", "CELERY", "  not installed")
    else:
        yield from _shown(_celery(look.celery))
        yield from _shown(_tasks(look.celery))
        yield from _shown(_beat(look.celery))
    for alias, database in look.databases.items():
        yield from _shown(_database(alias, database))
    if not look.databases:
        yield from ("", "CATALOGUE", "  not asked: harness look --database boots a migrated database")


def _shown(told: Iterable[str]) -> Iterator[str]:
    """What a target says is text: no control character of it reaches the terminal."""
    yield from map(shown, told)


def _runtime(runtime: Runtime) -> Iterator[str]:
    yield "RUNTIME"
    yield f"  {runtime.implementation} {runtime.python}  {runtime.executable}"
    named = [f"{name} {runtime.packages[name]}" for name in NAMED if name in runtime.packages]
    yield f"  {', '.join(named)}"
    yield f"  {len(runtime.packages)} distributions in all"


def _settings(settings: Settings) -> Iterator[str]:
    yield from ("", f"SETTINGS  {settings.module}")
    rows = [("user model", settings.auth_user_model), ("URL conf", settings.root_urlconf)]
    rows += [(f"database {alias}", f"{one.server.url}  {one.engine}") for alias, one in settings.databases.items()]
    rows += [(f"cache {alias}", f"{one.location or '-'}  {one.backend}") for alias, one in settings.caches.items()]
    rows += [("media", settings.media_root or "-"), ("sessions", settings.session_engine)]
    rows += [(f"log {one.name}", f"{one.path or '-'}  {one.kind}") for one in settings.logging]
    rows += [("middleware", _last(one)) for one in settings.middleware]
    yield from _table(rows)


def _models(django: Django) -> Iterator[str]:
    own = [model for model in django.models if model.own]
    yield from ("", f"MODELS  {_count(own, django.models)}")
    yield from _table([("model", "table", "key", "columns", "points at"), *map(_model, own)])


def _model(model: Model) -> tuple[str, ...]:
    marks = [word for word, holds in (("unmanaged", not model.managed), ("proxy", model.proxy)) if holds]
    table = f"{model.schema}.{model.table}" if model.schema else model.table
    kinds = {field.column: field.internal_type for field in model.fields}
    key = ", ".join(f"{column} {kinds.get(column, '')}".strip() for column in model.primary_key)
    points = ", ".join(f"{'+'.join(one.columns)} -> {one.to_table}" for one in model.foreign_keys)
    where = f"{table} ({', '.join(marks)})" if marks else table
    return model.label, where, key, str(len(model.fields)), points


def _routes(django: Django) -> Iterator[str]:
    own = [route for route in django.routes if route.own]
    yield from ("", f"ROUTES  {_count(own, django.routes)}")
    yield from _table([("methods", "path", "view", "asks for", "pages by"), *map(_route, own)])


def _route(route: Route) -> tuple[str, ...]:
    asks = ", ".join(map(_last, (*route.permissions, *route.wrapped_in))) or "-"
    if route.authentication:
        asks += f" by {', '.join(map(_last, route.authentication))}"
    if route.decided_in_code:
        asks += f" (decided in code: {', '.join(route.decided_in_code)})"
    verbs = ",".join(route.methods) or "any"
    return verbs, route.template, _last(route.view), asks, _last(route.pagination)


def _migrations(django: Django) -> Iterator[str]:
    own = [one for one in django.migrations if one.own]
    yield from ("", f"MIGRATIONS  {_count(own, django.migrations)}")
    apps = Counter(one.app for one in own)
    yield from _table([(app, str(n), next(m.name for m in reversed(own) if m.app == app)) for app, n in apps.items()])
    for one in own:
        if not one.reversible:
            yield f"  cannot be taken back: {one.app}.{one.name}: {', '.join(one.irreversible)}"
    if django.commands:
        yield f"  commands: {', '.join(one.name for one in django.commands)}"


def _celery(celery: Celery) -> Iterator[str]:
    yield from ("", f"CELERY  {celery.app}, found by {celery.found_by}")
    broker, results = celery.broker, celery.results
    steps = ",".join(map(str, broker.priority_steps))
    rows = [
        ("broker", f"{broker.server.url}  {broker.transport}"),
        ("results", f"{results.server.url or '-'}  {results.kind}, {results.serializer}"),
        ("messages", f"protocol {celery.protocol}, {celery.serializer}, {celery.compression or 'not compressed'}; accepts {', '.join(celery.accept_content)}"),
        ("priorities", f"steps {steps}, separator {broker.priority_separator!r}"),
        ("key prefix", broker.global_keyprefix or "-"),
        ("visible again", f"after {broker.visibility_timeout_s:g} s"),
        ("eager", "always" if celery.always_eager else "no"),
        ("routes", "; ".join(celery.routes) or "-"),
        *((f"queue {one.name}", f"{one.exchange} {one.exchange_type}, key {one.routing_key}, said by {one.said_by}") for one in celery.queues),
    ]  # fmt: skip
    yield from _table(rows)


def _tasks(celery: Celery) -> Iterator[str]:
    own = [task for task in celery.tasks if task.own]
    yield from ("", f"TASKS  {_count(own, celery.tasks)}")
    yield from _table([("task", "takes", "queue", "priority", "what else"), *map(_task, own)])


def _task(task: Task) -> tuple[str, ...]:
    facts = (
        ("routed in code", task.routed_in_code),
        ("acknowledged late", task.acks_late),
        ("rejected when its worker is lost", task.reject_on_worker_lost),
        (f"retries on {', '.join(map(_last, task.retries_on))}, {task.max_retries} times", bool(task.retries_on)),
        (f"{task.serializer}", task.serializer != "json"),
        (f"{task.compression}", bool(task.compression)),
        (f"limit {task.time_limit_s or 0:g} s", task.time_limit_s is not None),
        (f"{task.rate_limit}", bool(task.rate_limit)),
        ("no result", task.ignore_result),
    )
    priority = "-" if task.priority is None else str(task.priority)
    return (
        task.name,
        f"({', '.join(task.parameters)})",
        task.queue,
        priority,
        ", ".join(word for word, holds in facts if holds),
    )


def _beat(celery: Celery) -> Iterator[str]:
    beat = celery.beat
    where = f"in {beat.filename}" if beat.filename else f"in the {beat.store}"
    yield from ("", f"SCHEDULE  {beat.scheduler}, due times {where}")
    rows = [
        (one.name, one.task, f"{one.kind} {one.schedule}", "" if one.enabled else "off", one.args)
        for one in beat.entries
    ]
    yield from _table(rows)


def _database(alias: str, database: Database) -> Iterator[str]:
    yield from ("", f"CATALOGUE {alias}  PostgreSQL {database.version}, schemas {', '.join(database.schemas)}")
    rows = [("table", "kind", "key", "columns", "points at", "what else")]
    for table in database.tables:
        points = ", ".join(f"{'+'.join(one.columns)} -> {one.to_table}" for one in table.foreign_keys)
        facts = [one.name for one in table.triggers]
        facts += ["row security"] if table.row_security else []
        facts += [f"{c.name} {c.kind}" for c in table.columns if c.kind != "base"]
        facts += [f"{c.name} generated" for c in table.columns if c.generated]
        name = f"{table.schema}.{table.name}"
        rows.append((name, table.kind, ", ".join(table.primary_key), str(len(table.columns)), points, ", ".join(facts)))
    yield from _table(rows)
    if database.extensions:
        yield f"  extensions: {', '.join(f'{name} {version}' for name, version in database.extensions.items())}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side; the last one of a row may be as long as it is."""
    if not rows:
        return
    widths = [min(WIDEST, max(len(row[n]) for row in rows)) for n in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  " + "  ".join([*cells, row[-1]]).rstrip()


def _count(own: Sequence[object], every: Sequence[object]) -> str:
    rest = len(every) - len(own)
    return f"{len(own)} of the target's own" + (f", {rest} of installed packages" if rest else "")


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2] if "(" not in dotted else dotted
