"""Measures every tier against floors of the same run: what a boot, a reset, a cell and the harness itself cost.

    python bench/stack.py [--phase N] [--rounds 3] [--tier TIER ...] [--only PATTERN]

Seconds differ from machine to machine; the ratios are what counts. Floors: a bare interpreter, a bare request to the same
backend, a clone of the same database from a template, a container of the same image that does nothing. Exits 1 where
something does not work or does not pass: then it is not measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.backend import scenarios
from harness.backend.at_phase import at_phase
from harness.backend.description import load
from harness.cell.live import boot
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.tier import TIERS
from harness.jobs.verify import tiers
from harness.stack.database import capture, postgres, reset, seed
from harness.stack.isolation import island
from harness.store.runs import HISTORY
from harness.verb import target

HERE = Path(__file__).resolve().parents[1]
HARNESS = (sys.executable, "-c", "from harness.cli import main; main()")
WORLD = "writer/generate_content"
ONE_TASK = "planner/cluster_keywords@manual"
"""A cell of one task: what it is over when it is told is a little after its task ended."""
REQUESTS, RESETS = 300, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: `value` in `unit`, and how many times `floor` that is."""

    what: str
    value: float
    unit: str
    floor: str = ""
    ratio: float | None = None


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--phase", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tier", action="append", choices=TIERS)
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    out = Console(width=120)
    config = target.ready(at_phase(load(HERE / "harness.toml"), options.phase), isolation="auto")
    floors = measured_floors(config)
    out.print(table("floors", [Row(what=name, value=value * 1000, unit="ms") for name, value in floors.items()]))
    for tier in options.tier or TIERS:
        if why := tiers.refusal(tier, config):
            out.print(f"\n{tier}: not measured: {why}", highlight=False)
            continue
        rounds = [driven(tier, options) for _ in range(options.rounds + 1)][1:]  # the first one fills caches
        if any(one["status"] != "pass" for one in rounds):
            out.print(f"\n{tier}: does not pass, so it is not measured: harness verify --tier {tier}", highlight=False)
            return 1
        first = statistics.median(first_task_s(tier, options) for _ in range(options.rounds))
        told = [_against("boot to first task", first, "s", "bare interpreter", floors), *rows(rounds, floors)]
        out.print(
            table(f"{tier}, median of {len(rounds)}", [*told, *(docker_rows(config) if tier == "docker" else [])])
        )
    return 0


def rows(rounds: list[dict[str, Any]], floors: Mapping[str, float]) -> list[Row]:
    """What a tier's runs cost, beside the floors."""
    cells = len(rounds[0]["cells"])

    def part(*names: str) -> float:
        return statistics.median(sum(one["seconds"].get(name, 0.0) for name in names) for one in rounds)

    each = statistics.median(cell["seconds"] for one in rounds for cell in one["cells"])
    return [
        Row(what=f"all {cells} cells, boot to report", value=part("total"), unit="s"),
        _against("boot", part("boot"), "s", "bare interpreter", floors),
        Row(what="teardown", value=part("teardown"), unit="s"),
        _against("a cell (median)", each, "ms", "bare request", floors),
        _against("the target's part of a cell (mean)", part("drive") / cells, "ms", "bare request", floors),
        _against("reset, a cell", part("reset") / cells, "ms", "template clone", floors),
        _against("seed and baseline, a cell", part("seed") / cells, "ms", "bare request", floors),
        _against("capture, a cell", part("capture") / cells, "ms", "bare request", floors),
        Row(what="the harness's own share", value=100 * statistics.median(one["harness_share"] for one in rounds), unit="%"),
        Row(what="different histories", value=len({one["canonical_sha256"] for one in rounds}), unit=""),
        Row(what="memory, the whole stack", value=statistics.median(one["memory_bytes"] for one in rounds) / 2**20, unit="MiB"),
    ]  # fmt: skip


def driven(tier: str, options: argparse.Namespace) -> dict[str, Any]:
    """One whole run as a user types it: its --json document."""
    words = ["verify", "--tier", tier, "--phase", str(options.phase), "--json"]
    words += [word for pattern in options.only for word in ("--only", pattern)]
    with tempfile.TemporaryDirectory(prefix="bench-stack-") as runs:
        done = subprocess.run(
            [*HARNESS, *words, "--runs", runs], cwd=HERE, stdout=subprocess.PIPE, text=True, check=False
        )
    document: dict[str, Any] = json.loads(done.stdout)
    if "error" in document:
        raise SystemExit(f"{tier}: {document['error']['message']}")
    return document


