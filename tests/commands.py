"""Every command that the documents tell people to type: found, read by its own program's parser, and either run by a test or listed with why not.

found     all of them, each with its page, and whether it is a line of its own or a word in a sentence
problem   what is wrong with one: a verb, an option, a session, an extra that does not exist, or an argument that is refused
RUN       those that tests/whole/test_docs_commands.py runs, in one workshop, each with the exit code that it ends with there
NOT_RUN   the others, by pattern, each with why
"""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import click

from harness.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "tests").rglob("targets/README.md")),
)
OURS = ("./dev", "harness", ".venv/bin/harness", "./.ci/run", ".ci/run")
OTHERS = ("pip", "python", "python3", "pipx", "uvx", "nox", "pytest", "eval", "docker", "git", "diff")
"""Programs of others, with which a line of a page begins."""
_BEGIN = re.compile(rf"(?!harness env  )(?:[A-Z_]+=\S+ )*(?:{'|'.join(map(re.escape, OURS + OTHERS))})(?= \S|$)")
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")

STAND_FOR = {
    "ID": "writer/generate_content", "PATTERN": "writer/*", "RUN": "runs/latest", "N": "4", "NAME": "golden", "FILE:LINE": "shop/billing.py:40", "DIR": "cassettes",
    "redis://...": "redis://10.0.0.5:6379/0", "none|quick|all": "all", "[--answers": "--answers", "FILE]": "answers.py", "[--seed": "--seed", "N]": "1",
}  # fmt: skip
"""Words of the pages that stand for something -> what."""


@dataclass(frozen=True, slots=True)
class Command:
    """`alone`: on a line of its own in a block, to be typed as it stands; else a word in a sentence, which may name a verb or an option alone."""

    page: str
    line: str
    alone: bool

    @property
    def words(self) -> list[str]:
        """Without what is set before it, and with something for each word that stands for it."""
        words = shlex.split(self.line)
        while re.fullmatch(r"[A-Z_]+=.*", words[0], re.DOTALL):
            words = words[1:]
        return [STAND_FOR.get(word, word) for word in words]


def found() -> tuple[Command, ...]:
    return tuple(one for path in PAGES for one in of_text(path.relative_to(ROOT).as_posix(), path.read_text()))


def of_text(page: str, text: str) -> Iterator[Command]:
    rest = text
    for language, body in _FENCED.findall(text):
        for line in body.splitlines():
            said = re.sub(r"^\s*-? ?run: ", "", line) if language == "yaml" else line
            if _BEGIN.match(said):
                yield Command(page, _plain(said), True)
    rest = _FENCED.sub("", text)
    for line in re.findall(r"^(?: {4}|\t)+(\S.*)$", rest, re.MULTILINE):
        if _BEGIN.match(line):
            yield Command(page, _plain(line), True)
    for said in _INLINE.findall(re.sub(r"^(?: {4}|\t).*$", "", rest, flags=re.MULTILINE)):
        if _BEGIN.match(said) and said not in OTHERS:
            yield Command(page, _plain(said), False)


def _plain(line: str) -> str:
    """Without the remark behind it."""
    return re.sub(r"\$\{\{.*?\}\}", "1", re.split(r"  +| #", line.strip())[0]).strip()


def problem(one: Command) -> str:
    """What is wrong with a command; "" of one that could be typed, or of a mention of what is there."""
    first, *words = one.words
    match first:
        case "harness" | ".venv/bin/harness":
            return _of_harness(words, one.alone)
        case "./dev":
            return _of_dev(words, one.alone)
        case "nox":
            return _of_dev(words[words.index("-s") + 1 :], one.alone)
        case "pip":
            return _of_pip(words)
        case _:
            return ""


