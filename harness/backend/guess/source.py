"""What the backend's own source says without being imported: which variables it reads, at which hosts it calls.

files      its modules, without tests, migrations and what was installed beside it
variables  each variable of the environment that is read, with its default
hosts      each host of a URL that stands in a text of it
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.backend.tree import OURS

LEFT_OUT = {"tests", "test", "migrations", "node_modules", "site-packages", "docs", "static", "templates"}
MADE = "{made}"
"""Stands for a default that the source makes rather than says."""
_HOST = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::(\d+))?([\w./-]*)", re.IGNORECASE)
NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_READER = re.compile(r"env|config|secret", re.IGNORECASE)
_NOBODY = re.compile(
    r"(^|\.)(example|localhost|test|invalid)$|(^|\.)example\.(com|org|net)$|(^|\.)w3\.org$|^127\.|^0\.|(^|\.)json-schema\.org$|docs?\.|schema\."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable that is read. `default` is the text that stands where it is not set, None where none is said: then it must be set,
    where `needed`. `file` and `line` are where it is read first."""

    name: str
    default: str | None
    needed: bool
    file: Path
    line: int


def files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        made = any(part.startswith((".", "__pycache__")) or part in LEFT_OUT for part in parts)
        beside = any((root.joinpath(*parts[:n]) / "pyvenv.cfg").is_file() for n in range(1, len(parts)))
        ours = any((root.joinpath(*parts[:n]) / OURS).is_file() for n in range(1, len(parts)))
        if (
            not made
            and not beside
            and not ours
            and not path.name.startswith(("test_", "conftest"))
            and path.name != "tests.py"
        ):
            yield path


@lru_cache
def tree(path: Path) -> ast.Module | None:
    """None for what is no Python of this version: its own interpreter says so when it is looked at."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, OSError):
        return None


def variables(root: Path) -> tuple[Variable, ...]:
    """Each by its name, once: os.environ["X"], os.getenv("X", "…"), env("X"), config("X", default="…") and their like."""
    found: dict[str, Variable] = {}
    for path in files(root):
        for node in ast.walk(tree(path) or ast.Module(body=[], type_ignores=[])):
            one = variable(path, node)
            if one is not None and (one.name not in found or (one.needed and not found[one.name].needed)):
                found[one.name] = one
    return tuple(found.values())


def variable(path: Path, node: ast.AST) -> Variable | None:
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name)), ctx=ast.Load()):
            reader, default, needed = ast.unparse(value), None, True
            if not reader.endswith("environ"):
                return None
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *rest], keywords=keywords):
            reader = ast.unparse(func)
            given = [*rest[:1], *(word.value for word in keywords if word.arg == "default")]
            default = _text(given[0]) if given else None
            needed = not given and not reader.endswith(".get") and not reader.endswith("getenv")
        case _:
            return None
    if not NAME.fullmatch(name) or not _READER.search(reader):
        return None
    return Variable(name=name, default=default, needed=needed, file=path, line=getattr(node, "lineno", 0))


def _text(node: ast.expr) -> str | None:
    """A default that is written there, as the environment would have it; MADE for one that is made otherwise."""
    if not isinstance(node, ast.Constant):
        return MADE
    return "" if node.value is None else str(node.value)


def hosts(root: Path) -> dict[str, str]:
    """Each with the path of the longest URL that names it. In the order of the source, with the port where it is not 443. Documents, examples and this machine are nobody that is called."""
    found: dict[str, str] = {}
    for path in files(root):
        module = tree(path)
        if module is None:
            continue
        said = _docstrings(module)
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                for host, port, rest in _HOST.findall(node.value):
                    name = host.lower() + (f":{port}" if port not in ("", "443") else "")
                    if not _NOBODY.search(host.lower()) and len(rest) >= len(found.get(name, "")):
                        found[name] = rest
    return found


def _docstrings(module: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(module) if isinstance(node, owners)]
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
