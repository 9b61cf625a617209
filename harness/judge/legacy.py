"""The legacy scan: what the cleanup removes is there as long as it is needed, and gone from then on.

A rule looks at source text or at the schema, never at what the target says about itself. Kinds:

    python-name      `name` is bound at the top of a module: assigned, or defined as a function or class
    python-import    `name` is taken from elsewhere: imported, read as an attribute, or by getattr
    class-attribute  "Class.name" is bound in the body of that class
    python-string    a string of the code, no docstring, is matched in full by the regular expression `name`
    text             the regular expression `name` is found; for sources that are not Python
    db-column        "table.column" is in the schema

What cannot be looked at (no such file, no schema given, `import *`) is unchecked, and never counts as absent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.judge.result import Result, judged

COMMENT = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*[\s\S]*?\*/""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One removal. Up to phase `present_until` it must be there, from `absent_from` on it must not.

    `file` is a path, or a pattern whose `*` matches any text, "/" too; "" for db-column.
    """

    id: str
    kind: str
    file: str
    name: str
    present_until: int
    absent_from: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a scan found, a line each. `held` are the ids of the rules that hold."""

    problems: tuple[str, ...]
    unchecked: tuple[str, ...]
    held: tuple[str, ...]


def scan(
    sources: Mapping[str, str],
    columns: Mapping[str, Collection[str]] | None,
    rules: Sequence[Rule],
    phase: int,
) -> Scan:
    """Apply every rule to `sources` (path -> text) and `columns` (table -> its columns; None: no schema was read)."""
    problems, unchecked, held = [], [], []
    trees: dict[str, ast.Module | str] = {}
    for rule in rules:
        found, unclear = _look(rule, sources, columns, trees, wanted=phase <= rule.present_until)
        what = f"{rule.name} {_where(rule)} [{rule.id}]"
        if phase >= rule.absent_from and found:
            problems.append(f"must be absent at {phase}: {rule.name} {', '.join(found)} [{rule.id}]: {rule.why}")
        elif unclear and not (found and phase <= rule.present_until):
            unchecked.append(f"cannot tell at {phase}: {what}: {'; '.join(unclear)}")
        elif phase <= rule.present_until and not found:
            problems.append(f"must still be present at {phase}: {what}")
        else:
            held.append(rule.id)
    return Scan(problems=tuple(problems), unchecked=tuple(unchecked), held=tuple(held))


def check(
    sources: Mapping[str, str], columns: Mapping[str, Collection[str]] | None, rules: Sequence[Rule], phase: int
) -> Result:
    """The scan as a result: fail on any problem, unknown while anything is unchecked or there is no rule."""
    if not rules:
        return judged((), ("there is no rule to check",), "")
    result = scan(sources, columns, rules, phase)
    return judged(result.problems, result.unchecked, f"{len(result.held)} legacy rules hold at phase {phase}")


def _look(
    rule: Rule,
    sources: Mapping[str, str],
    columns: Mapping[str, Collection[str]] | None,
    trees: dict[str, ast.Module | str],
    *,
    wanted: bool,
) -> tuple[list[str], list[str]]:
    """(places where it is, reasons why it cannot be told)."""
    if rule.kind == "db-column":
        return _column(rule, columns)
    paths = [rule.file] if rule.file in sources else [p for p in sources if fnmatchcase(p, rule.file)]
    if not paths:
        return [], [f"there is no file {rule.file}"]
    found, unclear = [], []
    for path in sorted(paths):
        if rule.kind == "text":
            # A comment does not count as the thing itself, but it counts as a remnant of it.
            text = COMMENT.sub(_blank, sources[path]) if wanted else sources[path]
            found += [f"at {path}:{text.count(chr(10), 0, m.start()) + 1}" for m in re.finditer(rule.name, text)]
            continue
        tree = trees.setdefault(path, _parse(sources[path]))
        if isinstance(tree, str):
            unclear.append(f"{path} {tree}")
            continue
        for verb, line in PYTHON[rule.kind](tree, rule.name):
            if verb == STAR:
                unclear.append(f"{path}:{line} imports *")
            else:
                found.append(f"{verb} at {path}:{line}")
    return found, unclear


def _column(rule: Rule, columns: Mapping[str, Collection[str]] | None) -> tuple[list[str], list[str]]:
    table, _, column = rule.name.rpartition(".")
    if columns is None:
        return [], ["no schema was read"]
    if table not in columns:
        return [], [f"there is no table {table}"]
    return ([f"in the schema of {table}"] if column in columns[table] else []), []


def _parse(text: str) -> ast.Module | str:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return f"is not valid Python: {error}"


STAR = "*"
Found = Iterator[tuple[str, int]]


def _names(tree: ast.Module, name: str) -> Found:
    return _bound_as(tree.body, name)


def _attributes(tree: ast.Module, name: str) -> Found:
    owner, _, attribute = name.rpartition(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == owner:
            yield from _bound_as(node.body, attribute)


def _bound_as(body: Sequence[ast.stmt], name: str) -> Found:
    """Bindings of `name` in a body, and in what is nested in it without a scope of its own (if, try, with, for)."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if node.name == name:
                    yield "defined", node.lineno
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
                if name in names:
                    yield "assigned", node.lineno
            case _:
                for inner in ("body", "orelse", "finalbody"):
                    yield from _bound_as(getattr(node, inner, []), name)
                for handler in getattr(node, "handlers", []):
                    yield from _bound_as(handler.body, name)


def _imports(tree: ast.Module, name: str) -> Found:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom():
                if any(alias.name == name for alias in node.names):
                    yield "imported", node.lineno
                if any(alias.name == "*" for alias in node.names):
                    yield STAR, node.lineno
            case ast.Attribute(attr=attribute) if attribute == name:
                yield "read", node.lineno
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=value), *_]) if value == name:
                yield "read", node.lineno


def _strings(tree: ast.Module, name: str) -> Found:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(text, str) and re.fullmatch(name, text):
            yield "written", node.lineno


PYTHON: Mapping[str, Callable[[ast.Module, str], Found]] = {
    "python-name": _names,
    "python-import": _imports,
    "class-attribute": _attributes,
    "python-string": _strings,
}

KINDS = (*PYTHON, "text", "db-column")


def _blank(match: re.Match[str]) -> str:
    """Strings stay, comments become as many empty lines."""
    return match[1] or "\n" * match[0].count("\n")


def _where(rule: Rule) -> str:
    return f"in {rule.file}" if rule.file else "in the schema"
