"""A copy of the target with a patch in it, and a harness.toml that describes the copy.

The folder that is made stands in for the project's own: what lies beside harness.toml is there as links, and the target as
a tree of its own, so that nothing of a planted patch reaches the sources.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.backend.at_phase import at_phase
from harness.backend.description import document
from harness.backend.phases.tree import compose, files_below
from harness.core.config import Config
from harness.core.errors import HarnessError, last_lines
from harness.jobs.score.values import MISTAKE, Entry

TREE = "planted"
"""The folder of the copy, beside the links."""
APART = frozenset({TREE, "runs"})
"""What lies beside harness.toml and is not linked: the copy has its own."""
MADE = ".harness"
"""What was made for the project and is found again by its content (packages of the target, a cache): the copy's as well."""


def plant(config: Config, entry: Entry, folder: Path) -> Path:
    """Make `folder`, which is empty, a project whose target is `config`'s at the entry's phase with the entry's diff; its
    harness.toml. An entry without a diff leaves it as it is. Raises score-apply, score-nothing, score-git, phase-*."""
    tree, at = copied(config, entry.phase, folder / TREE)
    if entry.diff:
        apply(entry, tree)
    _described(config, at, tree, folder)
    return folder / config.source.name


def copied(config: Config, phase: int, out: Path) -> tuple[Path, Config]:
    """A copy of the target's tree at `phase` in `out`, and the backend there. Raises phase-*."""
    at = at_phase(config, phase)
    if config.phases_root is None or config.phases_dir is None:
        out.mkdir(parents=True)
        for name, source in files_below(config.root, hidden=True):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, out / name)
    else:
        compose(config.phases_root, config.phases_dir, phase, out)
    return out, at


def apply(entry: Entry, tree: Path) -> None:
    """Apply the entry's diff below `tree`. Raises score-git, score-apply, score-nothing."""
    before = contents(tree)
    apply_diff(entry.diff, tree, f"{entry.id} at phase {entry.phase}")
    after = contents(tree)
    if before == after or (entry.role == MISTAKE and _means_the_same(before, after)):
        raise HarnessError(
            f"{entry.id} changes nothing that could be seen at phase {entry.phase}",
            hint="a mistake changes what the code does: not its comments and not its blanks",
            code="score-nothing",
        )


def apply_diff(diff: str, tree: Path, name: str) -> None:
    """Apply a unified diff below `tree`; `name` is what a message calls it. Raises score-git, score-apply."""
    try:
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=tree,
            input=diff,
            # in a repository git would take paths as the repository's, and leave out what lies elsewhere without a word
            env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.resolve().parent)},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise HarnessError("there is no git to apply a patch with", hint="install git", code="score-git") from None
    if done.returncode:
        raise HarnessError(
            f"{name} does not apply: {last_lines(done.stderr, none='git says nothing')}",
            hint="make it again from the tree of that phase; a patch that does not apply shows nothing",
            code="score-apply",
        )


def put_back(tree: Path, before: Mapping[str, bytes]) -> None:
    """`tree` as it was when `before` was read of it."""
    now = contents(tree)
    for name in now.keys() - before.keys():
        (tree / name).unlink()
    for name, text in before.items():
        if now.get(name) != text:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(text)


def contents(tree: Path) -> dict[str, bytes]:
    """path -> what is in it, of every source below `tree`."""
    return {name: source.read_bytes() for name, source in files_below(tree, hidden=True)}


def digest(tree: Mapping[str, bytes]) -> str:
    """One hash for all that `contents` gives."""
    total = hashlib.sha256()
    for name, text in sorted(tree.items()):
        total.update(f"{name}\0{hashlib.sha256(text).hexdigest()}\n".encode())
    return total.hexdigest()


def _means_the_same(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bool:
    """Whether all that differs are comments and layout of Python files."""
    if before.keys() != after.keys():
        return False
    odd = [name for name in before if before[name] != after[name]]
    return all(name.endswith(".py") and _meaning(before[name]) == _meaning(after[name]) for name in odd)


def _meaning(source: bytes) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return source.decode(errors="replace")


def _described(config: Config, at: Config, tree: Path, folder: Path) -> None:
    """Links to what lies beside the project's harness.toml, and a harness.toml for the copy at its phase."""
    home = config.source.parent
    (home / MADE).mkdir(exist_ok=True)
    for path in home.iterdir():
        hidden = path.name.startswith(".") and path.name != MADE
        if not hidden and path.name not in APART | {config.source.name}:
            (folder / path.name).symlink_to(path.resolve())
    described = _reached(document(config.source), home)
    phases = described.pop("phases", {})  # the copy is the tree of one phase ...
    if "overlays" in phases:
        described["phases"] = {"overlays": phases["overlays"]}  # ... of which they say what is locked there
    top = config.phases_root or config.root
    root = tree / config.root.resolve().relative_to(top.resolve())
    target = {**described["target"], "root": root.relative_to(folder).as_posix(), "phase": at.phase}
    target["env"] = {**target.get("env", {}), **{k: v for k, v in at.env.items() if config.env.get(k) != v}}
    target.setdefault("name", config.name)
    (folder / config.source.name).write_text(toml({**described, "target": target}), encoding="utf-8")


def _reached(value: Any, home: Path) -> Any:
    """`value` with every path that leads out of `home` spelled out: from the copy it would lead elsewhere."""
    if isinstance(value, dict):
        return {name: _reached(one, home) for name, one in value.items()}
    if isinstance(value, list):
        return [_reached(one, home) for one in value]
    out = isinstance(value, str) and value.startswith("../") and (home / value).exists()
    return str((home / value).resolve()) if out else value


def toml(document: Mapping[str, Any]) -> str:
    """A document as TOML: its tables as sections, what is in them on one line each."""
    plain = {name: value for name, value in document.items() if not isinstance(value, Mapping)}
    lines = [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    for name, table in document.items():
        if name not in plain:
            lines += ["", f"[{_key(name)}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
