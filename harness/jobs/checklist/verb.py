"""`harness checklist`: the plan's Path 1, 2, 3 and Frontend tables, filled in from a stored run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.core.errors import DIFFERENCES, OK
from harness.core.phase import LAST
from harness.core.verdict import Status, Verdict
from harness.jobs.checklist import report as shown
from harness.jobs.checklist.report import Row, Section
from harness.judge.facts import target_of
from harness.report.say import say
from harness.report.terminal import STYLES
from harness.run import judged
from harness.store import runs as store
from harness.store.tomlread import Strict
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded

PLAN = "checklist.toml"
CRITERIA = 7
run_option = click.option(
    "--run", "run", type=click.Path(path_type=Path), default=Path("runs/latest"), show_default=True,
    help="The folder of a stored run.",
)  # fmt: skip
markdown_option = click.option("--markdown", is_flag=True, help="Markdown for a pull request instead of text.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One of the plan's potential issues. `finds` are the declared findings that answer it; `calculations` says that
    the charges of a run answer it."""

    number: int
    title: str
    finds: tuple[str, ...] = ()
    calculations: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanText:
    """contracts/checklist.toml. `tests` are the plan's integration tests as "Class.test", all of `module`."""

    sections: tuple[Section, ...]
    issues: tuple[Issue, ...]
    module: str
    tests: tuple[str, ...]
    criteria: Mapping[int, str]


@click.command()
@config_option
@run_option
@markdown_option
@json_option
def checklist(config_path: Path, run: Path, markdown: bool, as_json: bool) -> int:
    """Fill in the plan's checklist from a stored run: pass, fail or unknown, with credits, rows and provider calls.

    The run is judged again with today's goldens. Exit code 0: every row passes. 1: a row failed or is unknown. 2: usage.
    """
    config = loaded(config_path)
    plan = read(config.contracts / PLAN)
    law = known(config).law
    folder = store.find(run)
    result = judged.judge_whole(config, law, folder)
    filled = shown.fill(
        plan.sections, result.history.cells, result.verdicts, law.scenarios, target_of(config), result.phase
    )
    counts = shown.counts_of(filled)
    broken = run_wide(result.verdicts)
    green = not (counts[Status.FAIL] or counts[Status.UNKNOWN] or broken)
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    head = f"phase {result.phase}, run {folder.name}: {told}"
    if as_json:
        body = {
            "format": 1, "phase": result.phase, "run": str(folder), "counts": {str(s): n for s, n in counts.items()},
            "run_wide": [f"{one.checker}: {one.evidence[0]}" for one in broken],
            "sections": shown.document(plan.sections, filled),
        }  # fmt: skip
        print(json.dumps(body, ensure_ascii=False))
    elif markdown:
        notes = "".join(f"\n- {one.status}: {one.checker}: {one.evidence[0]}" for one in broken)
        print(f"### Checklist\n\n{head}\n{notes}\n\n{shown.markdown(plan.sections, filled)}")
    else:
        console = Console()
        shown.print_checklist(console, plan.sections, filled)
        say(console)
        for one in broken:
            say(console, f"{one.status} of the whole run: {one.checker}: {one.evidence[0]}", STYLES[one.status])
        say(console, head, STYLES[Status.PASS if green else Status.FAIL if counts[Status.FAIL] else Status.UNKNOWN])
    return OK if green else DIFFERENCES


def run_wide(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    """Verdicts on the run as a whole that did not pass: what it shows of its cells is not all that it should show."""
    return [verdict for verdict in verdicts if not verdict.cell and verdict.status is not Status.PASS]


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
