"""From histories to verdicts. The registries below are all the checks there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from harness.core.config import Config
from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.golden.surface import Surfaces
from harness.core.history import CellHistory
from harness.core.rates import RateCard
from harness.core.scenario import Scenario
from harness.core.variation import CONTENDED, HELD, named
from harness.core.verdict import Status, Verdict
from harness.judge import overlap
from harness.judge.asked import not_asked, why_not
from harness.judge.code import code_reached, excuses_used
from harness.judge.context import Context, Noted, RunContext, of_cell
from harness.judge.declared import complete, findings_used, goldens_used, own_tests_pass
from harness.judge.facts import target_of
from harness.judge.fewer import as_much
from harness.judge.golden.agreement import Named, paths_agree, split_is_combined
from harness.judge.golden.locked import golden
from harness.judge.known import weigh, weigh_loosely
from harness.judge.laws.atomic import charge_is_one_transaction
from harness.judge.laws.balance import balance_chains, balance_is_the_sum, never_negative
from harness.judge.laws.charges import one_log_one_deduction
from harness.judge.laws.journal import rows_agree
from harness.judge.laws.prices import as_the_rate_card
from harness.judge.laws.provider import charged_once
from harness.judge.laws.refunds import refunded_once
from harness.judge.laws.refused import refused_leaves_nothing
from harness.judge.laws.relations import equal_use_costs_the_same, more_is_never_cheaper, parts_cost_the_whole
from harness.judge.laws.rows import nothing_stuck, old_rows_never_change, others_untouched
from harness.judge.laws.scale import signs_and_scales
from harness.judge.laws.secrets import no_secret_is_told
from harness.judge.laws.strangers import nothing_of_others_is_told
from harness.judge.laws.trust import certificates_are_verified
from harness.judge.laws.world import the_world_is_another
from harness.judge.result import Result, breaks, guarded, verdict_of
from harness.judge.surface.freed import free_used
from harness.judge.surface.locked import made_in, surface, surfaces_used
from harness.judge.surface.target import declared
from harness.judge.traffic import http, provider, settle, shape

CellCheck = Callable[[CellHistory, Context], Result]
RunCheck = Callable[[Sequence[CellHistory], RunContext], Iterable[Named]]

WORLD = "world"
"""The one check that only a varied cell is asked."""
CELL_CHECKERS: dict[str, tuple[str, CellCheck]] = {
    "settle": ("the work came to rest", settle),
    "shape": ("no table has another shape than before", shape),
    "journal": ("tables, transactions and balances agree on every row", rows_agree),
    WORLD: ("the world is varied as its name says", the_world_is_another),
    "http": ("every request was answered as expected", http),
    "provider": ("every provider request fits its recording and its contract", provider),
    "golden": ("the outcome is the locked one", golden),
    "surface": ("what was observed beyond credits is the locked one", surface),
    "certificates": ("certificates of providers are verified", certificates_are_verified),
    "secrets": ("no secret is told where it is not kept", no_secret_is_told),
    "law-1": ("balance = opening + sum of amounts", balance_is_the_sum),
    "law-2": ("balance_after chains and ends at the balance", balance_chains),
    "law-3": ("no balance is negative", never_negative),
    "law-4": ("one billable operation, one usage log, one deduction, equal credits", one_log_one_deduction),
    "law-5": ("every provider success is charged once, with the provider's tokens", charged_once),
    "law-6": ("credits and cost equal the rate card", as_the_rate_card),
    "law-7": ("old ledger rows never change", old_rows_never_change),
    "law-8": ("a refund is at most the original, once", refunded_once),
    "law-9": ("other accounts are untouched", others_untouched),
    "law-10": ("what is refused leaves no row and no provider call", refused_leaves_nothing),
    "law-11": ("nothing is stuck in progress", nothing_stuck),
    "law-14": ("signs and scales are fixed", signs_and_scales),
    "law-15": ("a charge is one transaction", charge_is_one_transaction),
    "law-16": ("nobody is told what is another's", nothing_of_others_is_told),
}
"""name -> (claim, check), judged for each cell, in this order."""

IN_ANY_WORLD = (
    "settle",
    "shape",
    "journal",
    WORLD,
    "surface",
    "certificates",
    "secrets",
    "law-1",
    "law-2",
    "law-3",
    "law-7",
    "law-9",
    "law-14",
    "law-15",
    "law-16",
)
"""Of them those that hold whatever the prices are, and however a provider answers: what a varied cell is asked."""
NOT_OF_AN_EDIT = ("law-14",)
"""With a price of nothing a charge of nothing is right."""
NOT_WHERE_HELD = ("law-2",)
"""What a movement left before somebody else gave credits is not what the next one found, and no movement says that they did."""

RUN_CHECKERS: dict[str, tuple[str, RunCheck]] = {
    "complete": ("every planned cell was judged", complete),
    "law-12": ("the paths of a scenario agree", paths_agree),
    "law-13": ("split work costs what combined work costs", split_is_combined),
    "law-17": ("equal use costs the same, on each path and in any order", equal_use_costs_the_same),
    "law-18": ("more is never cheaper", more_is_never_cheaper),
    "law-19": ("work in parts costs what it costs at once", parts_cost_the_whole),
    "own-tests": ("the target's own tests pass", own_tests_pass),
    "goldens-used": ("no golden or deviation is unused", goldens_used),
    "surfaces-used": ("no surface is unused", surfaces_used),
    "declared": ("what the target declares is the locked", declared),
    "free-used": ("nothing is free for nothing", free_used),
    "reach": ("what was reached of the code is reached", code_reached),
    "reach-used": ("nothing of the code is excused for nothing", excuses_used),
    "findings-used": ("findings and scenarios name each other", findings_used),
    "coverage": ("no less is driven and asked than was accepted", as_much),
}
"""name -> (claim, check), judged once for a run; each may speak of several scenarios."""

OF_EVERY_WORLD = ("complete", "law-17", "law-18", "law-19")
"""Of the run checkers those that look at varied cells, too."""
OF_THE_WHOLE = tuple(name for name in RUN_CHECKERS if name not in ("complete", "declared"))
"""Of the run checkers those that a part of a run cannot answer: they are left to the merge."""


def judge(
    cells: Sequence[CellHistory],
    scenarios: Mapping[str, Scenario],
    goldens: Mapping[str, Golden],
    rates: RateCard,
    findings: Mapping[str, Finding],
    config: Config,
    phase: int,
    *,
    planned: Sequence[str] | None = None,
    part: bool = False,
    workers: int = 1,
    surfaces: Surfaces | None = None,
    noted: Noted | None = None,
) -> list[Verdict]:
    """Every verdict on a run, cells first. `scenarios`, `goldens` and `findings` are all there are, driven or not.

    `planned` are the cell ids that the run set out to drive (RunHistory.planned): each that is missing fails. Of a
    `part` of a run (a shard) nothing is said that needs the whole. With more than one of `workers` a finding may say
    that deductions were lost by overlapping (harness.judge.overlap). Without `surfaces` nobody asks for what is beyond credits.
    `noted` is what is known of the code that ran.
    """
    target = target_of(config)
    made = made_in(surfaces) if surfaces is not None else frozenset()
    lossy = overlap.shows(findings.values(), workers, phase)
    verdicts: list[Verdict] = []
    seen: list[CellHistory] = []
    for cell in cells:
        context = of_cell(
            cell, scenarios, goldens, findings, target=target, rates=rates, phase=phase, surfaces=surfaces, workers=workers, made=made
        )  # fmt: skip
        if context is None:
            seen.append(cell)
            continue  # the run check "complete" fails on it
        as_seen, own = _overlap_weighed(cell, context, lossy)
        seen.append(as_seen)
        verdicts += own
    run = RunContext(
        scenarios=scenarios,
        goldens=goldens,
        target=target,
        phase=phase,
        rates=rates,
        findings=findings,
        planned=None if planned is None else tuple(planned),
        surfaces=surfaces,
        noted=noted,
        every_world=noted is not None and noted.history.every_world,
    )
    return verdicts + [one for one in check_run(seen, run) if not (part and one.checker in OF_THE_WHOLE)]


def check_cell(cell: CellHistory, context: Context) -> list[Verdict]:
    """One verdict of each cell checker, findings weighed in; of a cell in which the stack broke this alone is said."""
    return [
        verdict_of(name, claim, cell.cell, result_of(name, cell, context, weighed=True))
        for name, (claim, _) in CELL_CHECKERS.items()
        if (name != "surface" or context.surfaces is not None)
        and (name == "settle" if cell.broken else asked_of(name, cell.variation))
    ]


def asked_of(name: str, variation: str) -> bool:
    """Whether a check is asked of a cell in that world."""
    if not variation:
        return name != WORLD
    laid = named(variation)
    spared = (
        *(NOT_OF_AN_EDIT if laid.edit else ()),
        *(NOT_WHERE_HELD if HELD in laid.answers or CONTENDED in laid.rows else ()),
    )
    return name in IN_ANY_WORLD and name not in spared


def result_of(name: str, cell: CellHistory, context: Context, *, weighed: bool = False) -> Result:
    """What one cell checker says of a cell, findings `weighed` in; not asked where the target has nothing that it needs."""
    if name == "surface" and (lacks := unlocked(context, cell.variation)):
        if context.target.surfaces_locked and context.workers == 1:
            return breaks(
                [f"{lacks}, and harness.toml says that surfaces are locked"],
                code="surface-missing",
                hint='bring the files back, or accept them: harness golden accept "*" --surface --why "..."',
            )
        return not_asked(name, lacks, None)
    if lacks := why_not(name, context.target.ledger, context.rates):
        return not_asked(name, lacks, context.golden)
    result = guarded(CELL_CHECKERS[name][1], cell, context)
    if not weighed:
        return result
    named_here = [one for one in context.findings if cell.cell in one.scenarios and name in one.laws]
    if cell.variation and not named_here:
        return weigh_loosely(name, result, context.findings)
    return weigh(name, result, named_here if cell.variation else context.findings)


def unlocked(context: Context, variation: str) -> str:
    """Why nothing beyond credits can be asked; "" when it can."""
    if context.workers > 1:
        return "several workers have no order that could be locked"
    if context.surfaces is None:
        return "nobody asks for it"
    if variation and not (context.surfaces.broken or context.surfaces.of_worlds()):
        return "no varied world is locked: the laws alone are asked of them"
    return context.surfaces.why_not(context.phase)


def _overlap_weighed(cell: CellHistory, context: Context, lossy: Finding | None) -> tuple[CellHistory, list[Verdict]]:
    """The cell's verdicts; where lost deductions, and nothing else, explain what is wrong, those of the cell in turn."""
    own = check_cell(cell, context)
    broken = any(one.checker in overlap.BREAKS and one.status is Status.FAIL for one in own)
    if lossy is None or lossy in context.findings or not broken:
        return cell, own
    found = overlap.in_turn(cell, context.target.ledger)
    if isinstance(found, overlap.InTurn):
        again = overlap.as_read(own, check_cell(found.cell, context))
        wrong = ", ".join(one.checker for one in again if one.status.bad)
        if not wrong:
            lost = verdict_of(overlap.CHECKER, overlap.CLAIM, cell.cell, overlap.known_wrong(lossy, found.lost))
            return found.cell, [*again, lost]
        found = f"with its deductions in turn, {wrong} would still not pass"
    return cell, [*own, verdict_of(overlap.CHECKER, overlap.CLAIM, cell.cell, overlap.not_excused(lossy, found))]


def check_run(cells: Sequence[CellHistory], context: RunContext) -> list[Verdict]:
    """The verdicts of each run checker."""
    made = []
    plain = [cell for cell in cells if not cell.variation and not cell.broken]
    for name, (claim, check) in RUN_CHECKERS.items():
        lacks = why_not(name, context.target.ledger, context.rates)
        for about, result in check(cells if name in OF_EVERY_WORLD else plain, context):
            asked = not_asked(name, lacks, context.goldens.get(about)) if lacks else result
            made.append(verdict_of(name, claim, about, asked))
    return made
