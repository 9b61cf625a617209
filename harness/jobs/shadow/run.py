"""`harness shadow OLD NEW`: the same scenarios on the same tape against two states of the target, joined into one verdict.

1  OLD, on a stack and a database of its own
2  OLD again, on another: what differs between the two is noise
3  NEW, on a third
4  the three histories are compared, and the target's own comparison log is reconciled with what was seen
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.backend.at_phase import at_phase
from harness.backend.description import load
from harness.backend.phases import manifest
from harness.backend.phases.comparing import compares, price_phase
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.history import CellHistory, RunHistory
from harness.core.phase import Phase
from harness.core.verdict import Status, Verdict
from harness.jobs.shadow import judge
from harness.jobs.shadow.declared import declare
from harness.jobs.shadow.judge import Comparison
from harness.judge.facts import target_of
from harness.judge.mismatch import logged, reconcile, seen_by_card
from harness.run.judged import Law
from harness.store import history
from harness.store.runs import HISTORY

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


def judged(old: Side, new: Side, law: Law, folder: Path) -> Shadowed:
    """Read the three stored histories below `folder` and compare them."""
    runs = {name: history.read(folder / name / HISTORY, old.config.ledger) for name in (OLD, AGAIN, NEW)}
    target = target_of(old.config)
    noise = judge.compare(runs[OLD].cells, runs[AGAIN].cells, law.scenarios, target)
    real = judge.compare(runs[OLD].cells, runs[NEW].cells, law.scenarios, target)
    cut = [
        f"the {name} run was cut off, or left out a cell that it had planned" for name, run in runs.items() if _cut(run)
    ]
    real = replace(
        real,
        unclear=(*cut, *real.unclear),
        differences=declare(
            judge.marked(real, noise), between(old, new), backwards=old.config.phase > new.config.phase
        ),
    )
    verdicts = [
        *judge.judge(real, noise, old=old.name, new=new.name),
        *_logs(old, new, law, real, runs[OLD].cells, runs[NEW].cells),
    ]
    return Shadowed(real=real, noise=noise, verdicts=tuple(verdicts))


def _cut(run: RunHistory) -> bool:
    return run.end is None or {cell.cell for cell in run.cells} != set(run.planned)


def _logs(
    old: Side, new: Side, law: Law, real: Comparison, before: Sequence[CellHistory], after: Sequence[CellHistory]
) -> list[Verdict]:  # fmt: skip
    """The comparison log of each side that keeps one. Between a side that compares and one that charges the new price
    what was seen is the difference itself; otherwise it is the rate card of the phase that sets the new price."""
    verdicts = []
    cells = {OLD: before, NEW: after}
    here, there = {OLD: old, NEW: new}, {OLD: new, NEW: old}
    keeps = {name: compares(here[name].config, cells[name]) for name in (OLD, NEW)}
    for name in (OLD, NEW):
        said, unread = logged(cells[name])
        if not keeps[name]:
            if said or unread:
                verdicts.append(_stray(here[name].name, said, unread))
            continue
        switch = price_phase(here[name].config)
        later = there[name].config.phase > here[name].config.phase or switch is None
        if later and not keeps[NEW if name == OLD else OLD]:
            seen = judge.seen_between(real if name == OLD else _turned(real))
            verdicts.append(
                reconcile(said, seen, by=f"between {here[name].name} and {there[name].name}", unread=unread)
            )
        elif switch is not None:
            seen, unclear = seen_by_card(cells[name], law.rates, switch)
            by = f"in {here[name].name}, priced by the rate card of phase {switch}"
            verdicts.append(reconcile(said, seen, by=by, unread=unread, unclear=unclear))
        else:
            verdicts.append(_alone(here[name].name))
    return verdicts


def _turned(real: Comparison) -> Comparison:
    return replace(real, differences=tuple(replace(one, old=one.new, new=one.old) for one in real.differences))


def _stray(name: str, said: Sequence[object], unread: Sequence[str]) -> Verdict:
    lines = [*unread, *map(str, said)]
    return Verdict(
        checker="shadow-log",
        status=Status.FAIL,
        cell="",
        claim=f"{name} has one calculation and logs no comparison",
        evidence=(f"it logged {len(lines)}", *lines[: judge.SHOWN]),
    )


def _alone(name: str) -> Verdict:
    return Verdict(
        checker="shadow-log",
        status=Status.UNKNOWN,
        cell="",
        claim=f"the comparison log of {name} says what was seen",
        evidence=("no later phase sets prices: there is nothing to compare the log with",),
    )


def declared_tapes(law: Law, old: Side, new: Side, names: Mapping[str, object] | Sequence[str]) -> tuple[str, ...]:
    """Scenarios whose own value names another tape for one of the two phases: their requests differ by declaration."""
    return tuple(
        name
        for name in names
        if law.scenarios[name].tape_at(old.config.phase) != law.scenarios[name].tape_at(new.config.phase)
    )
