"""The target as it is found by looking: what of it would not be the stack's, or would not run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.backend.guess import environ, money, source
from harness.backend.guess.candidates import candidates
from harness.backend.guess.settings import SET, database_lines, ledger_lines
from harness.core.config import WEB, WORKER, Config
from harness.core.errors import HarnessError
from harness.core.look.celery import Celery
from harness.core.look.values import Look
from harness.jobs.adopt.doctor.values import Found, fine, note, refused, wrong
from harness.report.undeclared import declaring
from harness.stack.database import postgres

PART = "target"
HERE = ("127.0.0.1", "localhost", "::1")
DEFAULT = "default"
DATABASE, BROKER = "5432", "6379"
"""Ports at which a look shows the stack's own servers, whatever theirs are."""
REDIS = ("redis", "rediss")
SECRET = re.compile(r"(^|_)(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$")
_NEEDED = re.compile(r"(?:KeyError: |Set the |variable |key )['\"]?([A-Z][A-Z0-9_]{2,})['\"]?")


def unseen(error: HarnessError, config: Config) -> Found:
    """Why it cannot be looked at; a variable that it insists on is named with its line."""
    said = _NEEDED.search(f"{error.message} {error.hint}")
    if error.code == "target-import" and said and said[1] not in config.env:
        return wrong(
            PART, f"the settings insist on {said[1]}, which is not set: {error.message}",
            f'in harness.toml, [target.env]: {said[1]} = "made-up"', code=error.code,
        )  # fmt: skip
    lacking = re.search(r"No module named '([\w.]+)'", f"{error.message} {error.hint}")
    if error.code == "target-import" and lacking:
        return wrong(
            PART, f"{lacking[1]} is not installed for the target: {error.message}",
            'in harness.toml, [target]: python = "FILE", your requirements files, or the venv that has it', code=error.code,
        )  # fmt: skip
    return refused(PART, error)


def looked(config: Config, look: Look) -> Iterator[Found]:
    yield fine(PART, f"imported by Python {look.runtime.python}, Django {look.runtime.packages.get('django', '?')}")
    variables = {one.name: one for one in source.variables(config.root)}
    said = environ.said(variables.values(), [config.root, config.source.parent])
    yield from _databases(config, look, said)
    yield from _packages(look)
    if look.celery is None:
        yield note(
            PART, "no Celery: there is no worker, no beat, and no task is driven", "nothing to do, if that is so"
        )
    else:
        yield from _celery(config, look, look.celery, variables, said)
    yield from _written(look, variables)
    yield from _hosts(config)
    yield from _keys(config, variables)


def _at(one: source.Variable, config: Config) -> str:
    path = one.file.relative_to(config.root) if one.file.is_relative_to(config.root) else one.file
    return f"{path}:{one.line}"


def _databases(config: Config, look: Look, said: Mapping[str, str]) -> Iterator[Found]:
    for alias, one in look.django.settings.databases.items():
        if one.mirror:
            continue
        if "postgresql" not in one.engine and "postgis" not in one.engine:
            yield wrong(PART, f"the database '{alias}' is {one.engine.rpartition('.')[2]}: the harness has PostgreSQL alone", _reading(config, look, said, alias, "ENGINE"), code="target-import")  # fmt: skip
        elif one.server.host not in HERE or one.server.port not in ("", DATABASE):
            yield wrong(PART, f"the settings take the database '{alias}' from {one.server.host or 'nowhere'}:{one.server.port}, which is not the stack's", _reading(config, look, said, alias, "HOST"), code="target-import")  # fmt: skip
        elif alias == DEFAULT and one.server.database != postgres.DATABASE:
            yield wrong(PART, f"the settings take the database '{alias}' as {one.server.database or 'nothing'}, and the stack calls it {postgres.DATABASE}", _reading(config, look, said, alias, "NAME"), code="target-import")  # fmt: skip
        elif alias not in config.databases:
            yield wrong(PART, f"DATABASES has '{alias}', and the stack does not", f'in harness.toml, [target]: databases = ["default", "{alias}"]')  # fmt: skip
    for alias, cached in look.django.settings.caches.items():
        for server in cached.servers:
            if server.host not in HERE:
                yield wrong(PART, f"the settings take the cache '{alias}' from {server.host}:{server.port}, which is not the stack's", _elsewhere(server.host, said))  # fmt: skip


