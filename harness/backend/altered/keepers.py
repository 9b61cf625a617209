"""Functions of a target whose processes may keep what they gave: a later cell then uses it and runs nothing of it.

Known by what they say: a decorator, or a name in them, that speaks of a cache; a module's or a class's own value that they set or fill; an attribute
that they set only where it is not yet set. Who calls whom is known by name alone, so more is found than there is, and nothing less.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.backend.altered.blocks import Block, Def

SPEAKS = re.compile(r"cache|memo(?!ry)|(^|_)(lru|once|lazy|singleton)($|_)", re.IGNORECASE)
FILLING = frozenset({"append", "add", "update", "setdefault", "extend", "insert", "register"})
COMMON = frozenset(name for kind in (dict, list, set, str, bytes, int, tuple) for name in dir(kind))
"""Names of methods of Python's own values: who calls one of these calls, as a rule, no function of the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Function:
    path: str
    name: str
    block: Block
    names: frozenset[str]
    keeps: bool


@dataclass(frozen=True, slots=True)
class Keepers:
    """Made of the sources as they were when it was noted who ran what."""

    sources: Mapping[str, str]
    _every: list[_Function] = field(default_factory=list)
    _below: dict[str, frozenset[str]] = field(default_factory=dict)
    """Name of a function that keeps -> names of all that it may call, itself among them."""

    def __post_init__(self) -> None:
        for path, text in self.sources.items():
            if path.endswith(".py"):
                try:
                    tree = ast.parse(text)
                except (SyntaxError, ValueError):
                    continue
                top = frozenset(_set_at_the_top(tree.body))
                self._every.extend(_functions(path, tree, top))
        by_name: dict[str, set[str]] = {}
        for one in self._every:
            by_name.setdefault(one.name, set()).update(one.names - COMMON)
        for one in self._every:
            if one.keeps and one.name not in self._below:
                self._below[one.name] = frozenset(_reached(one.name, by_name))

    def around(self, at: str) -> Iterator[tuple[str, Block]]:
        """Functions that run where something kept of `at` ("Order.pay.inner") is used: those that keep it, and those that name one of these."""
        kept = {name for name, below in self._below.items() if below & {*at.split(".")}}
        for one in self._every:
            if one.name in kept or one.names & kept:
                yield one.path, one.block


def _functions(path: str, tree: ast.AST, top: frozenset[str]) -> Iterator[_Function]:
    for node in ast.walk(tree):
        if isinstance(node, Def):
            yield _Function(
                path=path,
                name=node.name,
                block=Block(at=node.name, lines=(node.body[0].lineno, node.end_lineno or node.lineno)),
                names=frozenset(_names(node.body)),
                keeps=any(SPEAKS.search(name) for name in _names([*node.decorator_list, *node.body]))
                or any(_keeps(one, top) for one in ast.walk(node)),
            )


def _keeps(node: ast.AST, top: frozenset[str]) -> bool:
    match node:
        case ast.Global():
            return True
        case ast.Assign(targets=targets):
            return any(_is_shared(target, top) for target in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _is_shared(target, top)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
            return name in top and attr in FILLING
        case ast.If(test=test, body=body):
            asked = {one.attr for one in ast.walk(test) if isinstance(one, ast.Attribute)}
            asked |= {
                one.value for one in ast.walk(test) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
            given = {
                one.attr
                for line in body
                for one in ast.walk(line)
                if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
            }
            return bool(asked & given)
    return False


def _is_shared(target: ast.expr, top: frozenset[str]) -> bool:
    """Whether what is set outlives a call: an item or an attribute of what stands at the top of a module, or of a class."""
    if not isinstance(target, ast.Subscript | ast.Attribute):
        return False
    whose = target.value
    return isinstance(whose, ast.Name) and (whose.id in top or whose.id == "cls")


def _set_at_the_top(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield statement.name
        for node in ast.walk(statement) if not isinstance(statement, Def | ast.ClassDef) else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for one in nodes:
        for node in ast.walk(one):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr


def _reached(name: str, by_name: Mapping[str, set[str]]) -> set[str]:
    found, todo = {name}, [name]
    while todo:
        new = {one for one in by_name.get(todo.pop(), ()) if one in by_name} - found
        found |= new
        todo += new
    return found
