"""Measure a catalogue: each patch is planted in a copy of the target, the jobs are asked of it until one tells, and what they said is kept.

Before the first patch of a phase the same is asked of the copy without one: only where that passes has a patch a part in
what is told. One after the other: `measured` is where lanes would share out the entries, each of which is alone with its copy.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.jobs.score import kept, plant
from harness.jobs.score.asked import ask
from harness.jobs.score.judge import together
from harness.jobs.score.values import NEUTRAL, Entry, How, Measured, Outcome

PLACE = Path(".harness") / "score"
"""Where outcomes are kept, beside harness.toml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a catalogue is measured: `jobs` in the order in which they are asked. `ask`: (job, a harness.toml) -> what it said; `fresh`: what is kept is measured again."""

    jobs: tuple[str, ...]
    outcomes: Path
    ask: Callable[[str, Path], Outcome]
    fresh: bool = False


def way(config: Config, jobs: Sequence[str], *, isolation: str, patience_s: float, fresh: bool) -> Way:
    """The usual way: each job as a command."""
    asked = partial(ask, isolation=isolation, patience_s=patience_s)
    return Way(jobs=tuple(jobs), outcomes=config.source.parent / PLACE, ask=asked, fresh=fresh)


def measured(config: Config, entries: Sequence[Entry], how: Way) -> Iterator[Measured]:
    """Each entry with its outcome, as it is known. Everything is planted once before anything is asked: what does not
    apply stops the run at its beginning. Raises score-apply, score-nothing, score-git, score-baseline, phase-*."""
    trees = _trees(config, entries)
    around = kept.surroundings(config)
    for phase in sorted(trees):
        unchanged = Entry(id="", kind="", what="", role=NEUTRAL, phase=phase, changes="", diff="")
        _refuse(phase, _outcome(config, unchanged, how, trees[phase], around))
    for entry in entries:
        yield Measured(entry=entry, outcome=_outcome(config, entry, how, trees[entry.phase], around))


def planted(config: Config, entries: Sequence[Entry], folder: Path) -> Path:
    """A planted copy of the one entry in `folder`, to be looked at; its harness.toml. Raises score-plant, score-*, phase-*."""
    if len(entries) != 1 or (folder.exists() and any(folder.iterdir())):
        raise HarnessError(
            f"cannot leave {len(entries)} patches in {folder}" if len(entries) != 1 else f"{folder} is not empty",
            hint="--plant goes with --only of one patch, and with a folder that does not exist yet",
            code="score-plant",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return plant.plant(config, entries[0], folder.resolve())


def commit(folder: Path) -> str:
    """The commit that is checked out in `folder`, "+" behind it where something was changed since; "" without one."""
    asked = ["git", "describe", "--always", "--dirty=+", "--exclude=*", "--abbrev=10"]
    try:
        done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _trees(config: Config, entries: Sequence[Entry]) -> dict[int, str]:
    """phase -> hash of the target's tree there, once every entry was seen to apply."""
    hashes = {}
    for phase in sorted({entry.phase for entry in entries}):
        with tempfile.TemporaryDirectory(prefix="harness-score-") as folder:
            tree, _ = plant.copied(config, phase, Path(folder) / plant.TREE)
            before = plant.contents(tree)
            hashes[phase] = plant.digest(before)
            for entry in (one for one in entries if one.phase == phase):
                plant.apply(entry, tree)
                plant.put_back(tree, before)
    return hashes


def _outcome(config: Config, entry: Entry, how: Way, tree: str, around: str) -> Outcome:
    """What was kept of it, else what the jobs say of it now."""
    name = kept.key(entry, how.jobs, tree, around)
    found = None if how.fresh else kept.find(how.outcomes, name)
    if found is not None:
        return found
    said = []
    for job in how.jobs:
        with tempfile.TemporaryDirectory(prefix="harness-score-") as folder:
            said.append(how.ask(job, plant.plant(config, entry, Path(folder))))
        if said[-1].how is How.TOLD:
            break
    outcome = together(said)
    kept.keep(how.outcomes, name, entry, outcome)
    return outcome


def _refuse(phase: int, outcome: Outcome) -> None:
    if outcome.how is not How.SURVIVED:
        by = ", ".join(one.check for one in outcome.by) or outcome.code or "no end"
        raise HarnessError(
            f"without any patch the target does not pass at phase {phase}: {by}",
            hint=f"harness verify --phase {phase} shows it; nothing can be measured on a target that fails",
            code="score-baseline",
        )
