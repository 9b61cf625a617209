"""scenarios/coverage.toml: what a project drives and asks. Written by `harness golden accept`, which lets it grow; it shrinks by `--gone` alone.

    format = 1
    why = "the importer is gone from the product"
    phase = 0                                # at which the tables are watched
    tables = ["account", "page"]
    checks = ["http", "law-1"]
    [scenarios]
    "writer/article" = ["manual", "scheduled"]
    [tiers]
    processes = 161                          # cells of a whole run, varied worlds aside

Raises coverage-syntax, coverage-unknown-key, coverage-value.
"""

from __future__ import annotations

from pathlib import Path

from harness.core.golden.coverage import Coverage
from harness.store.tomlread import Strict
from harness.store.tomlwrite import array, inline

NAME = "coverage.toml"
FORMAT = 1
HEAD = '# What is driven and asked. It grows by itself when goldens are accepted; less of it needs: harness golden accept PATTERN --gone --why "..."'


def read(folder: Path) -> Coverage | None:
    """None where nothing was accepted yet."""
    path = folder / NAME
    if not path.exists():
        return None
    strict = Strict(NAME, "coverage")
    raw = strict.table(
        "the file", strict.load(path), ("format", "why", "phase", "tables", "checks", "scenarios", "tiers")
    )
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    for key in ("scenarios", "tiers"):
        if not isinstance(raw[key], dict):
            raise strict.wrong(f"{key} must be a table")
    return Coverage(
        why=strict.text("why", raw["why"]),
        phase=strict.whole("phase", raw["phase"]),
        scenarios={name: strict.texts(f"scenarios.{name}", paths) for name, paths in raw["scenarios"].items()},
        tables=strict.texts("tables", raw["tables"]),
        checks=strict.texts("checks", raw["checks"]),
        tiers={tier: strict.whole(f"tiers.{tier}", n) for tier, n in raw["tiers"].items()},
    )


def text_of(one: Coverage) -> str:
    """The file, as `read` reads it."""
    lines = [
        HEAD,
        f"format = {FORMAT}",
        f"why = {inline(one.why)}",
        f"phase = {one.phase}",
        f"tables = {array(one.tables)}",
        f"checks = {array(one.checks)}",
        "",
        "[scenarios]",
        *(f"{inline(name)} = {inline(list(paths))}" for name, paths in one.scenarios.items()),
        "",
        "[tiers]",
        *(f"{tier} = {n}" for tier, n in one.tiers.items()),
    ]
    return "\n".join(lines) + "\n"
