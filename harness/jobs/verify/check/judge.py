"""Which differences between two stored runs the harness made, and which the target did. Pure.

The older run is judged by this harness, too: what is judged otherwise though nothing was driven is the harness's, or of what is locked since. What is
left differs between the histories: the target's, where the same harness drove both; the harness's, where target, scenarios and recordings are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.core.verdict import Verdict
from harness.jobs.verify.check.values import Beside, Cause, Otherwise, Rejudged

ABSENT = "not there"
OURS = frozenset({"scenarios", "cassettes"})
"""Of what was driven, that which is not the target itself."""
UNSAID = "the run does not say what it was held to"

_Key = tuple[str, str]


def beside(run: Rejudged, older: Rejudged, harness: str) -> Beside:
    """`harness` is the one that judges now; `run` is of its format."""
    rejudged = () if older.now is None else tuple(_rejudged(older, harness))
    compared = _by_key(older.then if older.now is None else older.now)
    made = {(one.about, one.checker): one.lines for one in rejudged}
    differs, same, harness_made = list[Otherwise](), 0, 0
    cause, of = _between(run, older)
    for verdict in run.now or ():
        if not verdict.status.bad:
            continue
        there = compared.get(_key(verdict))
        lines = _new(verdict, there)
        if not lines:
            same += 1
            harness_made += _key(verdict) in made
            continue
        then = str(there.status) if there else ABSENT
        differs.append(
            Otherwise(about=verdict.cell, checker=verdict.checker, then=then, now=str(verdict.status), lines=lines, cause=cause, of=of)
        )  # fmt: skip
    return Beside(
        run=run.name,
        older=older.name,
        harness_then=older.harness,
        harness_now=harness,
        format_then=older.format,
        format_now=run.format,
        reads=older.now is not None,
        canonical=(older.sha256_then, older.sha256_now),
        rejudged=rejudged,
        differs=tuple(differs),
        same=same,
        harness_made=harness_made,
        common=len({one.cell for one in run.now or () if one.cell} & {cell for cell, _ in compared if cell}),
    )


def _rejudged(older: Rejudged, harness: str) -> Iterable[Otherwise]:
    then, now = _by_key(older.then), _by_key(older.now or ())
    for key in sorted({*then, *now}):
        before, after = then.get(key), now.get(key)
        was, is_now = (str(one.status) if one else ABSENT for one in (before, after))
        lines = _new(after, before) if after is not None and after.status.bad else ()
        quiet = before is None and after is not None and not after.status.bad  # a check that is new, and holds
        if (was == is_now and not lines) or quiet:
            continue
        cause, of = _of_judging(older, harness, key[0])
        yield Otherwise(about=key[0], checker=key[1], then=was, now=is_now, lines=lines, cause=cause, of=of)


def _of_judging(older: Rejudged, harness: str, about: str) -> tuple[Cause, tuple[str, ...]]:
    other = older.harness != harness
    if older.unlike is None:
        return Cause.EITHER, (UNSAID,)
    unlike = tuple(older.unlike(about.partition("@")[0]))
    if other:
        return (Cause.EITHER, unlike) if unlike else (Cause.ALONE, ())
    return (Cause.LOCKED, unlike) if unlike else (Cause.NEITHER, ())


def _between(run: Rejudged, older: Rejudged) -> tuple[Cause, tuple[str, ...]]:
    """Whose a difference between the two histories is."""
    unlike = tuple(
        sorted(name for name in {*run.sources, *older.sources} if run.sources.get(name) != older.sources.get(name))
    )
    other = "" in (run.harness, older.harness) or run.harness != older.harness or run.format != older.format
    if other:
        return (Cause.UNTOLD, unlike) if unlike else (Cause.DRIVES, ())
    if not unlike:
        return Cause.CHANCE, ()
    return (Cause.MATERIAL if OURS.issuperset(unlike) else Cause.TARGET), unlike


def _new(verdict: Verdict, before: Verdict | None) -> tuple[str, ...]:
    """Lines of evidence that were not there; all, and never none, of one that was right."""
    if before is None or not before.status.bad:
        return verdict.evidence or (verdict.claim,)
    known = set(before.evidence)
    return tuple(line for line in verdict.evidence if line not in known)


def _by_key(verdicts: Sequence[Verdict]) -> Mapping[_Key, Verdict]:
    return {_key(one): one for one in verdicts}


def _key(verdict: Verdict) -> _Key:
    return verdict.cell, verdict.checker
