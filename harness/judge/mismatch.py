"""The target's own comparison log against what was seen: each mismatch logged and seen, or it is a failure.

How it logs one, harness.toml says: [target] comparison = "... {operation} old={old} new={new}". What follows as name=value
(model, units, tokens=IN+OUT) is read where it is there, and what a line does not say is not held against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.core.config import COMPARED, marker
from harness.core.counts import count, signed
from harness.core.history import CellHistory
from harness.core.rates import RateCard
from harness.core.rates.due import credits_due, use_of
from harness.core.verdict import Status, Verdict
from harness.judge.laws.provider import SNAPSHOT

TOKENS = re.compile(r"(\d+)\+(\d+)")
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One charge that two calculations price differently. `old` and `new` in credits; None: the log does not say."""

    cell: str
    operation: str
    old: int
    new: int
    model: str | None = None
    units: int | None = None
    tokens: tuple[int, int] | None = None

    def __str__(self) -> str:
        model = "a model not named" if self.model is None else self.model or "no model"
        units = "" if self.units is None else f", {self.units} unit(s)"
        tokens = ", tokens not said" if self.tokens is None else f", tokens {self.tokens[0]}+{self.tokens[1]}"
        delta = self.new - self.old
        return f"{signed(delta)} credits  {self.cell}  {self.operation} by {model}{units}{tokens}: old={self.old} new={self.new}"


def logged(cells: Iterable[CellHistory], form: str) -> tuple[list[Mismatch], list[str]]:
    """What the log says, and the lines that hold its marker and cannot be read. No `form`: there is no such log."""
    found, unread = [], []
    begins, pattern = marker(form), _pattern(form)
    for cell in cells if form else ():
        for line in cell.logs:
            if begins not in line.message:
                continue
            match = pattern.search(line.message)
            if match is None:
                unread.append(f"{cell.cell}  {line.role} logged what cannot be read: {line.message[:160]}")
                continue
            rest = dict(part.split("=", 1) for part in match["rest"].split())
            tokens = TOKENS.fullmatch(rest.get("tokens", ""))
            found.append(
                Mismatch(
                    cell=cell.cell,
                    operation=match["operation"],
                    old=int(match["old"]),
                    new=int(match["new"]),
                    model=rest.get("model"),
                    units=int(rest["units"]) if rest.get("units", "").isdigit() else None,
                    tokens=(int(tokens[1]), int(tokens[2])) if tokens else None,
                )
            )
    return found, unread


def _pattern(form: str) -> re.Pattern[str]:
    text = re.escape(form)
    for name, what in COMPARED.items():
        text = text.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{what})")
    return re.compile(text + r"(?P<rest>(?: \S+=\S+)*)")


def seen_by_card(cells: Iterable[CellHistory], card: RateCard, phase: int) -> tuple[list[Mismatch], list[str]]:
    """Charges that the rate card prices differently at `phase`; and charges that it has no rule for, one line each."""
    found, unclear = [], []
    for cell in cells:
        for row in cell.usage:
            rule = card.rule(row.operation, phase)
            if rule is None:
                unclear.append(f"{cell.cell}  {row.operation}: the rate card has no rule for it at phase {phase}")
                continue
            model = SNAPSHOT.sub("", row.model)
            due = credits_due(rule, use_of(row, model))
            if due != row.credits:
                tokens = (row.tokens_in or 0, row.tokens_out or 0)
                found.append(
                    Mismatch(cell=cell.cell, operation=row.operation, old=row.credits, new=due, model=row.model, units=row.units, tokens=tokens)
                )  # fmt: skip
    return found, unclear


def reconcile(
    said: Sequence[Mismatch], seen: Sequence[Mismatch], *, by: str, unread: Sequence[str] = (), unclear: Sequence[str] = ()
) -> Verdict:  # fmt: skip
    """Each line of `said` (the log) has a partner in `seen` in the same cell, and the other way round. `by` names how
    they were seen. A line that cannot be read fails; a charge that nothing can price is unknown."""
    left = list(seen)
    problems = list(unread)
    paired: list[Mismatch] = []
    # what says most chooses first: a line without a model must not take the partner of one that names it
    for line in sorted(said, key=lambda one: (one.model is None) + (one.units is None) + (one.tokens is None)):
        partner = next((n for n, one in enumerate(left) if _same(line, one)), None)
        if partner is None:
            problems.append(f"logged but not seen: {line}")
        else:
            paired.append(left.pop(partner))
    problems += [f"seen but not logged: {one}" for one in left]
    status = Status.FAIL if problems else Status.UNKNOWN if unclear else Status.PASS
    lines = problems or list(unclear)
    shown = [*lines[:SHOWN], *([f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])]
    total = sum(one.new - one.old for one in paired)
    summary = f"{len(paired)} mismatches logged and seen, {count(total, 'credit')} between old and new in all"
    return Verdict(
        checker="shadow-log",
        status=status,
        cell="",
        claim=f"the comparison log says what was seen {by}",
        evidence=(*shown, summary, *(str(one) for one in paired[:SHOWN])),
    )


def _same(line: Mismatch, seen: Mismatch) -> bool:
    if (line.cell, line.operation, line.old, line.new) != (seen.cell, seen.operation, seen.old, seen.new):
        return False
    said = ((line.model, seen.model), (line.units, seen.units), (line.tokens, seen.tokens))
    return all(theirs is None or theirs == ours for theirs, ours in said)
