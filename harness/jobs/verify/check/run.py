"""A stored run, judged again; and beside an older one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.core.history import FORMAT
from harness.jobs.verify.check.judge import beside
from harness.jobs.verify.check.values import Beside, Rejudged
from harness.judge.summary import Summary
from harness.run.held_to import held_to, otherwise
from harness.run.judged import Judged, judge_run
from harness.store import history
from harness.store import runs as store
from harness.verb.asked import Known
from harness.verb.told import keep, summary_of

OF_ANOTHER_FORMAT = "history-format"


def again(asked: Known, run: Path) -> tuple[Summary, Judged]:
    """Judge the run in folder `run` with the law of now, and keep the verdict beside its history, and the first one beside that. Raises run-missing."""
    folder = store.find(run)
    result = judge_run(asked.config, asked.law, folder)
    end = result.history.end or {}
    summary = summary_of(asked, result, folder, end.get("seconds"), None)
    store.keep_first(folder)
    keep(folder, result, summary)
    return summary, result


def with_older(asked: Known, run: Path, result: Judged, older: Path) -> Beside:
    """The run in `run`, which was judged again with that `result`, beside the one in `older`, which stays as it is. Raises run-missing, check-itself, history-other, verdict-missing,
    verdict-syntax."""
    now = held_to(asked.config)
    _untouched(store.find(older), store.find(run))
    return beside(_judged(run, result, now), _judged(older, _result(asked, older), now), now["harness"])


def _untouched(older: Path, run: Path) -> None:
    """Nothing can be said of a history that is not the one that its verdict was made of."""
    if older == run:
        raise HarnessError(
            f"{run.name} cannot be held against itself", hint="--with names an older run", code="check-itself"
        )
    said, seal = store.read_first(older)[1].get("history_sha256"), history.sealed(older / store.HISTORY)
    if seal is None or (said and said != seal):
        raise _other(older, "cut off" if seal is None else "not the one that its verdict was made of")


def _other(older: Path, what: str) -> HarnessError:
    return HarnessError(
        f"the history of {older.name} is {what}",
        hint="name a run that is as it was driven; of this one nothing can be said",
        code="history-other",
    )


def _result(asked: Known, run: Path) -> Judged | None:
    """None where this harness does not read it."""
    try:
        result = judge_run(asked.config, asked.law, store.find(run))
    except HarnessError as error:
        if error.code != OF_ANOTHER_FORMAT:
            raise
        return None
    if result.history.edited:
        raise _other(store.find(run), "not as it was written: it was changed since")
    return result


def _judged(run: Path, result: Judged | None, now: Mapping[str, Any]) -> Rejudged:
    folder = store.find(run)
    then, facts = store.read_first(folder)
    by = facts.get("judged_by", {})
    start = next(history.events(folder / store.HISTORY), {})
    return Rejudged(
        name=folder.name,
        harness=by.get("harness", ""),
        format=int(start.get("format", FORMAT) or 0),
        then=tuple(then),
        now=None if result is None else result.verdicts,
        sha256_then=facts.get("canonical_sha256", ""),
        sha256_now="" if result is None else result.canonical_sha256,
        sources=start.get("sources", {}),
        unlike=partial(otherwise, by, now) if by else None,
    )
