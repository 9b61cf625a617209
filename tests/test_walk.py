"""The walks of docs/map.md are true: each step calls what the list says that it calls, in that order.

Read from the source: a step names a module and a function of it. The function must be there, and the step that it comes
from must call it, itself or through functions of its own module. What a call is handed (a function or an object made
there and then) acts inside that call.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from harness.cli import COMMANDS

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
STEP = re.compile(r"^(\d+)\. `(harness/\S+\.py)` `(\w+)`(?: \(from (\d+)\))?", re.MULTILINE)
Functions = dict[str, ast.FunctionDef | ast.ClassDef]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    number: int
    module: str
    function: str
    caller: int

    @property
    def name(self) -> str:
        return f"{self.module}.{self.function}"


def walk_of(text: str, verb: str) -> list[Step]:
    """The numbered list below the heading of `verb`'s walk. Without "(from N)" a step comes from the one before it."""
    section = text.split(f"### The walk of `{verb}`\n")[1].split("\n#")[0]
    return [
        Step(number=int(n), module=dotted(path), function=function, caller=int(caller or int(n) - 1))
        for n, path, function, caller in STEP.findall(section)
    ]


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def tree_of(module: str) -> ast.Module | None:
    path = ROOT / module.replace(".", "/")
    file = next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)
    return ast.parse(file.read_text(encoding="utf-8")) if file else None


def imported(tree: ast.AST) -> dict[str, str]:
    """Local name -> full name, of what is ours."""
    return {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness")
        for name in node.names
    }


def resolved(name: str) -> str:
    """Where a name of a package comes from: harness.judge.judge is harness.judge.checks.judge."""
    module, _, last = name.rpartition(".")
    tree = tree_of(module)
    return resolved(imported(tree)[last]) if tree and last in imported(tree) else name


def calls_of(module: str, function: str, tree: ast.Module) -> list[str]:
    """Full names of what `function` calls of other modules, in the order in which it comes to them."""
    names = imported(tree)
    found: list[str] = []
    within: list[ast.AST] = []

    def own(body: list[ast.stmt]) -> Functions:
        return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    def enter(name: str, known: Functions) -> None:
        node = known.get(name)
        if node is not None and node not in within:  # not for ever where it calls itself
            within.append(node)
            follow(node.body, {**known, **own(node.body)}, methods=isinstance(node, ast.ClassDef))
            within.pop()

    def follow(nodes: Sequence[ast.AST], known: Functions, *, methods: bool = False) -> None:
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                if methods:
                    follow(node.body, {**known, **own(node.body)})
            elif isinstance(node, ast.Call):
                call(node, known)
            elif isinstance(node, ast.Assign) and isinstance(known.get(name_in(node.value)), ast.ClassDef):
                known |= {
                    name_in(one): known[name_in(node.value)] for one in node.targets
                }  # acts where it is handed on
            else:
                follow(list(ast.iter_child_nodes(node)), known)

    def call(node: ast.Call, known: Functions) -> None:
        given = [*node.args, *(one.value for one in node.keywords)]
        handed = [one for one in given if name_in(one) in known]
        follow([one for one in (node.func, *given) if one not in handed], known)
        target = full_name(node.func)
        if target:
            found.append(resolved(target))
        elif isinstance(node.func, ast.Name):
            enter(node.func.id, known)
        for one in handed:
            enter(name_in(one), known)

    def full_name(node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return names.get(node.id, "")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            return f"{names[node.value.id]}.{node.attr}"
        return ""

    enter(function, own(tree.body))
    return found


def name_in(node: ast.expr) -> str:
    """`inside`, or `_Scenario` of `_Scenario(...)`."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.id if isinstance(node, ast.Name) else ""


def untrue(steps: list[Step]) -> list[str]:
    """What of a walk does not hold, one line each."""
    found = [f"{one.number} follows {index}" for index, one in enumerate(steps) if one.number != index + 1]
    by = {one.number: one for one in steps}
    for one in steps:
        tree = tree_of(one.module)
        if tree is None or one.function not in {getattr(node, "name", "") for node in tree.body}:
            found.append(f"{one.number}: {one.module} has no {one.function}")
    if found:
        return found
    for caller in steps:
        tree = tree_of(caller.module)
        assert tree is not None
        ahead = calls_of(caller.module, caller.function, tree)
        if caller.number == 1:  # the command imports a room by its name
            ahead = [f"harness.jobs.{room}.verb.{verb}" for verb, (room, _) in COMMANDS.items()]
        for step in (one for one in steps if one.caller == caller.number and one.number != 1):
            if step.name not in ahead:
                found.append(f"{step.number}: {caller.name} does not call {step.name} after what it called before")
                break
            ahead = ahead[ahead.index(step.name) + 1 :]
        if caller.number != 1 and caller.caller not in by:
            found.append(f"{caller.number}: there is no step {caller.caller}")
    return found


@pytest.mark.parametrize("verb", ["verify", "week"])
def test_a_walk_is_what_the_source_does(verb: str):
    """Claim: whoever follows the list with a finger in the source meets every step, and none before its turn."""
    steps = walk_of(MAP, verb)
    assert len(steps) > 10
    assert steps[1].name == f"harness.jobs.{COMMANDS[verb][0]}.verb.{verb}"
    assert untrue(steps) == []


@pytest.mark.parametrize("verb", ["verify", "week"])
def test_after_its_preparation_a_verb_asks_nobody_below_for_more(verb: str):
    """Claim: what goes up and down the house before anything starts is over when the island is entered: from then on
    a verb calls its own room, what keeps the run, and what tells it."""
    steps = walk_of(MAP, verb)
    tree = tree_of(steps[1].module)
    assert tree is not None
    calls = calls_of(steps[1].module, verb, tree)
    prepared = next(one.name for one in reversed(steps) if one.module == "harness.verb.asked")
    floors = (
        "harness.backend.",
        "harness.run.",
        "harness.cell.",
        "harness.stack.",
        "harness.provider.",
        "harness.judge.",
    )
    after = calls[calls.index(prepared) + 1 :]
    assert [name for name in after if name.startswith(floors) and not name.startswith(PREPARES)] == []


PREPARES = ("harness.backend.phases.comparing.",)
"""The week asks whether its phase compares two prices, which belongs to no other job's preparation."""


def changed(steps: list[Step], number: int, **fields: object) -> list[Step]:
    return [
        Step(**{**{name: getattr(one, name) for name in Step.__slots__}, **(fields if one.number == number else {})})
        for one in steps
    ]


def test_an_untrue_walk_is_seen():
    """Claim: a step that is gone, that nobody calls, or that comes before its turn is named."""
    steps = walk_of(MAP, "verify")
    by = {one.function: one.number for one in steps}
    gone = by["drive_plan"]
    assert untrue(changed(steps, gone, function="drive_plans")) == [f"{gone}: harness.run.drive has no drive_plans"]
    last = by["judge"]
    assert untrue(changed(steps, last, caller=by["observe"])) == [
        f"{last}: harness.cell.observe.observe does not call harness.judge.checks.judge after what it called before"
    ]
    early, late = by["planned"], by["asked"]
    swapped = changed(changed(steps, early, function="asked"), late, function="planned")
    assert [line.partition(":")[0] for line in untrue(swapped)] == [str(late)]
    assert untrue(steps[:-2] + steps[-1:])[0] == f"{steps[-1].number} follows {len(steps) - 2}"
