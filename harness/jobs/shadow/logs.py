"""The comparison log of each side of a shadow run against what was seen: verdicts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.core.history import CellHistory
from harness.core.rates import RateCard
from harness.core.verdict import Status, Verdict
from harness.jobs.shadow.judge import SHOWN, Comparison
from harness.judge.mismatch import Mismatch, logged, reconcile, seen_by_card


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSide:
    """One state of the target: whether it `keeps` a log, and the phase that sets the new price (`switch`, None without a
    log or where no phase does). `form` is how it logs a comparison."""

    name: str
    phase: int
    keeps: bool
    switch: int | None
    form: str
    cells: Sequence[CellHistory]


def judge_logs(old: LogSide, new: LogSide, rates: RateCard, real: Comparison) -> list[Verdict]:
    """The comparison log of each side that keeps one. Between a side that compares and one that charges the new price
    what was seen is the difference itself; otherwise it is the rate card of the phase that sets the new price."""
    verdicts = []
    for here, there in ((old, new), (new, old)):
        said, unread = logged(here.cells, here.form)
        if not here.keeps:
            if said or unread:
                verdicts.append(_stray(here.name, said, unread))
            continue
        later = there.phase > here.phase or here.switch is None
        if later and not there.keeps:
            seen = seen_between(real if here is old else _turned(real))
            verdicts.append(reconcile(said, seen, by=f"between {here.name} and {there.name}", unread=unread))
        elif here.switch is not None:
            seen, unclear = seen_by_card(here.cells, rates, here.switch)
            by = f"in {here.name}, priced by the rate card of phase {here.switch}"
            verdicts.append(reconcile(said, seen, by=by, unread=unread, unclear=unclear))
        else:
            verdicts.append(_alone(here.name))
    return verdicts


def seen_between(comparison: Comparison) -> list[Mismatch]:
    """Charges that cost other credits in the new run than in the old one, as the usage logs of both say."""
    return [
        Mismatch(
            cell=one.fact.cell,
            operation=one.fact.key[1],
            old=one.old.value["credits"],
            new=one.new.value["credits"],
            model=one.old.value["model"],
            units=one.old.value["units"],
            tokens=(one.old.value["tokens_in"], one.old.value["tokens_out"]),
        )
        for one in comparison.differences
        if one.fact.kind == "usage" and one.old and one.new and one.old.value["credits"] != one.new.value["credits"]
    ]


def _turned(real: Comparison) -> Comparison:
    return replace(real, differences=tuple(replace(one, old=one.new, new=one.old) for one in real.differences))


def _stray(name: str, said: Sequence[object], unread: Sequence[str]) -> Verdict:
    lines = [*unread, *map(str, said)]
    return Verdict(
        checker="shadow-log",
        status=Status.FAIL,
        cell="",
        claim=f"{name} has one calculation and logs no comparison",
        evidence=(f"it logged {len(lines)}", *lines[:SHOWN]),
    )


def _alone(name: str) -> Verdict:
    return Verdict(
        checker="shadow-log",
        status=Status.UNKNOWN,
        cell="",
        claim=f"the comparison log of {name} says what was seen",
        evidence=("no later phase sets prices: there is nothing to compare the log with",),
    )
