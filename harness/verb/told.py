"""What is done with a history once it is driven, merged or found again: judged, kept, and told."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from harness.core import stages
from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.look import versions
from harness.core.tier import USUAL
from harness.core.verdict import Status
from harness.judge.facts import target_of
from harness.judge.reach import reach
from harness.judge.summary import Summary, summarize
from harness.report import html, machine, terminal
from harness.run import judged
from harness.run.drive import Driven
from harness.run.held_to import held_to
from harness.store import history
from harness.store import runs as store
from harness.verb.asked import Known


def told(asked: Known, driven: Driven, folder: Path, out: Console, as_json: bool, *, tables: bool = True) -> int:
    """Judge what was driven, keep the verdict, print the report; the exit code."""
    compared = time.perf_counter()
    result = judged.judge_run(asked.config, asked.law, folder)
    driven.seconds[stages.COMPARE] = time.perf_counter() - compared
    summary = summary_of(asked, result, folder, driven.seconds, driven.memory_bytes, driven.facts)
    keep(folder, result, summary)
    driven.seconds[stages.REPORT] = time.perf_counter() - compared - driven.seconds[stages.COMPARE]
    summary = summary_of(asked, result, folder, driven.seconds, driven.memory_bytes, driven.facts)
    terminal.print_report(out, summary, tables=tables)
    if as_json:
        print(json.dumps(machine.document(summary), default=plain))
    return OK if summary.status is Status.PASS else DIFFERENCES


def summary_of(
    asked: Known, result: judged.Judged, folder: Path, seconds: Mapping[str, float] | None, memory_bytes: int | None,
    facts: Mapping[str, str] | None = None,
) -> Summary:  # fmt: skip
    """What every report says of a judged run, and `facts` beside."""
    start = result.history.start
    return summarize(
        result.verdicts,
        result.history.cells,
        asked.scenarios,
        asked.law.findings,
        phase=result.phase,
        target=target_of(result.config),
        origins=result.origins,
        seconds=seconds,
        memory_bytes=memory_bytes,
        canonical_hash=result.canonical_sha256,
        facts={
            "target": asked.config.name,
            "isolation": start.get("isolation", "unknown"),
            **({"not held": "; ".join(start["not_held"])} if start.get("not_held") else {}),
            **versions.lines(start.get("versions", {})),
            **(facts or {}),
            "kept in": _shown(folder),
        },
        shard=result.history.shard,
        whole=start.get("whole") is not False,
        tier=start.get("tier", USUAL),
        workers=result.history.workers,
        free=result.config.free,
        reached=reach(
            start, result.history.cells, result.config.tables, result.history.code, result.config.reach.excused
        ),
    )


def keep(folder: Path, result: judged.Judged, summary: Summary) -> None:
    """Write verdict.json and report.html beside the history."""
    facts = {
        "phase": result.phase,
        "canonical_sha256": result.canonical_sha256,
        "history_sha256": history.sealed(folder / store.HISTORY),
        "judged_by": held_to(result.config),
    }
    odd = {"shard": summary.shard, "undeclared": machine.undeclared(summary)}
    store.write_verdict(folder, result.verdicts, facts | {name: value for name, value in odd.items() if value})
    html.write(folder / store.REPORT, summary)


def _shown(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
