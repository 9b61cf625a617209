"""contracts/checklist.toml: the plan's tables, issues, integration tests and criteria, word for word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.core.phase import LAST
from harness.jobs.checklist.values import Issue, PlanText, Row, Section
from harness.store.tomlread import Strict

CRITERIA = 7


def read(path: Path) -> PlanText:
    """contracts/checklist.toml. Raises checklist-missing, checklist-syntax, checklist-unknown-key, checklist-value."""
    strict = Strict(path.name, "checklist")
    raw = strict.table("the file", strict.load(path), ("format", "section", "issue", "tests", "criteria"))
    if raw["format"] != 1:
        raise strict.wrong(f"format {raw['format']!r} is not 1", "this harness reads format = 1 only")
    for where in ("section", "issue"):
        if not isinstance(raw[where], list) or not raw[where]:
            raise strict.wrong(f"{where} must be a list of tables", f"write each as a [[{where}]]")
    tests = strict.table("tests", raw["tests"], ("module", "classes"))
    if not isinstance(tests["classes"], dict) or not tests["classes"]:
        raise strict.wrong("tests.classes must map classes to their tests", 'SomeTests = ["test_this"]')
    titles = strict.table("criteria", raw["criteria"], [str(n + 1) for n in range(CRITERIA)])
    sections = tuple(_section(strict, f"section[{n}]", value) for n, value in enumerate(raw["section"]))
    claims = [row.claim for section in sections for row in section.rows]
    if twice := sorted({claim for claim in claims if claims.count(claim) > 1}):
        raise strict.wrong(f"the row '{twice[0]}' is there twice", "each row of a section has a name of its own")
    return PlanText(
        sections=sections,
        issues=tuple(_issue(strict, f"issue[{n}]", value) for n, value in enumerate(raw["issue"])),
        module=strict.text("tests.module", tests["module"]),
        tests=tuple(
            f"{name}.{test}"
            for name, every in tests["classes"].items()
            for test in strict.texts(f"tests.classes.{name}", every)
        ),
        criteria={int(number): strict.text(f"criteria.{number}", title) for number, title in titles.items()},
    )


def _section(strict: Strict, where: str, value: Any) -> Section:
    raw = strict.table(where, value, ("id", "title", "columns", "row"), ("unknown",))
    name = strict.text(f"{where}.id", raw["id"])
    columns = strict.texts(f"{where}.columns", raw["columns"])
    if not isinstance(raw["row"], list) or not raw["row"]:
        raise strict.wrong(f"{where}.row must be a list of tables", "write each as a [[section.row]]")
    return Section(
        id=name,
        title=strict.text(f"{where}.title", raw["title"]),
        columns=columns,
        rows=tuple(_row(strict, f"{where}.row[{n}]", name, len(columns), row) for n, row in enumerate(raw["row"])),
        unknown=strict.text(f"{where}.unknown", raw.get("unknown", "")),
    )


def _row(strict: Strict, where: str, section: str, columns: int, value: Any) -> Row:
    raw = strict.table(where, value, ("words",), ("operations", "credits_each", "since", "accounts"))
    words = strict.texts(f"{where}.words", raw["words"])
    if len(words) != columns:
        raise strict.wrong(f"{where} has {len(words)} words for {columns} columns", "a word for each column")
    numbers = {key: strict.whole(f"{where}.{key}", raw[key]) for key in ("credits_each", "since", "accounts") if key in raw}  # fmt: skip
    if not 0 <= numbers.get("since", 0) <= LAST:
        raise strict.wrong(f"{where}.since {numbers['since']} is not a phase", "phases are 0 to 7")
    operations = strict.texts(f"{where}.operations", raw.get("operations", []))
    if not words[0]:
        raise strict.wrong(f"{where} has no name", "its first word names the row")
    return Row(section=section, words=words, operations=operations, **numbers)


def _issue(strict: Strict, where: str, value: Any) -> Issue:
    raw = strict.table(where, value, ("number", "title"), ("finds", "calculations"))
    return Issue(
        number=strict.whole(f"{where}.number", raw["number"]),
        title=strict.text(f"{where}.title", raw["title"]),
        finds=strict.texts(f"{where}.finds", raw.get("finds", [])),
        calculations=raw.get("calculations", False) is True,
    )
