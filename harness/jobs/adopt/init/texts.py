"""The files that init writes, as text: harness.toml, a scenario each, .gitignore lines, workflows."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.core.scenario import Given
from harness.jobs.adopt.init.values import COMMAND, REQUEST, SERVICE, TASK, Caller, Planted, Tried, Way, content
from harness.store.tomlwrite import inline
from harness.verb.schemas import NAMED

MARK = "look"
"""Begins the comment of a line that a person should look at."""
IGNORED = ("runs/", ".harness/")
LONGEST = 118
INIT, SOMEBODY = "harness init", "somebody"
ROWS = {INIT: "The rows are made up: make them yours.", SOMEBODY: "The rows are those that it met."}
BEGUN = '"""What is driven: docs/tutorial.md."""\n'
VERBS = ("get", "post", "put", "patch", "delete")


def harness_toml(raw: Mapping[str, Any], why: Mapping[str, str], sure: Mapping[str, str]) -> str:
    """`why` says of a place how it came there, `sure` of a part of the ledger how sure that is. At most forty lines."""
    lines = [
        NAMED,
        "# Written by harness init, by looking. Every key: harness schema --page. What is missing or wrong: harness doctor.",
        f'# Lines that end in "# {MARK}" are guesses that no charge has shown to be right.',
        f"format = {raw['format']}",
        "",
        "[target]",
    ]
    target = raw["target"]
    lines += [f"{key} = {inline(value)}" for key, value in target.items() if key != "env"]
    if target.get("env"):
        lines += ["", "[target.env]"]
        lines += [f"{key} = {inline(value)}{_said(why.get(f'target.env.{key}', ''))}" for key, value in target["env"].items()]  # fmt: skip
    for table in ("providers", "auth"):
        if raw.get(table):
            lines += ["", f"[{table}]"]
            lines += [f"{key if re.fullmatch(r'[A-Za-z0-9_-]+', key) else inline(key)} = {inline(value)}{_said(why.get(f'{table}.{key}', ''))}" for key, value in raw[table].items()]  # fmt: skip
    if raw.get("ledger"):
        lines += ["", "[ledger]"]
        for key, value in raw["ledger"].items():
            lines += [f"# {sure[key]}"] if key in sure else []
            lines.append(f"{key} = {inline(value)}{f'  # {MARK}' if _unsure(sure.get(key, '')) else ''}")
    return "\n".join(lines) + "\n"


def _said(why: str) -> str:
    return f"  # {why}" if why else ""


def _unsure(said: str) -> bool:
    return bool(said) and not said.startswith("sure")


def marked(text: str) -> int:
    """How many lines wait for a person."""
    return sum(line.endswith(f"# {MARK}") for line in text.splitlines())


def scenario(tried: Tried, caller: Caller, unit: str, who_pressed: str = INIT) -> str:
    """A scenario file: what is there, what is asked for, which recording answers."""
    way, refs = tried.way, any(_is_ref(value) for one in tried.planted for value in one.values.values())
    verb = {
        REQUEST: _verb(way),
        TASK: "task",
        COMMAND: "call",
        SERVICE: "call",
    }[way.kind]
    names = ", ".join(sorted(["Given", "Path", "Row", "Scenario", *(["Ref"] if refs else [])]))
    actor = caller.actor if way.kind == REQUEST else ""
    rows = "".join(f"            {_row(one)},\n" for one in tried.planted)
    tokens = f"\n        tokens={{{actor!r}: {caller.token!r}}},".replace("'", '"') if actor and caller.token else ""
    who = f'\n        actor="{actor}",' if actor != Given(rows=()).actor else ""
    tape = f"    tape=({', '.join(_text(name) for name in tape_of(tried))},),\n" if tried.calls else ""
    return (
        f'"""{way.title}: cost {f"{tried.charged}{unit}" if tried.charged else "nothing"} when {who_pressed} pressed it. {ROWS[who_pressed]}"""\n\n'
        "from __future__ import annotations\n\n"
        f"from harness.core.action import {verb}{', step' if tried.expect else ''}\n"
        f"from harness.core.scenario import {names}\n\n"
        "SCENARIO = Scenario(\n"
        f"    id={_text(way.id)},\n    title={_text(way.title)},\n"
        f"    given=Given(\n        rows=(\n{rows}        ),{who}{tokens}\n    ),\n"
        f"    when=({f'step({_action(tried)}, expect={tried.expect})' if tried.expect else _action(tried)},),\n    paths=(Path.{way.path.upper()},),\n{tape})\n"
    )  # fmt: skip


def tape_of(tried: Tried) -> tuple[str, ...]:
    return tuple(f"{provider}/{tried.way.id}" for provider in tried.calls)


def _row(one: Planted) -> str:
    values = ", ".join(f"{_text(key)}: {_value(value)}" for key, value in one.values.items())
    return f"Row(name={_text(one.name)}, model={_text(one.model)}, values={{{values}}})"


def _is_ref(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"ref"}


def _value(value: Any) -> str:
    if _is_ref(value):
        return f"Ref({_text(value['ref'])})"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value)


def _text(text: str) -> str:
    """As a formatter writes it; what JSON escapes Python reads alike."""
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _action(tried: Tried) -> str:
    way = tried.way
    if way.kind == REQUEST:
        verb = _verb(way)
        first = f"{_text(way.method)}, " if verb == "request" else ""
        return f"{verb}({first}{_text(way.what)}{f', {_value(way.body)}' if way.body else ''}{_form(way)})"
    if way.kind == TASK:
        return f"task({_text(way.what)}{f', kwargs={_value(way.body)}' if way.body else ''})"
    return f"call({_text(way.code)})"


def _form(way: Way) -> str:
    """The fields of a form, and what is uploaded with it."""
    files = {name: f"[{', '.join(map(_file, many))}]" if len(many) > 1 else _file(many[0]) for name, many in (way.files or {}).items()}  # fmt: skip
    shown = ", ".join(f"{_text(name)}: {one}" for name, one in files.items())
    data = f", data={_value(way.data)}" if way.data or (way.data is not None and way.files is None) else ""
    return data + (f", files={{{shown}}}" if way.files is not None else "")


def _file(one: Mapping[str, str]) -> str:
    return f"({_text(one['name'])}, {_value(content(one))}, {_text(one['type'])})"


def _verb(way: Way) -> str:
    """The word of harness.core.action that says it; those that take no body are not it for one that has a body."""
    verb, has = way.method.lower(), bool(way.body) or way.data is not None
    return verb if verb in VERBS and not (has and verb in ("get", "delete")) else "request"


def ignore_lines(text: str) -> str:
    """What .gitignore lacks, to be put behind its end."""
    there = {line.strip().strip("/") for line in text.splitlines()}
    lacking = [line for line in IGNORED if line.strip("/") not in there]
    return "".join(f"{line}\n" for line in lacking)


SESSION = '''

@nox.session
def harness(session):
    """Charges, as they are locked. Written by harness init."""
    session.install("igny8-harness")
    session.run("harness", "verify", *session.posargs)
'''


def nox_session(text: str) -> str:
    """What a noxfile lacks, to be put behind its end; "" where it has such a session, or is not Python that knows nox by its name."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return ""
    named = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    imported = {one.asname or one.name for node in tree.body if isinstance(node, ast.Import) for one in node.names}
    return SESSION if "nox" in imported and "harness" not in named | imported else ""


