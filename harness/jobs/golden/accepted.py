"""Who accepted what, when and why, in credits: read from the commits of git. What was committed is what counts, whoever wrote the file."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from harness.core.config import Config
from harness.core.errors import HarnessError, last_lines
from harness.core.golden import Golden
from harness.jobs.golden.values import Accepted
from harness.judge.fewer import gone
from harness.judge.golden.difference import difference
from harness.store import coverages, goldens, surfaces

_FIELDS = "%x1e%H%x1f%an%x1f%aI"
WHY = "# why: "
Kept = TypeVar("Kept")


def log(config: Config, span: str) -> list[Accepted]:
    """Every change of a golden, a surface or the coverage in the commits of `span` ("v1..main"), oldest first. Raises golden-git."""
    folder = config.scenarios.resolve()
    top = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    below = folder.relative_to(top.resolve())
    words = [
        "log",
        "--reverse",
        "--no-merges",
        "--no-renames",
        f"--format={_FIELDS}",
        "--name-only",
        "--end-of-options",
        span,
        "--",
        str(folder),
    ]
    found = []
    for part in _git(folder, *words).split("\x1e")[1:]:
        head, *names = part.strip().split("\n")
        commit, who, when = head.split("\x1f")
        for name in filter(None, (one.strip() for one in names)):
            what = Path(name).relative_to(below).as_posix()
            texts = tuple(_text(folder, f"{at}:{name}") for at in (f"{commit}^", commit))
            found += [
                Accepted(commit=commit, who=who, when=when, scenario=about, credits_delta=delta, why=why, lines=lines)
                for about, delta, why, lines in _changes(what, *texts)
            ]
    return found


_Change = tuple[str, int | None, str, tuple[str, ...]]


def _changes(name: str, before: str | None, after: str | None) -> Iterator[_Change]:
    """(scenario, credits more, why, lines) of a file that changed; nothing of one that locks nothing."""
    if name.endswith(goldens.SUFFIX):
        yield _golden(name.removesuffix(goldens.SUFFIX), before, after)
    elif name.endswith(surfaces.SUFFIX):
        why = next((line.removeprefix(WHY) for line in (after or "").splitlines() if line.startswith(WHY)), "")
        word = "its surface" if before and after else "a surface" if after else "its surface is gone"
        yield name.removesuffix(surfaces.SUFFIX), None, why, (word,)
    elif name == coverages.NAME and before and after:
        one, two = (_kept(name, text, coverages.read) for text in (before, after))
        if one and two and (lines := tuple(gone(one, two))):
            yield "what is driven", None, two.why, lines


def _golden(scenario: str, before: str | None, after: str | None) -> _Change:
    name = f"{scenario}{goldens.SUFFIX}"
    one, two = (_read(name, text) for text in (before, after))
    if two is None:
        why = "" if after is None else "this harness does not read its format"
        return (
            scenario,
            None if one is None else -one.outcome.charged_credits,
            why,
            ("the golden is gone",) * (after is None),
        )
    if one is None:
        return scenario, two.outcome.charged_credits if before is None else None, two.why, ("new",)
    lines = [*difference(one.outcome, two.outcome)]
    lines += [f"deviation: {each.why}" for each in two.deviations if each not in one.deviations]
    lines += [f"deviation gone: {each.why}" for each in one.deviations if each not in two.deviations]
    if one.known_wrong != two.known_wrong:
        lines.append(f"known wrong: {', '.join(two.known_wrong) or 'no more'}")
    whys = [each.why for each in two.deviations if each not in one.deviations]
    delta = two.outcome.charged_credits - one.outcome.charged_credits
    return scenario, delta, two.why if two.why != one.why or not whys else whys[0], tuple(lines)


def _read(name: str, text: str | None) -> Golden | None:
    if text is None:
        return None
    try:
        return _kept(name, text, lambda folder: goldens.read(folder / name, folder))
    except HarnessError:
        return None  # of another format


def _kept(name: str, text: str, read: Callable[[Path], Kept]) -> Kept:
    """What `read` makes of a folder with just this file in it."""
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return read(folder)


def _text(folder: Path, what: str) -> str | None:
    """The file as it was; None where it was not there."""
    done = _run(folder, "show", what)
    return None if done.returncode else done.stdout


def _git(folder: Path, *words: str) -> str:
    done = _run(folder, *words)
    if done.returncode:
        raise HarnessError(
            f"git cannot tell: {last_lines(done.stderr, none='it says nothing')}",
            hint="name two commits of this repository, as in main~5..main",
            code="golden-git",
        )
    return done.stdout


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-c", "core.quotePath=false", *words], cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
        )  # fmt: skip
    except FileNotFoundError:
        raise HarnessError("there is no git to ask", hint="install git", code="golden-git") from None
