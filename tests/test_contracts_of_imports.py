"""Every import contract of pyproject.toml is seen broken: a breach is planted in a copy of the tree, and the contract refuses it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACT = "[[tool.importlinter.contracts]]\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """`plants` maps a file of the tree, which may be a new one, to the line that is added to it."""

    breaks: str
    what: str
    plants: dict[str, str]


def breach(breaks: str, what: str, **plants: str) -> Breach:
    return Breach(breaks=breaks, what=what, plants={f"{file}.py": line for file, line in plants.items()})


BREACHES = [
    breach("The floors", "cell knows a job", **{"harness/cell/__init__": "import harness.jobs.week"}),
    breach("The floors", "report knows cell, beside it", **{"harness/report/__init__": "import harness.cell"}),
    breach("The floors", "a file without a floor", **{"harness/stray": ""}),
    breach(
        "No circles", "two files of a tier",
        **{
            "harness/stack/processes/one": "import harness.stack.processes.other",
            "harness/stack/processes/other": "import harness.stack.processes.one",
        },
    ),
    breach("Jobs do not know each other", "week knows shadow", **{"harness/jobs/week/run": "import harness.jobs.shadow"}),
    breach("In a job", "week's judge knows its report", **{"harness/jobs/week/judge": "import harness.jobs.week.report"}),
    breach("A verb takes options", "week's verb boots", **{"harness/jobs/week/verb": "import harness.stack.processes.boot"}),
    breach("Judging does no I/O", "a job's judge starts processes", **{"harness/jobs/week/judge": "import subprocess"}),
    breach("Judging does no I/O", "a part of a job's judge starts processes", **{"harness/jobs/shadow/logs": "import subprocess"}),
    breach("Judging does no I/O", "judge reads files", **{"harness/judge/__init__": "import harness.store"}),
    breach("Reports consume values", "report knows the stack", **{"harness/report/__init__": "import harness.stack"}),
    breach("The wire knows the words", "the wire reads files of the run", **{"harness/provider/__init__": "import harness.store"}),
    breach("The stack", "the database knows a tier", **{"harness/stack/database/__init__": "import harness.stack.processes"}),
    breach("The stack", "a file without a place", **{"harness/stack/stray": ""}),
    breach(
        "The wire:", "the simulator knows cassettes",
        **{"harness/provider/simulator/chance": "import harness.provider.cassettes.digest"},
    ),
    breach("Answers are plain", "an answer knows the harness", **{"answers/chance": "import harness.core"}),
    breach("Scenarios are values", "a scenario looks at the backend", **{"scenarios/world": "import harness.backend"}),
]  # fmt: skip


def contracts() -> dict[str, str]:
    """name -> its table in pyproject.toml, as text."""
    _, *tables = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split(CONTRACT)
    return {tomllib.loads(table)["name"]: CONTRACT + table for table in tables}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for package in ("harness", "scenarios", "answers"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=lambda _, names: [n for n in names if n == "__pycache__"]
        )
    return copy


def linted(tree: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """`lint-imports` on the tree with these contracts alone."""
    head = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.importlinter]\n")[1].split(CONTRACT)[0]
    known = contracts()
    config = tree / "only.toml"
    config.write_text("[tool.importlinter]\n" + head + "".join(known[name] for name in names), encoding="utf-8")
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", config],
        cwd=tree, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_copy_of_the_tree_keeps_every_contract(tree: Path):
    """Claim: what the breaches below break was whole before."""
    done = linted(tree, *contracts())
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(contracts())} kept, 0 broken." in done.stdout


@pytest.mark.parametrize("breach", BREACHES, ids=lambda one: one.what)
def test_a_breach_is_refused_by_its_contract(tree: Path, breach: Breach):
    """Claim: the contract that is meant for it names itself as broken."""
    (name,) = [name for name in contracts() if name.startswith(breach.breaks)]
    before = {file: (tree / file).read_bytes() if (tree / file).exists() else None for file in breach.plants}
    try:
        for file, line in breach.plants.items():
            with (tree / file).open("a", encoding="utf-8") as opened:
                opened.write(f"\n{line}\n")
        done = linted(tree, name)
    finally:
        for file, content in before.items():
            (tree / file).unlink() if content is None else (tree / file).write_bytes(content)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{name} BROKEN" in done.stdout


def test_every_contract_has_a_breach():
    """Claim: a new contract is not believed before it was seen broken."""
    unbroken = [name for name in contracts() if not any(name.startswith(one.breaks) for one in BREACHES)]
    assert unbroken == []