def _of_dev(words: list[str], alone: bool) -> str:
    name = re.sub(r"\(.*\)", "", words[0]) if words else "verify"
    if name not in sessions():
        return f"no nox session {name}"
    if name == "phase" and re.fullmatch(r"phase\([0-7]\)", words[0]) is None:
        return f"no nox session {words[0]}"
    rest = [word for word in words[1:] if word != "--"]
    return _of_harness([*sessions()[name], *rest], alone) if sessions()[name] and rest else ""


@cache
def sessions() -> Mapping[str, tuple[str, ...]]:
    """Session -> the words of the `harness` command that it hands its own words to, as noxfile.py has it; () of one that runs something else."""
    made: dict[str, tuple[str, ...]] = {}
    for node in ast.parse((ROOT / "noxfile.py").read_text()).body:
        if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args][:1] == ["session"] and node.decorator_list:  # fmt: skip
            made[node.name] = next(filter(None, map(_handed, ast.walk(node))), ())
    return made


def _handed(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Call(func=ast.Name(id="run"), args=[_, ast.Constant(value="harness"), *more, ast.Starred()]):
            return tuple(str(one.value) for one in more if isinstance(one, ast.Constant))
    return ()


def _of_pip(words: list[str]) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name, extra = re.match(r"([\w.-]+)(?:\[([\w,]+)\])?", words[-1]).groups()  # type: ignore[union-attr]
    lacks = sorted({*(extra or "").split(",")} - {"", *project["optional-dependencies"]})
    if name != project["name"]:
        return f"{name} is not {project['name']}"
    return f"no extra {lacks[0]}" if lacks else ""


def _of_harness(words: list[str], alone: bool) -> str:
    command: click.Command = cli
    context = click.Context(cli, info_name="harness")
    while isinstance(command, click.Group):
        if not words or words[0].startswith("-"):
            return "" if not alone or words else "no verb"
        inner = command.get_command(context, words[0])
        if inner is None:
            return f"no command {words[0]}"
        command, words = inner, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    return _parsed(command, words, context, alone)


def _parsed(command: click.Command, words: list[str], context: click.Context, alone: bool) -> str:
    """What its own parser says. A mention may leave out what is needed; and files that a page speaks of need not be there."""
    try:
        command.make_context(command.name, list(words), parent=context.parent)
    except click.exceptions.Exit:  # --help
        return ""
    except click.MissingParameter as error:
        return f"{command.name}: {error.format_message()}" if alone else ""
    except click.NoSuchOption as error:
        return f"{command.name} has no option {error.option_name}"
    except click.BadOptionUsage as error:
        return f"{command.name}: {error.format_message()}" if alone or "requires an argument" not in error.format_message() else ""  # fmt: skip
    except click.BadParameter as error:
        said = error.format_message()
        return "" if "does not exist" in said else f"{command.name}: {said}"
    except click.UsageError as error:
        return f"{command.name}: {error.format_message()}"
    return ""


RUN: Mapping[str, int] = {
    "harness --help": 0,
    "harness runs": 0,
    "harness schema": 0,
    "harness schema NAME": 0,
    "harness schema --page": 0,
    "harness schema --write": 0,
    "harness cassette lint": 0,
    "harness verify --plan": 0,
    "./dev verify --plan": 0,
    "harness look": 0,
    "harness vary": 0,
    "harness check": 0,
    "harness check RUN": 0,
    "harness checklist": 1,
    "harness golden diff": 0,
    "harness golden review --list": 0,
    "./dev golden diff": 0,
    "harness findings": 1,
    "harness reach": 0,
    'eval "$(_HARNESS_COMPLETE=bash_source harness)"': 0,
}
"""In a workshop with one stored run of one cell. `checklist`, `findings`: what was not driven is not known."""

NOT_RUN: Mapping[str, str] = {
    "* golden review": "asks at a terminal: tests/whole/test_review.py presses its keys",
    "* golden accept*": "changes what is locked: tests/whole accepts in copies",
    "./dev golden log *": "reads commits of a branch that a clone need not have",
    "* golden diff writer/second_article": "the tutorial's own scenario: tests/test_docs.py loads it",
    "./dev verify --only writer/second_article": "the tutorial's own scenario: tests/test_docs.py loads it",
    "./dev record writer/second_article": "the tutorial's own scenario: tests/test_docs.py loads it",
    "harness golden noise": "needs two runs: tests/jobs/golden",
    "* verify*": "drives stacks: tests/whole drives with each of these options",
    "harness watch": "goes on until Ctrl-C: tests/whole/test_affected.py watches",
    "harness phase N --accept-rows*": "changes what is locked: tests/jobs/phase locks a phase of its own",
    "./dev *phase(4)*": "drives a migration: tests/whole, tests/phases",
    "./dev migration": "drives seven migrations: a job of CI",
    "./dev tiers": "drives whole runs in every tier: a job of CI",
    "./dev record*": "records every cassette anew: tests/jobs/record does one",
    "./dev tests": "this is one of them",
    "./dev slow": "a part of CI of its own",
    "./dev proofs": "takes an hour: a job of CI",
    "./dev targets": "a part of CI of its own",
    "./dev lint": "a part of CI of its own",
    "nox -s *": "the same session as with ./dev",
    ".ci/run": "what CI runs: tests/test_ci.py",
    "harness init*": "a stack, in a checkout of somebody's: tests/whole/test_init.py, tests/whole/test_from_nothing.py, tests/whole/test_traffic.py",
    "harness doctor": "boots a stack: tests/jobs/adopt/doctor, tests/whole/test_init.py",
    "harness look --database": "boots a database: tests/jobs/look",
    "harness contracts*": "boots a stack at every phase: tests/jobs/contracts",
    "harness criteria": "boots a stack: tests/jobs/checklist",
    "harness fuzz": "needs schemathesis and a stack: tests/jobs/contracts/fuzz",
    "harness manage *": "boots a database: tests/jobs/hand",
    "harness check*--with*": "needs two runs: tests/jobs/verify/check, tests/whole/test_same_history.py",
    "harness runs --hold*": "tests/jobs/kept holds one",
    "harness perturb*": "judges a run hundreds of times: tests/jobs/perturb, tests/whole/test_perturb.py",
    "harness phase": "drives a migration: tests/whole, tests/phases",
    "harness reach --*": "of somebody else's sources, or it changes what is held: tests/jobs/reach",
    "harness record": "records: tests/jobs/record",
    "OPENAI_API_KEY=* harness record --real": "asks real providers, for money",
    "*harness report merge*": "needs several runs: tests/jobs/report, tests/whole/test_many_machines.py",
    "harness report durations *": "needs a run of the whole plan: tests/jobs/report",
    "harness score*": "plants mistakes and drives all cells: tests/jobs/score",
    "harness shadow *": "drives two phases: tests/jobs/shadow",
    "harness snapshot": "boots a stack: tests/jobs/snapshot",
    "harness stack *": "a stack that stays: tests/whole/test_stack_by_hand.py",
    "harness fake *": "serves until it is ended: tests/provider/fake",
    "harness vary --learn": "drives every setting: tests/jobs/vary",
    "harness week": "drives a week: tests/jobs/week",
    "harness worker*": "waits for cells from elsewhere: tests/whole/test_many_machines.py",
    "python -m harness.provider.simulator *": "serves until it is ended, at a port of root's: tests/provider/simulator",
    "pip install *": "asks an index; tests/whole/test_wheel.py installs the wheel that is built here",
    "docker context": "docker's own",
    "git diff": "git's own",
    "git apply": "git's own",
    "diff -u": "diff's own",
    "diff --git": "how a diff begins",
    "harness": "the program's name",
}
"""Pattern of a command -> why no test runs it as it stands. Every one is read by its program's own parser all the same."""


def why_not(line: str) -> str:
    return next((why for pattern, why in NOT_RUN.items() if fnmatchcase(line, pattern)), "")
