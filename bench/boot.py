"""Measures a boot against the last commit at which every role started cold, and a restarted role against a cold one.

    python bench/boot.py [--rounds 5] [--peer COMMIT] [--only boot|roles]

The peer is unpacked from this repository's history, and driven by the same interpreter and packages, in turn with what is
here: one cell each time, what is prepared being there. CPU seconds are those of the whole command, or of the role until it is ready;
on a busy machine they are what counts. Exits 1 where something does not work: then it is not measured.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.backend.description import load
from harness.cell.live import boot
from harness.core.config import Config
from harness.stack.isolation import island
from harness.stack.isolation.supervise import descendants
from harness.verb import target

HERE = Path(__file__).resolve().parents[1]
PEER = "5cabc23"
"""The last commit at which every role started cold."""
ONE_TASK = "planner/cluster_keywords@manual"
TARGETS = (HERE / "harness.toml", *sorted((HERE / "tests" / "targets").glob("*.harness/harness.toml")))
COMMAND = (sys.executable, "-c", "from harness.cli import main; main()", "verify", "--only", ONE_TASK, "--json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One command, or one start of a role. Seconds; `boot` is 0 for a role."""

    wall: float
    cpu: float
    boot: float = 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", default=PEER)
    parser.add_argument("--only", choices=("boot", "roles"))
    options = parser.parse_args()
    out = Console(width=120)
    if options.only != "roles":
        with tempfile.TemporaryDirectory(prefix="bench-boot-") as folder:
            peer = unpacked(options.peer, Path(folder))
            rounds = [(driven(HERE), driven(peer)) for _ in range(options.rounds + 1)][1:]  # the first one fills caches
        here, there = zip(*rounds, strict=True)
        out.print(told(f"one cell, median of {len(rounds)}", f"commit {options.peer}", [
            ("boot, as verify tells it", "boot", here, there),
            ("the whole command", "wall", here, there),
            ("the whole command, CPU", "cpu", here, there),
        ]))  # fmt: skip
    if options.only != "boot":
        rows = []
        for file in TARGETS:
            for name, (forked, cold) in restarts(load(file), options.rounds).items():
                rows.append((f"{load(file).name}: {name}, until it is ready, CPU", "cpu", forked, cold))
                rows.append((f"{load(file).name}: {name}, until it is ready", "wall", forked, cold))
        out.print(told(f"a role that starts again, median of {options.rounds}", "a cold start", rows))
    return 0


def driven(root: Path) -> Ran:
    """A whole run of one cell of the checkout `root`, as a user types it. Raises SystemExit where it does not pass."""
    env = {**os.environ, "PYTHONPATH": os.fspath(root)}
    before, begun = os.times(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-boot-") as runs:
        done = subprocess.run(
            [*COMMAND, "--runs", runs], cwd=root, env=env, capture_output=True, text=True, check=False
        )
    wall, after = time.perf_counter() - begun, os.times()
    document = json.loads(done.stdout)
    if document.get("status") != "pass":
        raise SystemExit(
            f"{root}: one cell does not pass, so it is not measured: {done.stdout[-600:]}{done.stderr[-600:]}"
        )
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Ran(wall=wall, cpu=cpu, boot=document["seconds"]["boot"])


def unpacked(commit: str, folder: Path) -> Path:
    """That commit's tree, from this repository's history."""
    packed = subprocess.run(["git", "archive", commit], cwd=HERE, capture_output=True, check=False)
    if packed.returncode:
        raise SystemExit(
            f"no peer: {packed.stderr.decode().strip()} (a shallow clone has no history: git fetch --unshallow)"
        )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tree:
        tree.extractall(folder, filter="data")
    return folder


def restarts(config: Config, rounds: int) -> dict[str, tuple[list[Ran], list[Ran]]]:
    """Role -> each of its starts, forked and cold."""
    config = target.ready(config, isolation="auto")
    forked, cold = (_restarts(replace(config, zygote=zygote), rounds) for zygote in (True, False))
    return {name: (forked[name], cold[name]) for name in forked}


def _restarts(config: Config, rounds: int) -> dict[str, list[Ran]]:
    with tempfile.TemporaryFile("w+") as kept:

        def inside(place: island.Island) -> int:
            with boot(config, place) as live:
                names = [role.name for role in config.roles.values() if role.boot == "always"]
                found = {name: [_started(live.stack, name) for _ in range(rounds)] for name in names}
            json.dump(found, kept)
            kept.flush()
            return 0

        if island.run(inside, hosts=config.provider_names):
            raise SystemExit(f"{config.name}: the stack did not boot")
        kept.seek(0)
        found: dict[str, list[list[float]]] = json.load(kept)
    return {name: [Ran(wall=wall, cpu=cpu) for wall, cpu in starts] for name, starts in found.items()}


def _started(stack: Any, name: str) -> tuple[float, float]:
    stack.stop(name)
    forks = [stack.zygote.process.pid] if stack.zygote is not None else []
    before, begun = _cpu_s(forks), time.perf_counter()
    role = stack.start(name)
    wall = time.perf_counter() - begun
    return wall, _cpu_s([*forks, role.pid, *descendants(role.pid)]) - before


def _cpu_s(pids: Sequence[int]) -> float:
    """Of living processes, all of their threads."""
    tasks = [task for pid in dict.fromkeys(pids) for task in Path("/proc", str(pid), "task").glob("*/schedstat")]
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def told(title: str, peer: str, rows: Sequence[tuple[str, str, Sequence[Ran], Sequence[Ran]]]) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("", "here", peer, ""):
        made.add_column(heading, justify="left" if not heading else "right")
    for what, of, here, there in rows:
        ours, theirs = (statistics.median(getattr(one, of) for one in found) for found in (here, there))
        made.add_row(what, f"{ours:.2f} s", f"{theirs:.2f} s", f"{ours / theirs:.2f} x {peer}")
    return made


if __name__ == "__main__":
    sys.exit(main())
