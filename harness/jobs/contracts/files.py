"""The contracts that are files of ours: contracts/schema/phase_N.toml, contracts/celery.toml, contracts/api/openapi.yaml.

Every reader raises contracts-missing, contracts-syntax, contracts-unknown-key or contracts-value: a contract that
cannot be read is never an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.core.errors import HarnessError
from harness.core.phase import LAST
from harness.core.schema import Schema, Table
from harness.jobs.contracts.judge.celery_contract import SHAPE, Contract, Form, Task, signature
from harness.jobs.contracts.judge.openapi import strict_problems
from harness.store.files import write_all
from harness.store.tomlread import Strict
from harness.store.tomlwrite import assignments, inline

FORMAT = 1
NO_LIMIT = 0


def schema(contracts: Path, phase: int) -> Schema:
    """The schema that phase `phase` must have."""
    path = schema_file(contracts, phase)
    strict = Strict(f"schema/{path.name}", "contracts")
    raw = strict.table("the file", strict.load(path), ("format", "phase", "why"), ("table", "same_as"))
    _format(strict, raw["format"])
    if strict.whole("phase", raw["phase"]) != phase:
        raise strict.wrong(f"it says phase {raw['phase']}", f"its name says {phase}")
    strict.text("why", raw["why"])
    if "same_as" in raw:
        other = strict.whole("same_as", raw["same_as"])
        if "table" in raw or not 0 <= other < phase:
            raise strict.wrong(f"same_as = {other} with tables of its own, or no earlier phase", "one or the other")
        return schema(contracts, other)
    tables = raw.get("table")
    if not isinstance(tables, dict) or not tables:
        raise strict.wrong("there is no table", "write each as [table.NAME.columns], or same_as = an earlier phase")
    return {name: _table(strict, name, value) for name, value in tables.items()}


def schema_file(contracts: Path, phase: int) -> Path:
    return contracts / "schema" / f"phase_{phase}.toml"


def write_schema(contracts: Path, phase: int, live: Schema, why: str) -> Path:
    """Lock `live` for `phase`; one that equals the phase before is a reference to it."""
    path = schema_file(contracts, phase)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = [f"# Change with: harness contracts schema --phase {phase} --accept --why \"...\"", *assignments({"format": str(FORMAT), "phase": str(phase), "why": inline(why)})]  # fmt: skip
    same = _written_in_full(contracts, phase - 1) if phase else None
    if same is not None and schema(contracts, same) == live:
        write_all({path: "\n".join([*head, f"same_as = {same}", ""])})
        return path
    lines = head
    for name, table in live.items():
        lines += ["", f"[table.{name}]"]
        for part in ("constraints", "indexes"):
            lines += [f"{part} = [", *(f"    {inline(text)}," for text in getattr(table, part)), "]"]
        lines += [
            "",
            f"[table.{name}.columns]",
            *assignments({key: inline(text) for key, text in table.columns.items()}),
        ]
        if table.defaults:
            lines += ["", f"[table.{name}.defaults]", *assignments({key: inline(text) for key, text in table.defaults.items()})]  # fmt: skip
    write_all({path: "\n".join([*lines, ""])})
    return path


def celery(contracts: Path, phase: int) -> Contract:
    """The tasks, messages and schedule of `phase`."""
    strict = Strict("celery.toml", "contracts")
    raw = strict.table("the file", strict.load(contracts / "celery.toml"), ("format", "every", "task"))
    _format(strict, raw["format"])
    every = strict.table("every", raw["every"], (), tuple(name for name in SHAPE if name != "parameters"))
    tasks: dict[str, Task] = {}
    forms: list[Form] = []
    schedule: dict[str, str] = {}
    if not isinstance(raw["task"], list):
        raise strict.wrong("task must be a list", "write each as [[task]]")
    for n, value in enumerate(raw["task"]):
        own = strict.table(f"task[{n}]", value, ("name", "parameters", "why", "sent"), ("phases", "schedule", *SHAPE))
        name = strict.text(f"task[{n}].name", own["name"])
        low, high = strict.phases(f"{name}.phases", own.get("phases", f"0..{LAST}"))
        if not low <= phase <= high:
            continue
        if name in tasks:
            raise strict.wrong(f"{name} is there twice at phase {phase}", "give the two different phases")
        tasks[name] = _task(strict, name, {**every, **own})
        forms += [_form(strict, name, one) for one in _list(strict, f"{name}.sent", own["sent"])]
        if "schedule" in own:
            schedule[name] = strict.text(f"{name}.schedule", own["schedule"])
    return Contract(tasks=tuple(tasks.values()), forms=tuple(forms), schedule=schedule)


def api(contracts: Path) -> Mapping[str, Any]:
    """openapi.yaml: parsed, every $ref there, and as strict as a contract must be."""
    path = contracts / "api" / "openapi.yaml"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise HarnessError(
            f"cannot read {path}: {error.strerror}",
            hint="contracts are set in harness.toml: [harness] contracts",
            code="contracts-missing",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what = " ".join(str(error).split())
        raise HarnessError(f"api/openapi.yaml is not YAML: {what}", hint="mend the line that is named", code="contracts-syntax") from None  # fmt: skip
    if problems := strict_problems(document):
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise HarnessError(
            f"api/openapi.yaml: {problems[0]}{more}",
            hint="a contract with a gap would pass whatever is in the gap: close it",
            code="contracts-value",
        )
    found: Mapping[str, Any] = document
    return found


def known(contracts: Path, path: str, phase: int) -> frozenset[str]:
    """Rules of the fuzzing oracle that the endpoint `path` is known to break at `phase`."""
    strict = Strict("api/known.toml", "contracts")
    raw = strict.table("the file", strict.load(contracts / "api" / "known.toml"), ("format",), ("known",))
    _format(strict, raw["format"])
    rules = set()
    for n, value in enumerate(raw.get("known", [])):
        own = strict.table(f"known[{n}]", value, ("rule", "path", "phases", "why"))
        low, high = strict.phases(f"known[{n}].phases", own["phases"])
        if not strict.text(f"known[{n}].why", own["why"]).strip():
            raise strict.wrong(f"known[{n}] has no why", "what is borne is borne for a reason")
        if strict.text(f"known[{n}].path", own["path"]) == path and low <= phase <= high:
            rules.add(strict.text(f"known[{n}].rule", own["rule"]))
    return frozenset(rules)


def _table(strict: Strict, name: str, value: Any) -> Table:
    raw = strict.table(f"table.{name}", value, ("columns", "constraints", "indexes"), ("defaults",))
    columns, defaults = raw["columns"], raw.get("defaults", {})
    for part, texts in (("columns", columns), ("defaults", defaults)):
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise strict.wrong(f"table.{name}.{part} must map columns to texts")
    if unknown := sorted(defaults.keys() - columns.keys()):
        raise strict.wrong(f"table.{name}.defaults names {unknown[0]}, which is no column of it")
    return Table(
        columns=columns,
        defaults=defaults,
        constraints=strict.texts(f"table.{name}.constraints", raw["constraints"]),
        indexes=strict.texts(f"table.{name}.indexes", raw["indexes"]),
    )


def _written_in_full(contracts: Path, phase: int) -> int | None:
    """The phase whose file holds the tables of `phase`; None when there is no such file."""
    path = schema_file(contracts, phase)
    if not path.exists():
        return None
    raw = Strict(path.name, "contracts").load(path)
    return raw.get("same_as", phase)


def _task(strict: Strict, name: str, raw: Mapping[str, Any]) -> Task:
    for field in SHAPE:
        if field not in raw:
            raise strict.wrong(f"{name} lacks '{field}'", "give it to the task, or to [every]")
    values = {field: raw[field] for field in SHAPE}
    for field in ("parameters", "retries_on"):
        values[field] = strict.texts(f"{name}.{field}", values[field])
    for field in ("time_limit_s", "soft_time_limit_s"):
        values[field] = None if _number(strict, f"{name}.{field}", values[field]) == NO_LIMIT else values[field]
    values["retry_delay_s"] = float(_number(strict, f"{name}.retry_delay_s", values["retry_delay_s"]))
    for field in ("acks_late", "reject_on_worker_lost", "ignore_result"):
        if not isinstance(values[field], bool):
            raise strict.wrong(f"{name}.{field} must be true or false, not {values[field]!r}")
    for field in ("queue", "serializer"):
        strict.text(f"{name}.{field}", values[field])
    strict.whole(f"{name}.max_retries", values["max_retries"])
    try:
        signature(values["parameters"])
    except ValueError as error:
        raise strict.wrong(f"{name}.parameters: {error}", 'write them as in the source: "number: int"') from None
    return Task(name=name, **values)


def _form(strict: Strict, task: str, value: Any) -> Form:
    raw = strict.table(f"{task}.sent", value, ("args", "where"), ("kwargs",))
    return Form(
        task=task,
        args=strict.whole(f"{task}.sent.args", raw["args"]),
        kwargs=strict.texts(f"{task}.sent.kwargs", raw.get("kwargs", [])),
        where=strict.text(f"{task}.sent.where", raw["where"]),
    )


def _number(strict: Strict, where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise strict.wrong(f"{where} must be seconds, not {value!r}")
    return value


def _list(strict: Strict, where: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise strict.wrong(f"{where} must list the forms of its messages", "{ args = 1, where = ... }")
    return value


def _format(strict: Strict, value: Any) -> None:
    if value != FORMAT:
        raise strict.wrong(f"format {value!r} is not {FORMAT}", "this harness reads format = 1 only")
