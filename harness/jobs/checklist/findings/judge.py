"""What is known to be wrong in the target against what a run showed of it; and the plan's potential issues, answered.

A finding that shows has failed: it is a defect. It passes when its phase has ended it and every cell of it passes plainly.
What the run did not drive is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.core.counts import count
from harness.core.errors import HarnessError, did_you_mean
from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.history import CellHistory
from harness.core.rates import RateCard, as_given, credits_due, use_of
from harness.core.repeat import repeat_command
from harness.core.scenario import Scenario
from harness.core.verdict import Status, Verdict
from harness.jobs.checklist.findings.values import Charge, Entry
from harness.jobs.checklist.values import PLAN, Issue
from harness.judge import overlap
from harness.judge.laws.prices import by_tokens, how
from harness.judge.laws.provider import SNAPSHOT

PROOFS = 4


def issues_of(issues: tuple[Issue, ...], findings: Iterable[str]) -> dict[str, int]:
    """Finding -> number of the plan's issue that it answers. Raises checklist-finding for one that is not declared."""
    for issue in issues:
        for name in issue.finds:
            if name not in findings:
                raise HarnessError(
                    f"{PLAN}: issue {issue.number} is answered by the unknown finding '{name}'",
                    hint=did_you_mean(name, findings),
                    code="checklist-finding",
                )
    return {name: issue.number for issue in issues for name in issue.finds}


def entries(
    findings: Mapping[str, Finding],
    issues: Mapping[str, int],
    scenarios: Mapping[str, Scenario],
    goldens: Mapping[str, Golden],
    verdicts: Sequence[Verdict],
    phase: int,
) -> list[Entry]:
    """Every declared finding, those that answer an issue first; `issues` maps a finding to the plan's number."""
    order = sorted(findings, key=lambda name: (issues.get(name, 99), list(findings).index(name)))
    return [_entry(findings[name], issues.get(name), scenarios, goldens, verdicts, phase) for name in order]


def _entry(
    finding: Finding, issue: int | None, scenarios: Mapping[str, Scenario], goldens: Mapping[str, Golden],
    verdicts: Sequence[Verdict], phase: int,
) -> Entry:  # fmt: skip
    overlapped = [v.cell for v in verdicts if v.checker == overlap.CHECKER and v.finding == finding.id]
    cells = list(dict.fromkeys([*_cells(finding, scenarios), *overlapped]))
    laws = (*finding.laws, overlap.CHECKER)
    by_cell = {cell: [v for v in verdicts if v.cell == cell and v.checker in laws] for cell in cells}
    driven = [cell for cell in cells if by_cell[cell]]
    expected = finding.ends_at_phase is None or phase < finding.ends_at_phase
    shown, strange = {}, []
    for cell in driven:
        own = by_cell[cell]
        marked = [v for v in own if finding.id in v.finding.split(", ")]
        if marked:
            shown[cell] = tuple(f"{v.checker}: {line}" for v in marked for line in v.evidence[1:])
        if any(v.status.bad for v in own) or (bool(marked) != expected):
            strange.append(cell)
            lines = [f"{v.checker} {v.status}: {line}" for v in own if v.status.bad for line in v.evidence]
            shown[cell] = (*shown.get(cell, ()), *lines)
    told = f"{len(driven)} of {count(len(cells), 'cell')} driven"
    if not driven:
        status, state = Status.UNKNOWN, "unknown: this run drove none of its cells"
    elif strange:
        status, state = Status.FAIL, f"differs from what is declared in {', '.join(strange)} ({told})"
    elif expected:
        status, state = Status.FAIL, f"shows in {count(len(shown), 'cell')} ({told})"
    elif len(driven) < len(cells):
        status, state = Status.UNKNOWN, f"not seen at phase {phase}, but not all was driven ({told})"
    else:
        status, state = Status.PASS, f"ended: gone at phase {phase} ({told})"
    return Entry(
        id=finding.id,
        title=finding.title,
        status=status,
        state=state,
        issue=issue,
        laws=tuple(finding.laws),
        why=finding.evidence,
        shown=shown,
        goldens=tuple(_goldens(finding.id, goldens)),
        ends=f"phase {finding.ends_at_phase} ends it" if finding.ends_at_phase else "no phase ends it",
        repeat=tuple(repeat_command(name, phase) for name in finding.scenarios),
    )


def _cells(finding: Finding, scenarios: Mapping[str, Scenario]) -> Iterable[str]:
    for name in finding.scenarios:
        if "@" in name:
            yield name
        elif name in scenarios:
            yield from (f"{name}@{path}" for path in scenarios[name].paths)


def _goldens(finding: str, goldens: Mapping[str, Golden]) -> Iterable[str]:
    for golden in goldens.values():
        if finding in golden.known_wrong:
            yield f"{golden.scenario}.golden.toml"
        for deviation in golden.deviations:
            if finding in deviation.known_wrong:
                low, high = deviation.phases or (0, 7)
                yield f"{golden.scenario}.golden.toml, phases {low}..{high}"


