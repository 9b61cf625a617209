"""What differs between two versions of a Python source, as the blocks of the old one in which it can be noticed.

What stands at the top of a module, or of a class, is evaluated when it is imported and used from anywhere: who notices that, nobody can say by
lines. Three kinds of it are told apart, of which it is known: imports of what is imported anyway, constants, and new functions.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.backend.altered.blocks import Block, Def, Unknown, differing, dumped, heads

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A constant at the top of a module is another one, or a function there is `new`: whoever runs a function that names it can notice that."""

    name: str
    new: bool = False


def altered(old: str, new: str, known: Iterable[str] = ()) -> tuple[Block | Used, ...]:
    """What differs, nothing where only comments and layout do. `known` are modules that are imported anyway, by their first name.
    Raises Unknown.
    """
    try:
        before, after = ast.parse(old), ast.parse(new)
    except (SyntaxError, ValueError):
        raise Unknown("it is no Python that can be read") from None
    return tuple(_Module({*known, *sys.stdlib_module_names}).parts(before, after))


@dataclass(frozen=True, slots=True)
class _Module:
    known: set[str]

    def parts(self, before: ast.Module, after: ast.Module) -> Iterator[Block | Used]:
        old, new = before.body, after.body
        taken = set(_bound(old))
        match = SequenceMatcher(None, _skeleton(old), _skeleton(new), autojunk=False)
        for kind, begin, end, at, to in match.get_opcodes():
            pairs = list(zip(old[begin:end], new[at:to], strict=False))
            if kind == "equal" or (kind == "replace" and len(pairs) == end - begin == to - at):
                for one, other in pairs:
                    yield from self._pair(one, other)
            elif kind == "insert":
                for one in new[at:to]:
                    if taken & set(_bound([one])):
                        raise Unknown(f"a name is another one from line {one.lineno} on")
                    yield from self._added(one)
            else:
                raise Unknown(f"what stands at its top is otherwise, line {(new[at:] or new[-1:] or old)[0].lineno}")

    def _added(self, one: ast.stmt) -> Iterator[Used]:
        if isinstance(one, Def) and not one.decorator_list and not one.name.startswith("__"):
            yield Used(name=one.name, new=True)
        elif not self._harmless(one):
            raise Unknown(f"what stands at its top is otherwise, line {one.lineno}")

    def _pair(self, old: ast.stmt, new: ast.stmt) -> Iterator[Block | Used]:
        if dumped(old) == dumped(new):
            return
        if isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef) and old.name == new.name:
            yield from _classes(old, new, old.name)
        elif isinstance(old, Def) and isinstance(new, Def) and old.name == new.name:
            yield from differing(old, new, old.name)
        elif (name := _constant(old)) and name == _constant(new):
            yield Used(name=name)
        else:
            raise Unknown(f"what stands at its top is otherwise, line {new.lineno}")

    def _harmless(self, one: ast.stmt) -> bool:
        """An import of what is imported anyway."""
        if isinstance(one, ast.Import):
            return all(alias.name.partition(".")[0] in self.known for alias in one.names)
        return (
            isinstance(one, ast.ImportFrom)
            and not one.level
            and (one.module or "").partition(".")[0] in self.known
            and not any(alias.name == "*" for alias in one.names)
        )


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that statements give a meaning, those of other scopes too."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, Def | ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.alias):
                yield node.asname or node.name.partition(".")[0]


def _skeleton(body: Iterable[ast.stmt]) -> list[str]:
    """What is paired: functions and classes by their names, whatever is in them."""
    return [f"{type(one).__name__} {one.name}" if isinstance(one, Def | ast.ClassDef) else dumped(one) for one in body]


def _classes(old: ast.ClassDef, new: ast.ClassDef, within: str) -> Iterator[Block]:
    """Two versions of a class: its methods may differ inside, and nothing else of it."""
    olds, news = _named(old.body), _named(new.body)
    rest = [[one for one in node.body if not isinstance(one, Def | ast.ClassDef)] for node in (old, new)]
    inner = [{one.name: one for one in node.body if isinstance(one, ast.ClassDef)} for node in (old, new)]
    tops = [[node.bases, node.keywords, node.decorator_list] for node in (old, new)]
    same = [dumped(one) for one in rest[0]] == [dumped(one) for one in rest[1]]
    if not same or heads(tops[0]) != heads(tops[1]) or olds.keys() != news.keys() or inner[0].keys() != inner[1].keys():
        raise Unknown(f"the class {within} is otherwise, not only inside its methods")
    for name, method in olds.items():
        yield from differing(method, news[name], f"{within}.{name}")
    for name, one in inner[0].items():
        yield from _classes(one, inner[1][name], f"{within}.{name}")


def _named(body: Iterable[ast.stmt]) -> dict[str, Def]:
    found: dict[str, Def] = {}
    for one in body:
        if isinstance(one, Def):
            if one.name in found:  # a property and its setter, say
                found[f"{one.name} ({heads([one.decorator_list])})"] = one
            else:
                found[one.name] = one
    return found


def _constant(one: ast.stmt) -> str:
    """The name that a statement at the top gives to a constant; "" where it is another statement."""
    if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
        targets: list[ast.expr] = [one.target]
    elif isinstance(one, ast.Assign):
        targets = one.targets
    else:
        return ""
    if len(targets) == 1 and isinstance(targets[0], ast.Name) and _CONSTANT.fullmatch(targets[0].id):
        return targets[0].id
    return ""