GITHUB = """# Written by harness init. Nothing is accepted here: goldens change on somebody's machine, with a reason.
name: harness
on: [push, pull_request]
permissions:
  contents: read
jobs:
  verify:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cache/igny8-harness
            .harness/venvs
          key: harness-${{ hashFiles('**/requirements*.txt', '**/pyproject.toml') }}
      - run: pip install igny8-harness
      - run: harness doctor
      - run: harness verify
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: runs
          path: runs/*/report.html
"""
GITLAB = """# Written by harness init; include it from .gitlab-ci.yml:  include: [{ local: harness.gitlab-ci.yml }]
harness:
  image: python:3.12
  variables:
    XDG_CACHE_HOME: "$CI_PROJECT_DIR/.harness/cache"
  cache:
    paths: [.harness/]
  script:
    - pip install igny8-harness
    - harness doctor
    - harness verify
  artifacts:
    when: always
    paths: [runs/]
"""
WORKFLOWS: Mapping[str, str] = {".github/workflows/harness.yml": GITHUB, "harness.gitlab-ci.yml": GITLAB}


def files(
    raw: Mapping[str, Any], why: Mapping[str, str], sure: Mapping[str, str], found: Sequence[Tried], caller: Caller, *, answers: str, workflows: bool,
) -> dict[str, str]:  # fmt: skip
    """Path beside harness.toml -> text."""
    made = {"harness.toml": harness_toml(raw, why, sure)}
    if found:
        made["scenarios/__init__.py"] = BEGUN
        for one in found:
            made[f"scenarios/{one.way.id}.py"] = scenario(
                one, caller, " credits" if raw.get("ledger", {}).get("unit") != "cents" else ""
            )
    if answers:
        made["answers.py"] = answers
    return {**made, **(WORKFLOWS if workflows else {})}
