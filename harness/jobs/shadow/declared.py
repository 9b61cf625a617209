"""Which differences between two runs the phases between them declare (phase.toml, expect.golden and expect.api). Pure.

A declaration is read narrowly. One that names prices (`credits_each`) declares just those prices, and the balances that
follow from them to the credit; one that names none declares another model, its cost, and what is asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from harness.core.phase import GoldenChange, Phase
from harness.jobs.shadow.facts import Fact
from harness.jobs.shadow.judge import DIFFERENT, Difference

MODEL_FIELDS = frozenset({"model", "width", "height", "size", "CFGScale"})
"""What a request says differently for another model. A prompt is not among them."""
AMOUNT = re.compile(r"(?<![\w.])(?:\d+\.\d+|null|None)(?![\w.])")


@dataclass(slots=True)
class _Cell:
    """What was found in one cell: accounts with declared charges, accounts with others, and the models that took each
    other's place."""

    declared: set[str] = field(default_factory=set)
    undeclared: set[str] = field(default_factory=set)
    models: dict[tuple[str, str], str] = field(default_factory=dict)


def declare(differences: Sequence[Difference], phases: Sequence[Phase], *, backwards: bool = False) -> tuple[Difference, ...]:  # fmt: skip
    """The same differences, each that a phase declares with that phase's word for it. `phases` are those between the
    two runs, in order; `backwards`: the old run is the later phase."""
    cells: dict[str, _Cell] = {}
    done: dict[int, Difference] = {}
    # usage logs say which models changed, charges say by how much: what follows from them comes after them
    for kind in ("usage", "charges", "balances", "requests", "rows", "answers"):
        for n, one in enumerate(differences):
            if one.fact.kind == kind:
                cell = cells.setdefault(one.fact.cell, _Cell())
                early, late = (one.new, one.old) if backwards else (one.old, one.new)
                why = _why(one, early, late, cell, phases)
                done[n] = replace(one, declared=why)
                if kind == "charges":
                    (cell.declared if why else cell.undeclared).add(one.fact.key[0])
    return tuple(done[n] for n in range(len(differences)))


def _why(one: Difference, early: Fact | None, late: Fact | None, cell: _Cell, phases: Sequence[Phase]) -> str:
    if one.fact.kind == "answers":
        return _answer(one, phases)
    if one.what != DIFFERENT or early is None or late is None or not one.changed:
        return ""
    match one.fact.kind:
        case "usage":
            return _usage(one, early, late, cell, phases)
        case "charges":
            return _charge(one, early, late, cell, phases)
        case "balances":
            return _balance(one, early, cell, phases)
        case "requests":
            return _request(one, early, late, cell)
        case "rows":
            return _row(early, late, cell, phases)
    return ""


def _usage(one: Difference, early: Fact, late: Fact, cell: _Cell, phases: Sequence[Phase]) -> str:
    """Other credits at the declared price; another model, and its cost, where no price is declared with it."""
    operation, why = early.key[1], ""
    for name, _, _ in one.changed:
        if name == "credits":
            phase, price = _price(operation, late.value["model"], "usage", phases)
            found = _named(phase) if phase and late.value["credits"] == price * late.value["units"] else ""
        elif name in ("model", "cost_usd"):
            found = _other_model(operation, early.value["model"], "usage", phases)
        else:
            found = ""
        if not found:
            return ""
        why = found if name == "credits" or not why else why
    if early.value["model"] != late.value["model"]:
        cell.models[early.value["model"], late.value["model"]] = why
    return why


def _charge(one: Difference, early: Fact, late: Fact, cell: _Cell, phases: Sequence[Phase]) -> str:
    """The declared price of each unit; a balance that differs because the charge goes on from a declared one."""
    operation = early.key[2]
    changed = {name for name, _, _ in one.changed}
    if not changed <= {"credits", "balance"}:
        return ""
    if "credits" not in changed:
        return "the charges before it" if early.key[0] in cell.declared - cell.undeclared else ""
    phase, price = _price(operation, late.about.get("model", ""), "ledger", phases)
    return _named(phase) if phase and late.value["credits"] == -price * late.value["units"] else ""


def _balance(one: Difference, early: Fact, cell: _Cell, phases: Sequence[Phase]) -> str:
    """A closing balance that is still explained by the transactions, all of whose differences are declared."""
    account = early.key[0]
    if {name for name, _, _ in one.changed} != {"closing"} or account not in cell.declared - cell.undeclared:
        return ""
    phase = next(
        (phase for phase, change in _changes(phases) if change.credits_each and "balance" in change.parts), None
    )
    return _named(phase)


def _request(one: Difference, early: Fact, late: Fact, cell: _Cell) -> str:
    if not {path.rpartition(".")[2] for path, _, _ in one.changed} <= MODEL_FIELDS:
        return ""
    return cell.models.get((str(early.near[0]), str(late.near[0])), "")


def _row(early: Fact, late: Fact, cell: _Cell, phases: Sequence[Phase]) -> str:
    """The same line but for the declared model and its cost: the same rows, as many of them."""
    for (before, after), why in cell.models.items():
        declared = any("rows" in change.parts for phase, change in _changes(phases) if _named(phase) == why)
        lines = [AMOUNT.sub("<cost>", fact.value["line"].replace(before, after)) for fact in (early, late)]
        if declared and lines[0] == lines[1]:
            return why
    return ""


def _answer(one: Difference, phases: Sequence[Phase]) -> str:
    """An endpoint that comes (its 404 is gone), goes, or answers otherwise, by method and path."""
    _, method, path = one.fact.key
    for phase in phases:
        for change in phase.expect.api:
            if (change.method, change.path) == (method, path):
                return f"phase {phase.number}: {change.why}"
    return ""


def _price(operation: str, model: str, part: str, phases: Sequence[Phase]) -> tuple[Phase | None, int]:
    """The last declared price of one unit, and the phase that declares it."""
    found: tuple[Phase | None, int] = (None, 0)
    for phase, change in _changes(phases):
        if operation in change.operations and model in change.credits_each and part in change.parts:
            found = (phase, change.credits_each[model])
    return found


def _other_model(operation: str, model: str, part: str, phases: Sequence[Phase]) -> str:
    for phase, change in _changes(phases):
        concerns = operation in change.operations and (not change.models or model in change.models)
        if concerns and not change.credits_each and part in change.parts:
            return _named(phase)
    return ""


def _changes(phases: Iterable[Phase]) -> Iterable[tuple[Phase, GoldenChange]]:
    return ((phase, change) for phase in phases for change in phase.expect.golden)


def _named(phase: Phase | None) -> str:
    return f"phase {phase.number}: {phase.title}" if phase else ""
