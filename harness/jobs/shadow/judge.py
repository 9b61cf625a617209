"""Two runs of the same scenarios on the same tape, joined into one comparison: only-old, only-new, different, same.

facts     what is compared
declared  which differences the phases between the two declare
logs      the target's own comparison log against what was seen here

A run is compared with itself first (A/A). What differs there is noise: it makes the comparison unknown, and nothing is
ever subtracted because of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core.counts import signed
from harness.core.history import CellHistory, RunHistory
from harness.core.scenario import Scenario
from harness.core.verdict import Status, Verdict
from harness.jobs.shadow.facts import FINDERS, Fact, facts_of
from harness.judge.facts import Target

ONLY_OLD, ONLY_NEW, DIFFERENT, SAME = "only-old", "only-new", "different", "same"
SHOWN = 12
"""Differences shown for one kind; the rest is counted."""
WIDTH = 60
MISSING = "(absent)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One fact that the two runs do not share. `changed` are (path, old, new) of a fact that both have; `declared` says
    which phase declares it, "" where none does; `noisy`: the old run differs from itself in this cell and kind."""

    what: str
    old: Fact | None
    new: Fact | None
    changed: tuple[tuple[str, Any, Any], ...] = ()
    declared: str = ""
    noisy: bool = False

    @property
    def fact(self) -> Fact:
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def credits(self) -> int:
        """What a customer pays more for it; charges only, the other kinds follow from them."""
        if self.fact.kind != "charges":
            return 0
        return (self.old.value["credits"] if self.old else 0) - (self.new.value["credits"] if self.new else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`counts` maps kind -> what -> how many. `unclear` are the reasons why parts of it show nothing, one line each."""

    counts: Mapping[str, Mapping[str, int]]
    differences: tuple[Difference, ...]
    unclear: tuple[str, ...]
    cells: int


def compare(
    old: Sequence[CellHistory], new: Sequence[CellHistory], scenarios: Mapping[str, Scenario], target: Target
) -> Comparison:
    """Join the facts of every cell. A cell that one side lacks, or that did not come to rest, is unclear, not same."""
    ours, theirs = {cell.cell: cell for cell in old}, {cell.cell: cell for cell in new}
    unclear = [f"{name}: the new run has no such cell" for name in ours if name not in theirs]
    unclear += [f"{name}: the old run has no such cell" for name in theirs if name not in ours]
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in FINDERS}
    found: list[Difference] = []
    compared = 0
    for name, before in ours.items():
        after, scenario = theirs.get(name), scenarios.get(before.scenario)
        if after is None:
            continue
        unclear += [*_unsound(before, "old"), *_unsound(after, "new")]
        if scenario is None:
            unclear.append(f"{name}: there is no scenario {before.scenario}")
            continue
        compared += 1
        facts_old, facts_new = facts_of(before, scenario, target), facts_of(after, scenario, target)
        for kind in FINDERS:
            same, differences = join(facts_old[kind], facts_new[kind])
            counts[kind].update([SAME] * same + [one.what for one in differences])
            found += differences
    if not compared:
        unclear.append("no cell was compared")
    return Comparison(counts=counts, differences=tuple(found), unclear=tuple(unclear), cells=compared)


def cut_off(runs: Mapping[str, RunHistory]) -> list[str]:
    """Why some of the runs, by name, show less than was planned."""
    return [
        f"the {name} run was cut off, or left out a cell that it had planned"
        for name, run in runs.items()
        if run.end is None or {cell.cell for cell in run.cells} != set(run.planned)
    ]


def join(old: Sequence[Fact], new: Sequence[Fact]) -> tuple[int, list[Difference]]:
    """How many facts both have, and the differences in order: equal facts first, then the likeliest, then by key."""
    left, right = list(old), list(new)
    pairs = list(_paired(left, right, lambda fact: (fact.key, _text(fact.value))))
    same = len(pairs)
    pairs = list(_paired(left, right, lambda fact: (fact.key, fact.near)))
    pairs += _paired(left, right, lambda fact: fact.key)
    order = {id(fact): n for facts in (old, new) for n, fact in enumerate(facts)}
    differences = [
        Difference(what=DIFFERENT, old=a, new=b, changed=tuple(_changes(a.value, b.value))) for a, b in pairs
    ]
    differences += [Difference(what=ONLY_OLD, old=fact, new=None) for fact in left]
    differences += [Difference(what=ONLY_NEW, old=None, new=fact) for fact in right]
    return same, sorted(differences, key=lambda one: order[id(one.fact)])


def judge(real: Comparison, noise: Comparison, *, old: str, new: str) -> list[Verdict]:
    """The verdicts of a comparison whose differences say what is declared (declared.declare)."""
    return [
        _noise(noise, old),
        *(_kind(kind, real, old, new) for kind in FINDERS),
        _complete(real, f"every cell of {old} and {new} was compared"),
    ]


def marked(real: Comparison, noise: Comparison) -> tuple[Difference, ...]:
    """The differences, those noted that stand where the old run differs from itself. None is left out."""
    places = {(one.fact.cell, one.fact.kind) for one in noise.differences}
    return tuple(
        replace(one, noisy=True) if (one.fact.cell, one.fact.kind) in places else one for one in real.differences
    )


def told(one: Difference) -> str:
    """One line: credits first, then where, what, tokens, old and new."""
    fact = one.fact
    credits = f"{signed(one.credits)} credits  " if one.credits else ""
    about = "".join(f" {name}={value}" for name, value in fact.about.items())
    if one.what == DIFFERENT:
        change = "; ".join(f"{path} {_short(a)} -> {_short(b)}" for path, a, b in one.changed[:4])
        change += f"; {len(one.changed) - 4} more paths" if len(one.changed) > 4 else ""
        if fact.kind == "usage":
            change += f" (tokens {fact.value['tokens_in']}+{fact.value['tokens_out']}, model {fact.value['model']})"
    else:
        change = f"{one.what}: {_short(fact.value, 2 * WIDTH)}"
    noisy = "  (noisy: the old run differs from itself here)" if one.noisy else ""
    return f"{credits}{fact.cell}  {fact.name}{about}: {change}{noisy}"


def _kind(kind: str, real: Comparison, old: str, new: str) -> Verdict:
    own = [one for one in real.differences if one.fact.kind == kind]
    open_ones = sorted((one for one in own if not one.declared), key=lambda one: -abs(one.credits))
    counted = real.counts[kind]
    summary = ", ".join(f"{counted.get(what, 0)} {what}" for what in (SAME, DIFFERENT, ONLY_OLD, ONLY_NEW))
    lines = [told(one) for one in open_ones[:SHOWN]]
    lines += [f"and {len(open_ones) - SHOWN} more"] if len(open_ones) > SHOWN else []
    declared = Counter(one.declared for one in own if one.declared)
    return Verdict(
        checker=f"shadow-{kind}",
        status=Status.FAIL if open_ones else Status.PASS,
        cell="",
        claim=f"{kind} of {old} and {new} differ only as declared",
        evidence=(*lines, summary, *(f"{count} declared by {why}" for why, count in declared.items())),
        credits_delta=sum(one.credits for one in open_ones) or None,
    )


def _noise(noise: Comparison, old: str) -> Verdict:
    lines = [*noise.unclear, *(told(one) for one in noise.differences[:SHOWN])]
    lines += [f"and {len(noise.differences) - SHOWN} more"] if len(noise.differences) > SHOWN else []
    same = sum(count.get(SAME, 0) for count in noise.counts.values())
    return Verdict(
        checker="shadow-noise",
        status=Status.UNKNOWN if lines else Status.PASS,
        cell="",
        claim=f"{old} does the same twice (the noise floor is zero)",
        evidence=tuple(lines) or (f"{same} facts of {noise.cells} cells, no difference",),
        hint="what differs between two runs of the same code cannot be told from a change; nothing was subtracted"
        if lines
        else "",
    )


def _complete(real: Comparison, claim: str) -> Verdict:
    return Verdict(
        checker="shadow-complete",
        status=Status.UNKNOWN if real.unclear else Status.PASS,
        cell="",
        claim=claim,
        evidence=real.unclear[:SHOWN] or (f"{real.cells} cells",),
    )


def _unsound(cell: CellHistory, side: str) -> Iterator[str]:
    """Why the facts of a cell show less than they seem to: equal failures are no agreement."""
    if not cell.settled:
        yield f"{cell.cell}: the {side} run did not come to rest: {cell.settle_reason}"
    for call in cell.calls:
        if call.disposition in ("unmatched", "invalid"):
            yield f"{cell.cell}: the {side} run asked what no recording answers: {call.route} call {call.n}"


def _paired(left: list[Fact], right: list[Fact], key: Callable[[Fact], Hashable]) -> Iterator[tuple[Fact, Fact]]:
    """Take facts of equal key out of both lists, first with first."""
    waiting: dict[Hashable, list[Fact]] = {}
    for fact in right:
        waiting.setdefault(key(fact), []).append(fact)
    for fact in list(left):
        if partners := waiting.get(key(fact)):
            partner = partners.pop(0)
            _drop(left, fact)
            _drop(right, partner)
            yield fact, partner


def _drop(facts: list[Fact], gone: Fact) -> None:
    del facts[next(n for n, fact in enumerate(facts) if fact is gone)]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    before, after = dict(_leaves(old)), dict(_leaves(new))
    for path in dict.fromkeys((*before, *after)):
        if before.get(path, MISSING) != after.get(path, MISSING):
            yield path, before.get(path, MISSING), after.get(path, MISSING)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    if not items and not (isinstance(value, Mapping | list | tuple) and path == ""):
        yield path, value
    for key, item in items:
        yield from _leaves(item, f"{path}.{key}" if path else str(key))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _short(value: Any, width: int = WIDTH) -> str:
    text = value if isinstance(value, str) else _text(value)
    return text if len(text) <= width else f"{text[: width - 1]}…"
