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
    """The run in `run`, which was judged again with that `result`, beside the one in `older`, which stays as it is. Raises run-missing, verdict-missing, verdict-syntax."""
    now = held_to(asked.config)
    return beside(_judged(run, result, now), _judged(older, _result(asked, older), now), now["harness"])


def _result(asked: Known, run: Path) -> Judged | None:
    """None where this harness does not read it."""
    try:
        return judge_run(asked.config, asked.law, store.find(run))
    except HarnessError as error:
        if error.code != OF_ANOTHER_FORMAT:
            raise
        return None


def _judged(run: Path, result: Judged | None, now: Mapping[str, Any]) -> Rejudged:
    folder = store.find(run)
    then, facts = store.read_first(folder)
    by = facts.get("judged_by", {})
    start = next(history.events(folder / store.HISTORY), {})
    return Rejudged(
        name=folder.name,
        harness=by.get("harness", ""),
        format=int(start.get("format", FORMAT)),
        then=tuple(then),
        now=None if result is None else result.verdicts,
        sha256_then=facts.get("canonical_sha256", ""),
        sha256_now="" if result is None else result.canonical_sha256,
        sources=start.get("sources", {}),
        unlike=partial(otherwise, by, now) if by else None,
    )
