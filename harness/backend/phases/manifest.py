"""Reading phase.toml.

    format = 1
    number = 4
    title  = "..."
    why    = "..."
    adds     = ["backend/..."]
    replaces = [
        { path = "backend/...", sha256_before = "..." },
    ]
    removes  = []
    notes    = []                                     # optional

    [settings]                                        # optional: environment from this phase on
    [[expect.schema]]                                 # change, table, columns, unique?
    [[expect.data]]                                   # table, columns, rows, why
    [[expect.api]]                                    # change, method, path, why
    [[expect.golden]]                                 # operations, models?, parts, how, why, credits_each?
    [[expect.log]]                                    # text, level, appears, when
    [verification]                                    # steps
    [rollback]                                        # kind, steps, to?

Raises phase-missing, phase-syntax, phase-unknown-key, phase-value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from harness.core.errors import HarnessError, did_you_mean
from harness.core.golden import SECTIONS
from harness.core.phase import (
    FORMAT,
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

T = TypeVar("T")

MANIFEST = "phase.toml"
FOLDER = re.compile(r"([1-9][0-9]*)_[a-z][a-z0-9_]*")
SHA256 = re.compile(r"[0-9a-f]{64}")


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
    raw = strict.table(
        "the file",
        strict.load(folder / MANIFEST),
        ("format", "number", "title", "why", "adds", "replaces", "removes", "verification", "rollback"),
        ("notes", "settings", "expect"),
    )
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    number = strict.whole("number", raw["number"])
    if not folder.name.startswith(f"{number}_"):
        raise strict.wrong(f"number is {number}", "it is the number that the folder's name begins with")
    phase = Phase(
        number=number,
        title=strict.text("title", raw["title"]),
        why=strict.text("why", raw["why"]),
        folder=folder,
        adds=tuple(_path(strict, "adds", path) for path in strict.texts("adds", raw["adds"])),
        replaces=_each(strict, "replaces", raw["replaces"], _replacement),
        removes=_each(strict, "removes", raw["removes"], _replacement),
        settings=_texts_by_name(strict, "settings", raw.get("settings", {})),
        expect=_expect(strict, raw.get("expect", {})),
        verification=_steps(strict, "verification", strict.table("verification", raw["verification"], ("steps",))),
        rollback=_rollback(strict, raw["rollback"]),
        notes=strict.texts("notes", raw.get("notes", [])),
    )
    named = [*phase.adds, *(r.path for r in (*phase.replaces, *phase.removes))]
    if twice := sorted({path for path in named if named.count(path) > 1}):
        raise strict.wrong(f"{twice[0]} is named twice", "a phase adds, replaces or removes a file, once")
    return phase


def _expect(strict: Strict, value: Any) -> Expect:
    raw = strict.table("expect", value, (), ("schema", "data", "api", "golden", "log"))
    return Expect(
        schema=_each(strict, "expect.schema", raw.get("schema", []), _schema),
        data=_each(strict, "expect.data", raw.get("data", []), _data),
        api=_each(strict, "expect.api", raw.get("api", []), _api),
        golden=_each(strict, "expect.golden", raw.get("golden", []), _golden),
        log=_each(strict, "expect.log", raw.get("log", []), _log),
    )


def _schema(strict: Strict, where: str, value: Any) -> SchemaChange:
    raw = strict.table(where, value, ("change", "table", "columns"), ("unique",))
    effect = SchemaEffect(_one_of(strict, f"{where}.change", raw["change"], tuple(SchemaEffect)))
    columns = _texts_by_name(strict, f"{where}.columns", raw["columns"])
    if not columns:
        raise strict.wrong(f"{where}.columns is empty", 'name each column with its type: { tokens = "integer" }')
    return SchemaChange(
        change=effect,
        table=strict.text(f"{where}.table", raw["table"]),
        columns=columns,
        unique=strict.texts(f"{where}.unique", raw.get("unique", [])),
    )


def _data(strict: Strict, where: str, value: Any) -> DataChange:
    raw = strict.table(where, value, ("table", "columns", "rows", "why"), ("key", "values"))
    values = raw.get("values", {})
    if (
        not isinstance(values, dict)
        or not all(isinstance(one, dict) for one in values.values())
        or (values and "key" not in raw)
    ):
        raise strict.wrong(f"{where}.values must map keys to columns, and key must name their column", 'key = "name"')
    return DataChange(
        table=strict.text(f"{where}.table", raw["table"]),
        columns=strict.texts(f"{where}.columns", raw["columns"]),
        rows=strict.text(f"{where}.rows", raw["rows"]),
        why=strict.text(f"{where}.why", raw["why"]),
        key=strict.text(f"{where}.key", raw.get("key", "")),
        values=values,
    )


def _api(strict: Strict, where: str, value: Any) -> ApiChange:
    raw = strict.table(where, value, ("change", "method", "path", "why"))
    return ApiChange(
        change=_one_of(strict, f"{where}.change", raw["change"], ("added", "removed", "changed")),
        method=_one_of(strict, f"{where}.method", raw["method"], ("GET", "POST", "PUT", "PATCH", "DELETE")),
        path=strict.text(f"{where}.path", raw["path"]),
        why=strict.text(f"{where}.why", raw["why"]),
    )


def _golden(strict: Strict, where: str, value: Any) -> GoldenChange:
    raw = strict.table(where, value, ("operations", "parts", "how", "why"), ("models", "credits_each"))
    credits = raw.get("credits_each", {})
    if not isinstance(credits, dict):
        raise strict.wrong(f"{where}.credits_each must map models to credits", '{ "some-model" = 5 }')
    parts = strict.texts(f"{where}.parts", raw["parts"])
    for part in parts:
        _one_of(strict, f"{where}.parts", part, SECTIONS)
    return GoldenChange(
        operations=strict.texts(f"{where}.operations", raw["operations"]),
        models=strict.texts(f"{where}.models", raw.get("models", [])),
        parts=parts,
        how=strict.text(f"{where}.how", raw["how"]),
        why=strict.text(f"{where}.why", raw["why"]),
        credits_each={
            model: strict.whole(f"{where}.credits_each.{model}", number) for model, number in credits.items()
        },
    )


def _log(strict: Strict, where: str, value: Any) -> LogMarker:
    raw = strict.table(where, value, ("text", "level", "appears", "when"))
    return LogMarker(
        text=strict.text(f"{where}.text", raw["text"]),
        level=_one_of(strict, f"{where}.level", raw["level"], ("DEBUG", "INFO", "WARNING", "ERROR")),
        appears=_one_of(strict, f"{where}.appears", raw["appears"], ("must", "may", "never")),
        when=strict.text(f"{where}.when", raw["when"]),
    )


def _rollback(strict: Strict, value: Any) -> Rollback:
    raw = strict.table("rollback", value, ("kind", "steps"), ("to",))
    kind = RollbackKind(_one_of(strict, "rollback.kind", raw["kind"], tuple(RollbackKind)))
    to = _texts_by_name(strict, "rollback.to", raw.get("to", {}))
    if bool(to) != (kind is RollbackKind.MIGRATE):
        raise strict.wrong(
            f"rollback.to does not fit kind '{kind}'", "it names the migrations that kind 'migrate' goes back to"
        )
    return Rollback(kind=kind, steps=_steps(strict, "rollback", raw), to=to)


def _replacement(strict: Strict, where: str, value: Any) -> Replacement:
    raw = strict.table(where, value, ("path", "sha256_before"))
    sha256 = strict.text(f"{where}.sha256_before", raw["sha256_before"])
    if not SHA256.fullmatch(sha256):
        raise strict.wrong(f"{where}.sha256_before {sha256!r} is not a SHA-256", "64 lower-case hex digits")
    return Replacement(path=_path(strict, where, raw["path"]), sha256_before=sha256)


def _path(strict: Strict, where: str, value: Any) -> str:
    """A path that stays below its root, written in one way only."""
    text = strict.text(where, value)
    path = PurePosixPath(text)
    if not text or path.is_absolute() or ".." in path.parts or "\\" in text or str(path) != text or text == ".":
        raise strict.wrong(f"{where}: {text!r} is not a plain relative path", 'write "backend/shop/urls.py"')
    return text


def _steps(strict: Strict, where: str, table: dict[str, Any]) -> tuple[str, ...]:
    steps = strict.texts(f"{where}.steps", table["steps"])
    if not steps:
        raise strict.wrong(f"{where}.steps is empty", "write down what the plan says")
    return steps


def _each(strict: Strict, where: str, value: Any, make: Callable[[Strict, str, Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise strict.wrong(f"{where} must be a list, not {value!r}")
    return tuple(make(strict, f"{where}[{n}]", one) for n, one in enumerate(value))


def _texts_by_name(strict: Strict, where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise strict.wrong(f"{where} must map names to texts")
    return {name: strict.text(f"{where}.{name}", text) for name, text in value.items()}


def _one_of(strict: Strict, where: str, value: Any, known: Iterable[str]) -> str:
    known = tuple(known)
    if value not in known:
        raise strict.wrong(f"{where} {value!r} is not known", did_you_mean(str(value), known))
    return str(value)
