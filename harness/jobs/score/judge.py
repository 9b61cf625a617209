"""What a job's document says of a planted patch, and what all of them come to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.score.values import MISTAKE, NEUTRAL, Heard, How, Measured, Outcome, Score, Share

NINETY_FIVE = 1.959964
"""Standard deviations on both sides of the mean that hold 95 % of a normal distribution."""


def said(job: str, code: int | None, document: Mapping[str, Any], *, seconds: float, day: str) -> Outcome:
    """What `job` said: `code` is its exit code (None: it did not end in time), `document` what --json printed ({}: nothing).

    An exit code that says "difference" without a verdict that says which is BOOT with the code `silent`: nobody is told anything. Where only
    affected cells were asked for and there are none, nobody would have seen it, either.
    """
    heard = tuple(_heard(job, document))
    error = document.get("error", {})
    if code is None:
        how, why = How.TIME, ""
    elif code == OK or (code == DIFFERENCES and "affected" in document):  # which a run of cells does not print
        how, why = How.SURVIVED, ""
    elif code == DIFFERENCES and heard:
        how, why = How.TOLD, ""
    else:
        how, why = How.BOOT, str(error.get("code") or "silent")
    return Outcome(how=how, by=heard if how is How.TOLD else (), code=why, seconds=seconds, measured_on=day)


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """What several jobs said of one patch, in their order: told where one of them tells it, and stopped only where none does."""
    order = (How.TOLD, How.BOOT, How.TIME, How.SURVIVED)
    how = next(how for how in order if any(one.how is how for one in outcomes))
    return Outcome(
        how=how,
        by=tuple(heard for one in outcomes for heard in one.by),
        code=next((one.code for one in outcomes if one.how is how), ""),
        seconds=sum(one.seconds for one in outcomes),
        measured_on=outcomes[-1].measured_on,
        asked=len(outcomes),
    )


def score(measured: Iterable[Measured]) -> Score:
    """Tables of what was measured."""
    every = tuple(measured)
    mistakes = [one for one in every if one.entry.role == MISTAKE]
    asked = [one for one in mistakes if one.outcome.how in (How.TOLD, How.SURVIVED)]
    told = [one for one in asked if one.outcome.how is How.TOLD]
    neutral = [one for one in every if one.entry.role == NEUTRAL]
    loud = [one for one in neutral if one.outcome.how is not How.SURVIVED]
    whole = Share(told=len(told), of=len(asked))
    most = max((one.outcome.asked for one in asked), default=0)
    steps = [Share(told=sum(one.outcome.asked <= n for one in told), of=len(asked)) for n in range(1, most + 1)]
    first = Counter(_name(one.outcome.by[0]) for one in told)
    return Score(
        whole=whole,
        lower=wilson_lower(whole.told, whole.of),
        steps=tuple(steps),
        kinds={kind: _share(asked, kind) for kind in sorted({one.entry.kind for one in asked})},
        first=dict(sorted(first.items(), key=lambda item: (-item[1], item[0]))),
        golden_alone=tuple(one for one in told if one.outcome.golden_alone),
        survivors=tuple(one for one in asked if one.outcome.how is How.SURVIVED),
        stopped=tuple(one for one in mistakes if one.outcome.how in (How.BOOT, How.TIME)),
        neutral=Share(told=len(neutral) - len(loud), of=len(neutral)),
        alarms=tuple(one for one in loud if not one.entry.changes),
        declared=tuple(one for one in loud if one.entry.changes),
    )


def wilson_lower(told: int, of: int, z: float = NINETY_FIVE) -> float:
    """The lower end of Wilson's interval for a share: what is left of it when luck in the choice of mistakes is taken off.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927).
    """
    if not of:
        return 0.0
    share = told / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + z * z / of))


def _share(asked: Sequence[Measured], kind: str) -> Share:
    here = [one for one in asked if one.entry.kind == kind]
    return Share(told=sum(one.outcome.how is How.TOLD for one in here), of=len(here))


def _heard(job: str, document: Mapping[str, Any]) -> Iterable[Heard]:
    """The checks that did not pass, in the order in which the job tells them."""
    verdicts = [*document.get("failures", ()), *document.get("unknowns", ()), *document.get("verdicts", ())]
    bad = [one for one in verdicts if Status(one["status"]).bad]
    for check in dict.fromkeys(one["checker"] for one in bad):
        here = [one for one in bad if one["checker"] == check]
        cells = list(dict.fromkeys(one["cell"] for one in here if one.get("cell")))
        evidence = next((line for one in here for line in one["evidence"]), "")
        yield Heard(job=job, check=check, cells=len(cells), cell=cells[0] if cells else "", evidence=evidence)


def _name(heard: Heard) -> str:
    return heard.check if heard.job == "verify" else f"{heard.job} {heard.check}"
