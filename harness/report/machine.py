"""The `--json` document of a run.

{
  "format": 1,
  "status": "pass" | "fail" | "unknown",
  "phase": 0, "scenarios": 41, "shard": "2/3" | "",              a shard's status is that of its own cells
  "counts": {"pass": 77, "fail": 1, "unknown": 0},              cells by their worst verdict
  "cells": [{"cell", "title", "path", "status", "charged_credits", "calls", "plan": [row], "finding", "seconds"}],
  "failures": [verdict], "unknowns": [verdict],                  verdict: {"checker", "status", "cell", "claim",
                                                                  "evidence": [line], "credits_delta", "finding",
                                                                  "code", "hint", "repeat"}
  "checks": 1234,                                                how many verdicts there were
  "not_asked": {"law-6": {"why": "no rate card", "checks": 77}},   of them those that the target has nothing for; {} mostly
  "part_of": 161,                                               cells that there are, where --only left some out; 0 of a whole run
  "known_wrong": {finding: [cell]}, "lost_credits": {finding: 4},   lost where workers overlapped; {} with one worker
  "calls_played": {origin: count},
  "reach": {"routes": {"of": 26, "missing": ["PUT /x/"]}},        also tasks and states, of a run with --reach
                                                                  branches, functions, handlers; {} of a part of a run
  "varied": {"distinct": {"pass": 66, "fail": 0, "unknown": 0}},   cells of other worlds, in none of the numbers above; {} without
  "undeclared": {host: {"cells": [cell], "declare": line}},     hosts that the target looked for and that no provider speaks at
  "charged_credits": 812,
  "seconds": {part: seconds}, "harness_share": 0.12 | null,
  "memory_bytes": 700000000 | null,
  "canonical_sha256": "…",
  "facts": {…}                                                   what the run says of itself: folder, isolation …
}
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from harness.core.verdict import Verdict
from harness.judge.summary import Summary
from harness.report.undeclared import declaring

FORMAT = 1


def document(summary: Summary) -> dict[str, Any]:
    """The document as JSON values."""
    return {
        "format": FORMAT,
        "status": str(summary.status),
        "phase": summary.phase,
        "scenarios": summary.scenarios,
        "shard": summary.shard,
        "part_of": summary.of,
        "counts": {str(status): count for status, count in summary.cells.items()},
        "cells": [
            {
                "cell": line.cell,
                "title": line.title,
                "path": line.path,
                "status": str(line.status),
                "charged_credits": line.charged_credits,
                "calls": line.calls,
                "plan": list(line.rows),
                "finding": line.finding,
                "seconds": round(line.seconds, 4),
            }
            for line in summary.lines
        ],
        "failures": [_verdict(verdict, summary.repeat(verdict.cell)) for verdict in summary.failures],
        "unknowns": [_verdict(verdict, summary.repeat(verdict.cell)) for verdict in summary.unknowns],
        "checks": len(summary.verdicts),
        "not_asked": {name: {"why": why, "checks": n} for name, (why, n) in summary.not_asked.items()},
        "known_wrong": {name: list(cells) for name, cells in summary.known_wrong.items()},
        "lost_credits": dict(summary.lost_credits),
        "calls_played": dict(summary.origins),
        "undeclared": undeclared(summary),
        "reach": {
            kind: {"of": one.of, "missing": list(one.missing), **({"excused": one.excused} if one.excused else {})}
            for kind, one in summary.reach.items()
        },
        "varied": {name: {str(status): n for status, n in counted.items()} for name, counted in summary.varied.items()},
        "charged_credits": summary.charged_credits,
        "seconds": {part: round(seconds, 4) for part, seconds in summary.seconds.items()},
        "harness_share": summary.harness_share,
        "memory_bytes": summary.memory_bytes,
        "canonical_sha256": summary.canonical_hash,
        "facts": dict(summary.facts),
    }


def undeclared(summary: Summary) -> dict[str, Any]:
    """What the target looked for and nobody declared, by host."""
    return {host: {"cells": list(cells), "declare": declaring(host)} for host, cells in summary.undeclared.items()}


def _verdict(verdict: Verdict, repeat: str) -> dict[str, Any]:
    body = asdict(verdict)
    return {**body, "status": str(verdict.status), "evidence": list(verdict.evidence), "repeat": repeat}  # fmt: skip