def _reading(config: Config, look: Look, said: Mapping[str, str], alias: str, what: str) -> str:
    """What of the settings decides where the database is, as lines of [target.env]; else which line of them to change."""
    host = look.django.settings.databases[alias].server.host
    whole = environ.addresses(said, host, database=True)
    lines = {**database_lines(config.root, look.django.settings.module, config.env), **{name: one for name, one in whole.items() if name not in config.env}}  # fmt: skip
    if lines:
        return "in harness.toml, [target.env]: " + "; ".join(f'{name} = "{value}"' for name, value in lines.items())
    return f"let {look.django.settings.module or 'the settings'} read {what} of DATABASES from DATABASE_URL or DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD"  # fmt: skip


def _elsewhere(host: str, said: Mapping[str, str]) -> str:
    """The variable in which `host` is said, or where to look for one."""
    for name, value in environ.addresses(said, host, database=False).items():
        return f'in harness.toml, [target.env]: {name} = "{value}"'
    return "let the settings read it from REDIS_URL, or from a variable that [target.env] sets to {redis_url}"


def _packages(look: Look) -> Iterator[Found]:
    there = look.runtime.packages
    if not {"psycopg", "psycopg2", "psycopg2-binary"} & set(there):
        yield wrong(PART, "no driver of PostgreSQL is installed for the target", "add psycopg[binary] to the target's requirements")  # fmt: skip
    if look.celery is not None and look.celery.broker.transport in REDIS and REDIS[0] not in there:
        yield wrong(PART, "the broker is Redis, and its client is not installed for the target", "add celery[redis] to the target's requirements")  # fmt: skip
    if not {"gunicorn", "uvicorn"} & set(there):
        yield note(PART, "no gunicorn: requests go to Django's runserver", "add gunicorn to the requirements, if production has it")  # fmt: skip


def _celery(
    config: Config, look: Look, celery: Celery, variables: Mapping[str, source.Variable], said: Mapping[str, str]
) -> Iterator[Found]:
    broker = celery.broker
    if broker.transport not in REDIS:
        yield wrong(PART, f"the broker is {broker.transport}: the harness has Redis alone", 'in harness.toml, [target.env]: set the variable that the broker is read from to "{redis_url}"')  # fmt: skip
    elif broker.server.host not in HERE or broker.server.port not in ("", BROKER):
        yield wrong(PART, f"the settings take the broker from {broker.server.host}:{broker.server.port}, which is not the stack's", _elsewhere(broker.server.host, said))  # fmt: skip
    if celery.always_eager:
        names = [name for name in variables if "EAGER" in name]
        yield wrong(PART, "task_always_eager is on: no message is sent, and no worker asked", f'in harness.toml, [target.env]: {names[0]} = "0"' if names else "take task_always_eager out of the settings that manage.py chooses")  # fmt: skip
    served, workers = set[str](), [role for role in config.roles.values() if role.like == WORKER or "worker" in role.command]  # fmt: skip
    known = {one.name for one in celery.queues if one.said_by != "route" or celery.create_missing_queues}
    for role in workers:
        said = role.queues or tuple(name for flag, names in zip(role.command, role.command[1:], strict=False) if flag in ("-Q", "--queues") for name in names.split(","))  # fmt: skip
        served |= set(said) or ({celery.default_queue} if role.command and role.like != WORKER else known)
    wanted = {task.queue for task in celery.tasks if task.own and task.queue} | {one.name for one in celery.queues}
    for name in sorted(wanted - served) if workers else ():
        role = workers[0]
        yield wrong(PART, f"no worker takes from the queue '{name}', and tasks are sent there", f'in harness.toml: roles.{role.name}.queues = {[*sorted(served & wanted), name]}'.replace("'", '"'))  # fmt: skip
    registered = {task.name for task in celery.tasks}
    for entry in celery.beat.entries:
        if entry.task not in registered:
            yield note(PART, f"beat's entry '{entry.name}' sends {entry.task}, which is no task", "mend the schedule of the target")  # fmt: skip
    if not any(role.like == WEB or role.serves for role in config.roles.values()):
        yield wrong(PART, "no role serves requests", "take roles.web = false out of harness.toml")


