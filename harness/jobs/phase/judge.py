"""What a phase changed against what it declared: schema, rows, goldens, log markers. Pure.

A phase may show only the changes that its phase.toml declares, and must show all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from harness.core.golden import SECTIONS, Golden, Outcome
from harness.core.history import LogLine
from harness.core.phase import DataChange, GoldenChange, Phase, SchemaEffect
from harness.core.schema import Rows, Schema
from harness.core.verdict import Status, Verdict
from harness.judge.result import Result

SHOWN = 12
"""Lines of evidence for one verdict; the rest is counted."""


def schema_change(phase: Phase, before: Schema, after: Schema) -> Verdict:
    """Tables and columns that came, went or changed are just those that the phase declares, with the declared types."""
    declared = set(_declared(phase))
    seen = set(_seen(before, after))
    problems = [f"{phase.name} changes the schema without declaring it: {line}" for line in sorted(seen - declared)]
    problems += [
        f"{phase.name}/phase.toml declares a change that does not happen: {line}" for line in sorted(declared - seen)
    ]
    return _verdict(
        "phase-schema", phase, "the schema changes as declared, and in no other way", problems,
        f"{len(seen)} declared changes seen, {len(after)} tables compared",
    )  # fmt: skip


def forward_rows(phase: Phase, before: Rows, after: Rows, schema_after: Schema) -> Verdict:
    """Every row that was there still is, column for column, but for what the phase declares as data it writes."""
    declared = {(change.table, column) for change in phase.expect.data for column in change.columns}
    inserts = {change.table for change in phase.expect.data}
    removed = {change.table for change in phase.expect.schema if change.change is SchemaEffect.TABLE_REMOVED}
    problems: list[str] = []
    touched: set[tuple[str, str]] = set()
    for table, old in before.items():
        if table in removed:
            continue
        new = after.get(table, {})
        for key, row in old.items():
            if key not in new:
                problems.append(f"{phase.name} loses {table} {key}: {_short(row)}")
                continue
            for column, value in row.items():
                if column in new[key] and new[key][column] != value:
                    touched.add((table, column))
                    if (table, column) not in declared:
                        problems.append(
                            f"{phase.name} changes {table} {key}.{column}: {value!r} -> {new[key][column]!r}"
                        )
    for table, new in after.items():
        added = new.keys() - before.get(table, {}).keys()
        if added and table not in inserts:
            problems.append(
                f"{phase.name} adds {len(added)} undeclared row(s) to {table}: keys {', '.join(sorted(added)[:5])}"
            )
    for change in phase.expect.data:
        problems += _not_written(phase, change, before, after, touched, schema_after)
    kept = sum(len(rows) for rows in before.values())
    return _verdict(
        "phase-rows", phase, "every earlier row survives the migration unchanged, and declared data is written", problems,
        f"{kept} earlier rows compared column by column",
    )  # fmt: skip


def round_trip(phase: Phase, before: Rows, after: Rows, *, told: str, gone: Iterable[str] = ()) -> Verdict:
    """After the rollback every row of `before` is back as it was; `gone` are tables and "table.column"s that went."""
    gone = set(gone)
    problems = []
    for table, old in before.items():
        if table in gone:
            continue
        new = after.get(table, {})
        for key, row in old.items():
            if key not in new:
                problems.append(f"rolling {phase.name} back loses {table} {key}: {_short(row)}")
                continue
            problems += [
                f"rolling {phase.name} back changes {table} {key}.{column}: {value!r} -> {new[key].get(column)!r}"
                for column, value in row.items()
                if f"{table}.{column}" not in gone and new[key].get(column) != value
            ]
    return _verdict(
        "phase-rollback", phase, told, problems, f"{sum(map(len, before.values()))} rows compared column by column"
    )


def golden_change(
    phase: Phase, goldens: Mapping[str, Golden], resolve: Callable[[Golden, int], Outcome]
) -> Verdict:  # fmt: skip
    """Goldens that differ between the phase and the one before are just those that it declares."""
    problems: list[str] = []
    shown: set[int] = set()
    for name, golden in sorted(goldens.items()):
        before, after = resolve(golden, phase.number - 1), resolve(golden, phase.number)
        parts = {part for part in SECTIONS if getattr(before, part) != getattr(after, part)}
        if not parts:
            continue
        allowed: set[str] = set()
        for n, change in enumerate(phase.expect.golden):
            if _concerns(change, before, after):
                allowed |= set(change.parts)
                shown.add(n)
        if parts - allowed:
            problems.append(
                f"{phase.name} changes the golden {name} ({', '.join(sorted(parts - allowed))}) without declaring it"
            )
    for n, change in enumerate(phase.expect.golden):
        if n not in shown:
            problems.append(f"{phase.name}/phase.toml declares a change of outcomes that no golden shows: {change.how}")
    return _verdict(
        "phase-goldens", phase, "outcomes change as declared, and in no other way", problems,
        f"{len(goldens)} goldens compared with phase {phase.number - 1}, {len(shown)} declared change(s) seen",
    )  # fmt: skip


def old_code(phase: int, found: Result) -> Verdict:
    """What the scan for old code found at a phase."""
    return Verdict(
        checker="phase-legacy",
        status=found.status,
        cell="",
        claim=f"phase {phase}: old code is there while it is needed, and gone from phase 7 on",
        evidence=found.evidence,
    )


def log_markers(phase: Phase, lines: Sequence[LogLine], *, whole: bool) -> Verdict:
    """Declared log markers appear, or never do. When not every scenario was driven, a missing one is unknown."""
    problems, missing = [], []
    for marker in phase.expect.log:
        found = [line for line in lines if marker.text in line.message]
        if marker.appears == "must" and not found:
            missing.append(f"{phase.name} must log '{marker.text}' ({marker.when}), and never did")
        if marker.appears == "never" and found:
            problems.append(
                f"{phase.name} must never log '{marker.text}', and did {len(found)} times: {found[0].message[:120]}"
            )
    if missing and not whole and not problems:
        return Verdict(
            checker="phase-log",
            status=Status.UNKNOWN,
            cell="",
            claim=f"phase {phase.number}: the log shows what the phase declares",
            evidence=(*missing, "not every scenario was driven, so nobody can tell"),
        )
    return _verdict(
        "phase-log", phase, "the log shows what the phase declares", problems + missing,
        f"{len(phase.expect.log)} marker(s) looked for in {len(lines)} lines",
    )  # fmt: skip


def _declared(phase: Phase) -> Iterable[str]:
    for change in phase.expect.schema:
        if change.change in (SchemaEffect.TABLE_ADDED, SchemaEffect.TABLE_REMOVED):
            word = "added" if change.change is SchemaEffect.TABLE_ADDED else "removed"
            yield f"table {change.table} {word}"
        else:
            word = "added" if change.change is SchemaEffect.COLUMN_ADDED else "removed"
            for column, kind in change.columns.items():
                yield f"column {change.table}.{column} {word} ({kind})"


def _seen(before: Schema, after: Schema) -> Iterable[str]:
    for table in before.keys() | after.keys():
        if table not in before:
            yield f"table {table} added"
        elif table not in after:
            yield f"table {table} removed"
        else:
            old, new = before[table].columns, after[table].columns
            for column in old.keys() | new.keys():
                if column not in old:
                    yield f"column {table}.{column} added ({new[column]})"
                elif column not in new:
                    yield f"column {table}.{column} removed ({old[column]})"
                elif old[column] != new[column]:
                    yield f"column {table}.{column} changed from {old[column]} to {new[column]}"
            known = {*(old.keys() ^ new.keys())}
            for text in {*before[table].constraints} ^ {*after[table].constraints}:
                if not any(column in text for column in known):
                    word = "added" if text in after[table].constraints else "removed"
                    yield f"constraint on {table} {word}: {text}"


def _not_written(
    phase: Phase, change: DataChange, before: Rows, after: Rows, touched: set[tuple[str, str]], schema_after: Schema
) -> Iterable[str]:
    where = f"{phase.name}/phase.toml declares data that is not written: {change.table}"
    table = schema_after.get(change.table)
    if table is None:
        yield f"{where} does not exist"
        return
    new = after.get(change.table, {})
    added = new.keys() - before.get(change.table, {}).keys()
    for column in change.columns:
        if column not in table.columns:
            yield f"{where}.{column} does not exist"
        elif not added and (change.table, column) not in touched and not any(row.get(column) for row in new.values()):
            yield f"{where}.{column} is empty in every row ({change.rows})"
    for key, wanted in change.values.items():
        row = next((row for row in new.values() if row.get(change.key) == key), None)
        for column, value in wanted.items():
            if row is None:
                yield f"{where} has no row where {change.key} is {key!r}"
            elif row.get(column) != value:
                yield f"{where} {key}.{column} is {row.get(column)!r}, declared {value!r}"


def _concerns(change: GoldenChange, before: Outcome, after: Outcome) -> bool:
    usage = [*before.usage, *after.usage]
    return any(
        row.get("operation") in change.operations and (not change.models or row.get("model") in change.models)
        for row in usage
    )


def _short(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in list(row.items())[:4])


def _verdict(checker: str, phase: Phase, claim: str, problems: list[str], shown: str) -> Verdict:
    evidence = tuple(problems[:SHOWN]) + ((f"and {len(problems) - SHOWN} more",) if len(problems) > SHOWN else ())
    return Verdict(
        checker=checker,
        status=Status.FAIL if problems else Status.PASS,
        cell="",
        claim=f"phase {phase.number}: {claim}",
        evidence=evidence or (shown,),
    )
