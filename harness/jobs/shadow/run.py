"""`harness shadow OLD NEW`: the same scenarios on the same tape against two states of the target, joined into one verdict.

1  OLD, on a stack and a database of its own
2  OLD again, on another: what differs between the two is noise
3  NEW, on a third
4  the three histories are compared, and the target's own comparison log is reconciled with what was seen
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.backend.at_phase import at_phase
from harness.backend.description import load
from harness.backend.phases import manifest
from harness.backend.phases.comparing import compares, price_phase
from harness.core.config import Config
from harness.core.errors import OK, HarnessError
from harness.core.history import CellHistory
from harness.core.phase import Phase
from harness.core.verdict import Verdict
from harness.jobs.shadow import judge
from harness.jobs.shadow.declared import declare
from harness.jobs.shadow.judge import Comparison
from harness.jobs.shadow.logs import LogSide, judge_logs
from harness.judge.facts import target_of
from harness.run.judged import Law
from harness.store import history
from harness.store.runs import HISTORY
from harness.verb.asked import Asked

OLD, AGAIN, NEW = "old", "old-again", "new"
"""The folders of a shadow run, in the order in which they are driven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One state of the target. `name` is how messages say it: "phase 3", or the path of its harness.toml."""

    name: str
    config: Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """What came of a comparison. `noise` compares OLD with itself; the differences of `real` say what is declared."""

    real: Comparison
    noise: Comparison
    verdicts: tuple[Verdict, ...]


def sides(config_path: Path, old: str, new: str) -> tuple[Side, Side]:
    """What OLD and NEW name: phases of `config_path`, or other harness.toml files. NEW gets OLD's scenarios and tapes.

    Raises shadow-side beside what reading a harness.toml and composing a phase raise.
    """
    first, second = _side(config_path, old), _side(config_path, new)
    given = first.config
    same_given = replace(
        second.config, scenarios=given.scenarios, cassettes=given.cassettes, contracts=given.contracts, rates=given.rates
    )  # fmt: skip
    return first, Side(name=second.name, config=same_given)


def _side(config_path: Path, word: str) -> Side:
    if word.isdigit():
        return Side(name=f"phase {int(word)}", config=at_phase(load(config_path), int(word)))
    path = Path(word)
    path = path / "harness.toml" if path.is_dir() else path
    if not path.is_file():
        raise HarnessError(
            f"'{word}' is neither a phase nor a harness.toml",
            hint="name two phases (harness shadow 3 4) or two files (harness shadow old/harness.toml new/harness.toml)",
            code="shadow-side",
        )
    return Side(name=str(path), config=load(path))


def between(old: Side, new: Side) -> tuple[Phase, ...]:
    """The phases whose declarations may explain a difference: none where the two are different targets."""
    low, high = sorted((old.config.phase, new.config.phase))
    if old.config.source != new.config.source or old.config.phases_dir is None:
        return ()
    return manifest.read_all(old.config.phases_dir, high)[low:]


def drive(
    old: tuple[Side, Asked], new: tuple[Side, Asked], folder: Path, enter: Callable[[str, Side, Asked, Path], int]
) -> tuple[int, dict[str, float]]:
    """Make a folder for each run, and have `enter` drive it there. The first exit code that is not OK, and the seconds of each."""
    seconds: dict[str, float] = {}
    for name, (side, asked) in {OLD: old, AGAIN: old, NEW: new}.items():
        where = folder / name
        where.mkdir()
        begun = time.perf_counter()
        code = enter(name, side, asked, where)
        seconds[name] = time.perf_counter() - begun
        if code != OK:
            return code, seconds
    return OK, seconds


def judged(old: Side, new: Side, law: Law, folder: Path) -> Shadowed:
    """Read the three stored histories below `folder` and compare them."""
    runs = {name: history.read(folder / name / HISTORY, old.config.ledger) for name in (OLD, AGAIN, NEW)}
    target = target_of(old.config)
    noise = judge.compare(runs[OLD].cells, runs[AGAIN].cells, law.scenarios, target)
    real = judge.compare(runs[OLD].cells, runs[NEW].cells, law.scenarios, target)
    real = replace(
        real,
        unclear=(*judge.cut_off(runs), *real.unclear),
        differences=declare(
            judge.marked(real, noise), between(old, new), backwards=old.config.phase > new.config.phase
        ),
    )
    verdicts = [
        *judge.judge(real, noise, old=old.name, new=new.name),
        *judge_logs(_side_of_logs(old, runs[OLD].cells), _side_of_logs(new, runs[NEW].cells), law.rates, real),
    ]
    return Shadowed(real=real, noise=noise, verdicts=tuple(verdicts))


def _side_of_logs(side: Side, cells: Sequence[CellHistory]) -> LogSide:
    keeps = compares(side.config, cells)
    switch = price_phase(side.config) if keeps else None
    form = side.config.comparison
    return LogSide(name=side.name, phase=side.config.phase, keeps=keeps, switch=switch, form=form, cells=cells)


def declared_tapes(law: Law, old: Side, new: Side, names: Mapping[str, object] | Sequence[str]) -> tuple[str, ...]:
    """Scenarios whose own value names another tape for one of the two phases: their requests differ by declaration."""
    return tuple(
        name
        for name in names
        if law.scenarios[name].tape_at(old.config.phase) != law.scenarios[name].tape_at(new.config.phase)
    )