def _written(look: Look, variables: Mapping[str, source.Variable]) -> Iterator[Found]:
    """Files that a run would leave in the checkout."""
    settings, root = look.django.settings, ""
    root = next((app.path for app in look.django.apps if app.own), "")
    for handler in settings.logging:
        if handler.path and not handler.path.startswith("{run}"):
            named = [name for name in variables if "LOG" in name and {"DIR", "PATH", "FILE", "ROOT"} & set(name.split("_"))]  # fmt: skip
            mend = f'in harness.toml, [target.env]: {named[0]} = "{{logs_dir}}"' if named else "let the settings read the folder from a variable, and set it to {logs_dir} in [target.env]"  # fmt: skip
            yield note(PART, f"the log '{handler.name}' is written to {handler.path}, outside of the run", mend)
    media = settings.media_root
    if media and not media.startswith("{run}") and root and Path(root).parent in Path(media).parents:
        named = [name for name in variables if "MEDIA" in name]
        yield note(PART, f"MEDIA_ROOT is {media}, in the checkout", f'in harness.toml, [target.env]: {named[0]} = "{{media}}"' if named else "let the settings read MEDIA_ROOT from the environment")  # fmt: skip


def _hosts(config: Config) -> Iterator[Found]:
    names = {host.partition(":")[0] for host in config.provider_hosts}
    others = [host for host in source.hosts(config.root) if host.partition(":")[0] not in names]
    if others:
        yield note(PART, f"{', '.join(others)}: in the source, and no provider; a call there is refused, and told", f"which of them is called: in harness.toml, [providers]: {'; '.join(map(declaring, others))}")  # fmt: skip


def _keys(config: Config, variables: Mapping[str, source.Variable]) -> Iterator[Found]:
    unset = [one for name, one in variables.items() if SECRET.search(name) and name not in {*config.env, *SET} and one.default in ("", None) and not one.needed]  # fmt: skip
    if unset:
        where = ", ".join(f"{one.name} ({_at(one, config)})" for one in unset)
        lines = "; ".join(f'{one.name} = "made-up"' for one in unset)
        yield note(PART, f"keys that are read and not set: {where}; a client that needs one fails before it asks", f"in harness.toml, [target.env]: {lines}")  # fmt: skip


def ledger(config: Config, look: Look) -> Iterator[Found]:
    """What of the ledger is not described though it seems to be there."""
    guessed, said = money.guess(look.django), config.ledger
    for part, place in (("balance", guessed.balance), ("movements", guessed.movements), ("usage", guessed.usage)):
        if getattr(said, part) is not None:
            yield fine("ledger", part)
            continue
        line = ledger_lines(guessed, look.django).get(part, "")
        mend = f"{place.sure}, in harness.toml, [ledger]: {line}" if place is not None else f"a guess, in harness.toml, [ledger]: {line}" if line else f"[ledger] {part}, as docs/formats.md has it"  # fmt: skip
        if part == "balance":
            if not line and (may := candidates(look.django)):
                mend = "in harness.toml, [ledger], if it is one of these: " + "; or ".join(one.told for one in may)
            yield wrong("ledger", "nobody says where balances stand: no charge can be held to anything", mend)
        elif place is not None:
            yield note("ledger", f"[ledger] has no {part}: the laws that need them are not asked", mend)
    for text in config.unwatched:
        yield note("ledger", text, "name it in [tables], or leave it: no law and no golden sees it")
