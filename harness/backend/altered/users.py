"""Which functions of a target name something, by its sources: who can notice that a constant or a function at the top of a module is another.

Whatever could name it otherwise (a string, a template, the top of another module) makes it unknown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from harness.backend.altered.blocks import Block, Unknown


def users(name: str, sources: Mapping[str, str]) -> Iterator[tuple[str, Block]]:
    """(path, body) of each function that names it; `sources` are the target's files as text. Raises Unknown."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for path, text in sources.items():
        if not word.search(text):
            continue
        if not path.endswith(".py"):
            raise Unknown(f"{name} is named in {path}")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            raise Unknown(f"{path} cannot be read") from None
        for block in _in(tree, name, word, path):
            yield path, block


def _in(tree: ast.Module, name: str, word: re.Pattern[str], path: str) -> Iterator[Block]:
    todo: list[tuple[ast.AST, Block | None]] = [(tree, None)]
    while todo:
        node, within = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            outer = [*node.decorator_list, node.args, *filter(None, [node.returns])]
            todo += [(one, within) for one in outer]
            inside = within or Block(at=node.name, lines=(node.body[0].lineno, node.end_lineno or node.lineno))
            todo += [(one, inside) for one in node.body]
            continue
        if _names(node, name, word):
            if within is not None:
                yield within
            elif not isinstance(node, ast.alias) or node.asname not in (None, name):
                raise Unknown(f"{name} is used at the top of {path}, line {getattr(node, 'lineno', 1)}")
        if isinstance(node, ast.ImportFrom) and any(one.name == "*" for one in node.names):
            raise Unknown(f"{path} imports names that it does not name")
        todo += [(one, within) for one in ast.iter_child_nodes(node)]


def _names(node: ast.AST, name: str, word: re.Pattern[str]) -> bool:
    """Whether it reads it, by name or in a text; that something is given this name is no reading."""
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Attribute):
        return node.attr == name
    if isinstance(node, ast.alias):
        return name in (node.name, node.asname)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(word.search(node.value))
