"""Several runs judged as one, and how long the cells of a run took."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.core.config import Config
from harness.core.counts import count
from harness.core.errors import HarnessError
from harness.jobs.report import merge
from harness.judge.summary import Summary
from harness.run.judged import as_driven, judge_run
from harness.store import durations, history
from harness.store import runs as store
from harness.store.durations import Durations
from harness.verb.asked import Known
from harness.verb.told import keep, summary_of


def merged(asked: Known, folders: Sequence[Path], runs: Path, *, partial: bool) -> Summary:
    """Make one run below `runs` of the shards in `folders`, judge it whole, keep the verdict. Raises what merging refuses."""
    found = merge.check(asked.config, [store.find(folder) for folder in folders], partial=partial)
    folder = store.begin(runs)
    merge.write(found, folder)
    result = judge_run(asked.config, asked.law, folder)
    facts = {"merged": f"{count(len(found.parts), 'shard')}, the longest took {found.longest_s:.1f} s"}
    summary = summary_of(asked, result, folder, found.seconds, None, facts)
    keep(folder, result, summary)
    return summary


def durations_of(config: Config, run: Path) -> Durations:
    """How long each cell of a whole run took. Raises durations-part for a part of a plan."""
    folder = store.find(run)
    stored = history.read(folder / store.HISTORY, as_driven(config, folder).ledger)
    taken = durations.of_cells(stored.cells)
    if not stored.start.get("whole") or set(taken.milliseconds) != set(stored.planned):
        raise HarnessError(
            f"{run} does not say how long every cell takes: {len(taken.milliseconds)} of its cells came to rest",
            hint="write durations from a run of the whole plan: harness verify, without --only, --path or --shard",
            code="durations-part",
        )
    return taken
