"""Accepting a difference as a deviation of a golden, instead of as the golden's own outcome. Pure."""

from __future__ import annotations

from dataclasses import replace

from harness.core.errors import HarnessError
from harness.core.golden import SECTIONS, Deviation, Golden, Outcome, resolve
from harness.jobs.golden.values import Change, Where
from harness.judge.golden.difference import difference


def deviating(
    name: str, outcome: Outcome, golden: Golden | None, why: str, known_wrong: tuple[str, ...], where: Where
) -> Change:
    """The golden with one more deviation, that says what is different where it was asked for."""
    if golden is None:
        raise HarnessError(
            f"{name} has no golden to deviate from", hint=f"accept {name} itself first", code="golden-missing"
        )
    phases, until = _range(where)
    others = tuple(d for d in golden.deviations if (d.phases, d.paths) != (phases, where.paths))
    path = where.paths[0] if where.paths else ""
    base = resolve(replace(golden, deviations=others), phases[0] if phases else 0, path).outcome
    parts = {part: getattr(outcome, part) for part in SECTIONS if getattr(outcome, part) != getattr(base, part)}
    if not parts:
        raise HarnessError(
            f"{name} does not differ there, so there is nothing to declare",
            hint="leave out --phase, --path and --until",
            code="golden-deviation",
        )
    added = Deviation(phases=phases, paths=where.paths, why=why, until=until, parts=parts, known_wrong=known_wrong)
    before = resolve(golden, phases[0] if phases else 0, path).outcome
    return Change(
        scenario=name,
        golden=replace(golden, deviations=(*others, added)),
        credits_delta=outcome.charged_credits - before.charged_credits,
        lines=tuple(difference(before, outcome)),
    )


def _range(where: Where) -> tuple[tuple[int, int] | None, int | None]:
    """The range of phases and its end, as a golden file states them."""
    phases, until = where.phases, where.until
    if phases is None and until is not None:
        phases = (0, until - 1)
    expected = None if phases is None or phases[1] == 7 else phases[1] + 1
    if until != expected:
        ending = f"--until {expected}" if expected else "no --until"
        raise HarnessError(
            f"a deviation at phases {phases[0]}..{phases[1]} needs {ending}" if phases else "--until needs a phase",
            hint="the first phase at which it must be gone is the one after its range",
            code="golden-deviation",
        )
    return phases, until
