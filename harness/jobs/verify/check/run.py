"""A stored run, judged again."""

from __future__ import annotations

from pathlib import Path

from harness.judge.summary import Summary
from harness.run.judged import judge_run
from harness.store import runs as store
from harness.verb.asked import Known
from harness.verb.told import keep, summary_of


def again(asked: Known, run: Path) -> Summary:
    """Judge the run in folder `run` with the law of now, and keep the verdict beside its history. Raises run-missing."""
    folder = store.find(run)
    result = judge_run(asked.config, asked.law, folder)
    end = result.history.end or {}
    summary = summary_of(asked, result, folder, end.get("seconds"), None)
    keep(folder, result, summary)
    return summary