def charges_of(
    cells: Sequence[CellHistory], scenarios: Mapping[str, Scenario], rates: RateCard, phase: int
) -> list[Charge]:
    """Every charge of a run, with its route and what the rate card says of it."""
    found = []
    for cell in cells:
        card = as_given(rates, scenarios[cell.scenario]) if cell.scenario in scenarios else rates
        route = tuple(sorted({task.name.rpartition(".")[2] for task in cell.tasks}))
        for log in cell.usage:
            rule = card.rule(log.operation, phase)
            model = SNAPSHOT.sub("", log.model)
            due = rule and credits_due(rule, use_of(log, model))
            found.append(Charge(cell=cell.cell, route=route, log=log, due=due))
    return found


def calculations(issue: int, title: str, charges: Sequence[Charge], rates: RateCard, phase: int) -> Entry:
    """The plan's third issue, answered by what was charged: by which route, how, and whether it is one calculation.

    Several calculations are a fact; a defect of money they are only where a charge is not the rate card's, or where two
    routes charge the same work of one operation differently.
    """
    operations = dict.fromkeys(charge.log.operation for charge in charges)
    shown = {name: tuple(_how(name, charges, rates, phase)) for name in operations}
    text = [charge for charge in charges if charge.tokens]
    direct = [charge for charge in text if not charge.route]
    drawn = [charge for charge in charges if not charge.tokens]
    proofs = list(_inversions(text))
    wrong = [
        f"{charge}, the rate card says {charge.due}"
        for charge in charges
        if charge.due not in (None, charge.log.credits)
    ]
    wrong += _disagreeing(text)
    unpriced = dict.fromkeys(charge.log.operation for charge in charges if charge.due is None)
    if wrong:
        status, state = Status.FAIL, "a defect of money: charges are not what they should be"
        shown["wrong"] = tuple(wrong)
    elif unpriced:
        status, state = Status.UNKNOWN, f"unknown: the rate card has no rule for {', '.join(unpriced)}"
    elif not (direct and drawn and len(text) > len(direct)):
        status, state = Status.UNKNOWN, "unknown: the run did not drive an engine, a direct and an image operation"
    elif proofs:
        status, state = Status.PASS, f"proven, no defect of money: {len(operations)} operations, several calculations, every charge as the rate card says"  # fmt: skip
    else:
        status, state = Status.UNKNOWN, "not shown: one function of tokens fits every text charge of this run"
    if proofs:
        shown["the same model, fewer tokens, more credits"] = tuple(proofs)
    cells = dict.fromkeys(charge.cell for charge in (*direct[:1], *drawn[:1], *(c for c in text if c.route)))
    return Entry(
        id="several-calculations",
        title=title,
        status=status,
        state=state,
        issue=issue,
        why="Each operation has a price of its own (contracts/rates.toml): by tokens, flat, or by image.",
        shown=shown,
        ends="no phase ends it",
        repeat=tuple(repeat_command(cell, phase) for cell in list(cells)[:3]),
    )


def _how(name: str, charges: Sequence[Charge], rates: RateCard, phase: int) -> Iterable[str]:
    own = [charge for charge in charges if charge.log.operation == name]
    alone = {c.route for c in own if all(x.log.operation == name for x in charges if x.cell == c.cell)}
    routes = "; ".join(
        " + ".join(route) or "called directly, no task"
        for route in sorted(alone, key=lambda route: (len(route), route))
    )
    rule = rates.rule(name, phase)
    if rule is None:
        priced = "no rule on the rate card"
    elif rule.kind == "tokens":
        priced = f"a credit for {rule.tokens_per_credit} tokens, at least {rule.min_credits}"
    elif by_tokens(rule):
        priced = how(rule, own[0].log)
    else:
        special = "".join(f", {model} {credits}" for model, credits in rule.models.items())
        priced = f"{count(rule.credits, 'credit')} per {rule.per or rule.kind}, whatever the tokens{special}"
    fitting = sum(charge.due == charge.log.credits for charge in own)
    yield f"{fitting} of {count(len(own), 'charge')} as: {priced}"
    yield f"by {routes or 'other work in the same cell'}"


def _inversions(text: Sequence[Charge]) -> Iterable[str]:
    """Pairs that no single function of tokens can price: fewer tokens of one model cost more credits."""
    best: dict[tuple[str, str], tuple[Charge, Charge]] = {}
    for less in text:
        for more in text:
            pair = (less.log.operation, more.log.operation)
            gap = less.log.credits - more.log.credits
            if less.tokens > more.tokens or gap <= 0 or less.log.model != more.log.model or pair[0] == pair[1]:
                continue
            if pair not in best or gap > best[pair][0].log.credits - best[pair][1].log.credits:
                best[pair] = (less, more)
    found = sorted(best.values(), key=lambda two: two[1].log.credits - two[0].log.credits)
    yield from (f"{less}, {more}" for less, more in found[:PROOFS])


def _disagreeing(text: Sequence[Charge]) -> Iterable[str]:
    seen: dict[tuple[str, str, int], Charge] = {}
    for charge in text:
        first = seen.setdefault((charge.log.operation, charge.log.model, charge.tokens), charge)
        if first.log.credits != charge.log.credits and first.due == charge.due:
            yield f"the same work by two routes: {first}, {charge}"
