"""A description of what stands in a checkout, as harness.toml has it: found by looking, and looked at again until nothing is missing."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.backend import description
from harness.backend.guess import money, settings, source
from harness.backend.guess.money import Money
from harness.backend.shape import FORMAT
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.look.values import Look
from harness.jobs.adopt.init import places
from harness.jobs.adopt.init.places import Told
from harness.report.undeclared import declaring
from harness.verb.target import looked

MOST_LOOKS = 12
"""Variables that settings may insist on, one after the other."""
INSISTS = re.compile(r"(?:KeyError: |[Ss]et the |variable |UndefinedValueError: )['\"]?([A-Z][A-Z0-9_]{2,})['\"]?")
WRITES = re.compile(r'target\.writes = \["([^"]+)"\]')
"""What is told of a target that writes in its own tree (harness.backend.look.ask)."""
LEFT_OUT = {"node_modules", "site-packages", "venv", "env", "tests", "docs"}
REQUIREMENTS = ("requirements.txt", "requirements/production.txt", "requirements/prod.txt", "requirements/base.txt", "requirements/main.txt", "requirements/common.txt", "requirements-prod.txt")  # fmt: skip
VENVS = (".venv", "venv", "env")
OF_PYPROJECT = "harness.requirements.txt"


@dataclass(slots=True, kw_only=True)
class Described:
    """`raw` is harness.toml as it will stand, `why` says of a place in it ("target.env.X") how it came there, `written` are files that it was installed from, made beside it."""

    raw: dict[str, Any]
    config: Config
    look: Look
    money: Money
    why: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)


OWN_FOLDER = "charges"
"""Where the project goes if the backend fills its checkout: what drives a backend is no part of it."""


def project_of(checkout: Path, root: Path) -> Path:
    """The folder of harness.toml: the checkout, or a folder of it where the backend's own code begins there."""
    return checkout / OWN_FOLDER if root.resolve() == checkout.resolve() else checkout


def roots(checkout: Path) -> list[Path]:
    """Folders that hold a manage.py, those nearest to the checkout first."""
    found = []
    for depth in ("manage.py", "*/manage.py", "*/*/manage.py", "*/*/*/manage.py"):
        for path in sorted(checkout.glob(depth)):
            parts = path.relative_to(checkout).parts[:-1]
            if not any(part.startswith(".") or part in LEFT_OUT for part in parts):
                found.append(path.parent)
    return found


def described(
    checkout: Path,
    project: Path,
    root: Path,
    *,
    isolation: str,
    say: Callable[[str], None],
    given: Mapping[str, str] = {},
) -> Described:
    """Raises what looking raises, where nothing that can be guessed mends it. `given` is part of [target.env] from the beginning."""
    named = {"name": checkout.resolve().name} if project != checkout else {}
    target: dict[str, Any] = {**named, "root": _relative(root, project)}
    project.mkdir(exist_ok=True)  # what is relative to it is looked for from there
    files: dict[str, str] = {}
    why = {f"target.env.{name}": "given to init" for name in given}
    python = _python(checkout, project, root, files)
    if python:
        target["python"] = python
    env = dict(given)
    raw = {"format": FORMAT, "target": target}
    made = [name for name in files if not (project / name).exists()]
    for name, text in files.items():
        if name in made:
            (project / name).write_text(text, encoding="utf-8")  # installed from, before anything is looked at
    told = Told.of(root, checkout, given)
    for _ in range(MOST_LOOKS):
        if env:
            target["env"] = env
        try:
            config = description.of_document(project / "harness.toml", raw)
            look = looked(config, isolation=isolation)
        except HarnessError as error:
            written = WRITES.search(error.hint)
            if error.code == "target-import" and written is not None and written[1] not in target.get("writes", ()):
                target["writes"] = [*target.get("writes", ()), written[1]]
                why["target.writes"] = "it writes there while it is imported"
                say(f"it writes {written[1]} in its own tree: a copy in each run")
                continue
            insisted = INSISTS.search(f"{error.message} {error.hint}")
            if error.code != "target-import" or insisted is None or insisted[1] in env:
                raise
            env[insisted[1]] = told.made_up(insisted[1])
            why[f"target.env.{insisted[1]}"] = "the settings insist on it"
            say(f"the settings insist on {insisted[1]}: made up")
            continue
        more = dict(places.lines(look, told, env, why))
        if not more:
            break
        env.update(more)
    for line in places.elsewhere(look, told):
        say(line)
    guessed = money.guess(look.django)
    raw["ledger"] = settings.ledger(guessed, look.django)
    if not raw["ledger"]:
        del raw["ledger"]
    return Described(raw=raw, config=config, look=look, money=guessed, why=why, written=made)


def providers(root: Path, known: Mapping[str, str]) -> dict[str, Any]:
    """[providers] for each host of the source that is none yet: of OpenAI's kind where its URL says so, else http."""
    found: dict[str, Any] = {}
    names = {host.partition(":")[0] for host in known}
    for host, path in source.hosts(root).items():
        if host.partition(":")[0] in names:
            continue
        ((name, one),) = tomllib.loads(declaring(host)).items()
        if re.search(r"/v\d+/?$|/v\d+/(chat|images|embeddings|responses)", path):
            one = {"host": host, "kind": "openai"}
        if name in found:
            name = re.sub(r"\W+", "_", host)
        found[name] = one
    return found


def _relative(path: Path, project: Path) -> str:
    return Path(os.path.relpath(path, project)).as_posix()


def _python(checkout: Path, project: Path, root: Path, files: dict[str, str]) -> str:
    """target.python, "" where what stands there by itself is right."""
    if (root / "requirements.txt").is_file():
        return ""
    for folder in dict.fromkeys((root, checkout)):
        for name in REQUIREMENTS:
            if (folder / name).is_file():
                return _relative(folder / name, project)
        if (folder / "pyproject.toml").is_file() and (lines := _dependencies(folder / "pyproject.toml")):
            files[OF_PYPROJECT] = f"# From {_relative(folder / 'pyproject.toml', project)}, by harness init.\n" + "".join(f"{line}\n" for line in lines)  # fmt: skip
            return OF_PYPROJECT
    for name in VENVS:
        if (checkout / name / "pyvenv.cfg").is_file():
            return _relative(checkout / name, project)
    return ""


def _dependencies(path: Path) -> list[str]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return []
    if said := told.get("project", {}).get("dependencies"):
        return list(said)
    poetry = told.get("tool", {}).get("poetry", {}).get("dependencies", {})
    return [_poetry(name, value) for name, value in poetry.items() if name != "python"]


def _poetry(name: str, value: Any) -> str:
    extras = f"[{','.join(value['extras'])}]" if isinstance(value, dict) and value.get("extras") else ""
    version = value.get("version", "*") if isinstance(value, dict) else value
    if version == "*" or not isinstance(version, str):
        return name + extras
    if version[0] in "^~":
        first, *rest = version[1:].split(".")
        if version[0] == "~" and rest:
            return f"{name}{extras}>={version[1:]},<{first}.{int(rest[0]) + 1}"
        above = f"0.{int(rest[0]) + 1}" if first == "0" and rest else str(int(first) + 1)
        return f"{name}{extras}>={version[1:]},<{above}"
    return f"{name}{extras}{version if version[0] in '<>=!' else f'=={version}'}"
