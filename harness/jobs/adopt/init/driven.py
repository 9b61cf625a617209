"""What was found, recorded, driven, accepted and driven again: as commands of the harness, run as anybody would type them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.core.counts import count
from harness.core.verdict import Status
from harness.jobs.adopt.init import noise, texts
from harness.jobs.adopt.init.values import How, Outcome, Tried, named_once
from harness.verb.accepting import in_ci

WHY = "as harness init found it: nobody has said yet that it is right to charge {charged} for it"
SEEN = "as harness init found it, and nobody has read it yet"
SURFACE = "surface"
NOT_YET = ("golden-missing", "surface-missing")
DECLARED, WHOLE = "declared/target", "the whole run"
Say = Callable[[str], None]


def driven(project: Path, found: Sequence[Tried], how: How, say: Say, outcome: Outcome) -> None:
    """Record, drive, accept, drive again: as commands."""
    ones = named_once(found)
    begun = time.perf_counter()
    calling = [one.way.id for one in ones if one.calls]
    if calling and _harness(project, "record", *calling)[0]:
        for name in calling:  # one that cannot be recorded keeps no other from it
            code, said = _harness(project, "record", name)
            if code:
                outcome.red[name] = _first(said)
    only = [word for one in ones if one.way.id not in outcome.red for word in ("--only", one.way.id)]
    if only:
        _harness(project, "verify", "--vary", "none", *only)
        outcome.red |= _broken(project)
        for one in ones:
            if one.way.id not in outcome.red and how.accept and not in_ci():
                why = WHY.format(charged=one.charged or "nothing")
                code, said = _harness(project, "golden", "accept", one.way.id, "--why", why, "--unattended")
                if code:
                    outcome.red[one.way.id] = _first(said)
        good = [one.way.id for one in ones if one.way.id not in outcome.red]
        if good and how.accept and not in_ci():
            _again(project, good, say, outcome)
    outcome.seconds["drive"] = time.perf_counter() - begun


def _again(project: Path, good: Sequence[str], say: Say, outcome: Outcome) -> None:
    """Drive what was accepted once more. What differs then though nothing changed is noise: it is freed, marked, and driven again."""
    _accept_declared(project)
    code, said = _driven_again(project, good)
    again = _broken(project)
    noisy = [name for name, why in again.items() if why.startswith(SURFACE)]
    if noisy and (lines := noise.entries(_harness(project, "golden", "noise")[1])):
        say(f"two runs of the same differ in {count(len(lines), 'place')}: freed in harness.toml, each to be looked at")
        noise.write(project / "harness.toml", lines)
        for name in noisy:
            _harness(project, "golden", "accept", name, "--why", SEEN, "--unattended")
        _accept_declared(project)
        code, said = _driven_again(project, good)
        again = _broken(project)
        text = (project / "harness.toml").read_text(encoding="utf-8")
        outcome.lines, outcome.look = len(text.splitlines()), texts.marked(text)
    if code and not again:
        again = {WHOLE: _first(said)}
    outcome.red |= again
    outcome.green = [name for name in good if name not in again] if WHOLE not in again else []


def _accept_declared(project: Path) -> None:
    _harness(project, "golden", "accept", DECLARED, "--surface", "--why", SEEN, "--unattended")


def _driven_again(project: Path, good: Sequence[str]) -> tuple[int, str]:
    return _harness(project, "verify", "--vary", "none", *[word for name in good for word in ("--only", name)])


def doctor(project: Path, outcome: Outcome) -> str:
    """What `harness doctor` says; its exit code stands in `outcome`."""
    begun = time.perf_counter()
    outcome.doctor, said = _harness(project, "doctor")
    outcome.seconds["doctor"] = time.perf_counter() - begun
    return said


def _broken(project: Path) -> dict[str, str]:
    """scenario -> what is wrong with it beyond a golden or a surface that is not there yet, as the last run says."""
    file = project / "runs" / "latest" / "verdict.json"
    if not file.exists():
        return {}
    found: dict[str, str] = {}
    for one in json.loads(file.read_text(encoding="utf-8"))["verdicts"]:
        if Status(one["status"]).bad and one.get("code") not in NOT_YET and one["cell"]:
            found.setdefault(one["cell"].partition("@")[0], f"{one['checker']}: {one['evidence'][0] if one['evidence'] else one['claim']}")  # fmt: skip
    return found


def _harness(project: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "harness", *words], cwd=project, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _first(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("error: ")), lines[-1] if lines else "it said nothing")