def first_task_s(tier: str, options: argparse.Namespace) -> float:
    """From nothing but images and caches to the first task that has ended."""
    words = ["verify", "--tier", tier, "--phase", str(options.phase), "--only", ONE_TASK]
    with tempfile.TemporaryDirectory(prefix="bench-stack-") as runs:
        subprocess.run([*HARNESS, *words, "--runs", runs], cwd=HERE, stdout=subprocess.DEVNULL, check=True)
        lines = (Path(runs) / "latest" / HISTORY).read_text().splitlines()
    return next(float(event["t"]) for event in map(json.loads, lines) if event["kind"] == "task")


def measured_floors(config: Config) -> dict[str, float]:
    """Seconds of each floor, medians. The requests, clones and resets are made on one booted stack."""
    floors = {"bare interpreter": _median(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 10)}
    with tempfile.TemporaryFile("w+") as told:

        def inside(place: island.Island) -> int:
            with boot(config, place) as live:
                json.dump(_on_a_stack(config, live), told)
                told.flush()
            return 0

        if island.run(inside, hosts=config.provider_hosts):
            raise SystemExit("the stack did not boot")
        told.seek(0)
        floors |= json.load(told)
    return floors


def _on_a_stack(config: Config, live: Any) -> dict[str, float]:
    path = next(role.ready.partition(":")[2] for role in config.roles.values() if role.ready.startswith("http:"))
    world = scenarios.load(config)[WORLD].given

    def dirty() -> None:
        seed.insert(live.db, config.tables, world)
        capture.mark_baseline(live.db)

    resets = []
    for _ in range(RESETS):
        dirty()
        resets.append(_seconds(lambda: reset.reset(live.db)))
    request = _median(lambda: live.session.get(live.base_url + path).raise_for_status(), REQUESTS)
    sockets, port = live.stack.run_dir / "pg_socket", int(live.stack.places["db_port"])
    for role in list(live.stack.roles):
        live.stack.kill(role)  # a database with a session on it cannot be cloned
    live.db.close()
    with postgres.connect(sockets, port, "postgres") as admin:

        def clone() -> None:
            postgres.create(admin, "bench", postgres.DATABASE)
            admin.execute("DROP DATABASE bench")

        cloned = _median(clone, 10)
    return {"bare request": request, "template clone": cloned, "reset of a seeded database": statistics.median(resets)}


def docker_rows(config: Config) -> list[Row]:
    """What a change of the target's code costs, against a container that does nothing."""
    from harness.stack.docker import engine, settings
    from harness.stack.docker.image import build
    from harness.store import cache

    try:
        api = engine.connect()
        chosen, kept = settings.read(config), cache.folder(config.source.parent)
        made = build.provide(api, config, chosen, kept)
        floors = {"container": _median(lambda: _run_nothing(api, made.tag), 5)}
        with tempfile.TemporaryDirectory(prefix="bench-stack-") as folder:
            changed = replace(config, root=Path(shutil.copytree(config.root, Path(folder) / "backend")))
            build.provide(api, changed, chosen, kept)

            def rebuild(n: int) -> float:
                (changed.root / "bench_change.py").write_text(f"CHANGE = {n}\n")
                return _seconds(lambda: build.provide(api, changed, chosen, kept))

            rebuilt = statistics.median(rebuild(n) for n in range(3))
    except HarnessError as error:
        raise SystemExit(f"docker: {error.message}") from None
    return [
        Row(what="floor: a container that does nothing", value=floors["container"], unit="s"),
        _against("images after a change of the code", rebuilt, "s", "container", floors),
    ]


def _run_nothing(api: Any, tag: str) -> None:
    one = api.create_container(tag, ["true"], network_disabled=True)["Id"]
    try:
        api.start(one)
        api.wait(one)
    finally:
        api.remove_container(one, force=True)


def _against(what: str, seconds: float, unit: str, floor: str, floors: Mapping[str, float]) -> Row:
    return Row(what=what, value=seconds * (1000 if unit == "ms" else 1), unit=unit, floor=floor, ratio=seconds / floors[floor])  # fmt: skip


def _median(work: Callable[[], object], times: int) -> float:
    return statistics.median(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(title: str, found: list[Row]) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    made.add_column("")
    made.add_column("", justify="right")
    made.add_column("")
    made.add_column("", justify="right")
    for row in found:
        against = f"{row.ratio:.1f} x {row.floor}" if row.ratio is not None else ""
        made.add_row(row.what, f"{row.value:.2f}", row.unit, against)
    return made


if __name__ == "__main__":
    sys.exit(main())
