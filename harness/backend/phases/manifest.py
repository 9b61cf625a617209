"""Reading phase.toml: what a phase adds, replaces and removes, what it may change (and therefore must), and how it is rolled back.

docs/reference.md shows every key. Raises phase-missing, phase-syntax, phase-unknown-key, phase-value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.backend.phases.shape import SHAPE
from harness.core.errors import HarnessError
from harness.core.phase import (
    LAST,
    ApiChange,
    DataChange,
    Expect,
    GoldenChange,
    LogMarker,
    Phase,
    Replacement,
    Rollback,
    RollbackKind,
    SchemaChange,
    SchemaEffect,
)
from harness.store.tomlread import Strict

MANIFEST = "phase.toml"
FOLDER = re.compile(r"([1-9][0-9]*)_[a-z][a-z0-9_]*")


def read_all(phases_dir: Path, upto: int = LAST) -> tuple[Phase, ...]:
    """Phases 1 to `upto`, in order. Each number is there, once."""
    if not 0 <= upto <= LAST:
        raise HarnessError(f"there is no phase {upto}", hint=f"phases are 0 to {LAST}", code="phase-number")
    found = folders(phases_dir)
    for number in range(1, upto + 1):
        if number not in found:
            raise HarnessError(
                f"no phase {number} in {phases_dir}",
                hint=f"its folder is named {number}_some_name and holds {MANIFEST}",
                code="phase-missing",
            )
    return tuple(read(found[number]) for number in range(1, upto + 1))


def folders(phases_dir: Path | None) -> dict[int, Path]:
    """The folder of each phase, by number; none without phases. Raises phase-number."""
    found: dict[int, Path] = {}
    there = phases_dir.iterdir() if phases_dir is not None and phases_dir.is_dir() else ()
    for folder in sorted(p for p in there if p.is_dir()):
        if match := FOLDER.fullmatch(folder.name):
            number = int(match[1])
            if number in found:
                raise HarnessError(
                    f"phase {number} is there twice: {found[number].name} and {folder.name}",
                    hint="each phase has one folder, N_name",
                    code="phase-number",
                )
            found[number] = folder
    return found


def read(folder: Path) -> Phase:
    """The manifest of one phase."""
    strict = Strict(f"{folder.name}/{MANIFEST}", "phase")
    raw = strict.held(strict.load(folder / MANIFEST), SHAPE)
    number = raw["number"]
    if not folder.name.startswith(f"{number}_"):
        raise strict.wrong(f"number is {number}", "it is the number that the folder's name begins with")
    phase = Phase(
        number=number,
        title=raw["title"],
        why=raw["why"],
        folder=folder,
        adds=strict.texts("adds", raw["adds"]),
        replaces=tuple(Replacement(**one) for one in raw["replaces"]),
        removes=tuple(Replacement(**one) for one in raw["removes"]),
        settings=raw.get("settings", {}),
        expect=_expect(strict, raw.get("expect", {})),
        verification=strict.texts("verification", raw["verification"]["steps"]),
        rollback=_rollback(strict, raw["rollback"]),
        notes=strict.texts("notes", raw.get("notes", [])),
    )
    named = [*phase.adds, *(r.path for r in (*phase.replaces, *phase.removes))]
    if twice := sorted({path for path in named if named.count(path) > 1}):
        raise strict.wrong(f"{twice[0]} is named twice", "a phase adds, replaces or removes a file, once")
    return phase


def _expect(strict: Strict, raw: Mapping[str, Any]) -> Expect:
    def lists(one: Mapping[str, Any], *names: str) -> dict[str, Any]:
        return {**one, **{name: strict.texts(name, one[name]) for name in names if name in one}}

    return Expect(
        schema=tuple(SchemaChange(**{**lists(one, "unique"), "change": SchemaEffect(one["change"])}) for one in raw.get("schema", ())),
        data=tuple(DataChange(**lists(one, "columns")) for one in raw.get("data", ())),
        api=tuple(ApiChange(**one) for one in raw.get("api", ())),
        golden=tuple(GoldenChange(**{"credits_each": {}, "models": (), **lists(one, "operations", "parts", "models")}) for one in raw.get("golden", ())),
        log=tuple(LogMarker(**one) for one in raw.get("log", ())),
    )  # fmt: skip


def _rollback(strict: Strict, raw: Mapping[str, Any]) -> Rollback:
    kind, to = RollbackKind(raw["kind"]), raw.get("to", {})
    if bool(to) != (kind is RollbackKind.MIGRATE):
        raise strict.wrong(
            f"rollback.to does not fit kind '{kind}'", "it names the migrations that kind 'migrate' goes back to"
        )
    return Rollback(kind=kind, steps=strict.texts("rollback.steps", raw["steps"]), to=to)
