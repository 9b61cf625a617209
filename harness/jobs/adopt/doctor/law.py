"""Scenarios, goldens, cassettes, contracts, rates: every file of the project, each read whatever the others are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from harness.backend import scenarios
from harness.core.config import Config
from harness.core.counts import count
from harness.core.errors import HarnessError
from harness.core.scenario import Scenario
from harness.jobs.adopt.doctor.values import Found, fine, note, refused, wrong
from harness.judge.checks import CELL_CHECKERS
from harness.provider import contracts, prices, simulator
from harness.provider.cassettes.folder import files
from harness.provider.cassettes.lint import Problem, lint
from harness.provider.profiles import declared
from harness.run import plan as plans
from harness.run.judged import FINDINGS
from harness.store import findings, floor, goldens, rates

MEND = {
    "cassette-unrecorded": "harness record {id}",
    "cassette-orphan": "delete the file, or name it in the tape of a scenario",
    "cassette-missing": "harness record {id}",
    "cassette-hash": "harness record --overwrite {id}: it was edited behind its hash",
}
AGEING = {
    "cassette-shutdown": "harness record --overwrite, while the model is there; harness cassette lint names them all",
    "cassette-provenance": "harness cassette lint names them all",
    "cassette-contract": "harness cassette lint names them all",
}
"""What is said of a cassette and leaves a run as true as it was."""


def looked(config: Config) -> Iterator[Found]:
    if not config.scenarios.is_dir():
        yield wrong("scenarios", f"there is no folder {config.scenarios}: nothing is driven", "harness init writes the first ones", code="scenario-import")  # fmt: skip
        return
    refusals: list[HarnessError] = []
    known = scenarios.load(config, refusals)
    yield from (refused("scenarios", error) for error in refusals)
    if not known and not refusals:
        yield wrong("scenarios", "no file below scenarios/ holds a SCENARIO: nothing is driven", "harness init writes the first ones", code="plan-empty")  # fmt: skip
    if known:
        yield fine("scenarios", count(len(known), "scenario"))
    yield from _goldens(config, known, bool(refusals))
    yield from _cassettes(config, known, bool(refusals))
    yield from _read("scenarios", lambda: findings.read(config.scenarios / FINDINGS, tuple(CELL_CHECKERS)))
    yield from _read("scenarios", lambda: floor.read(config.scenarios))
    yield from _read("rates", lambda: rates.read(config.rates, needed=config.rates_named, listed=prices.LISTED))
    if not config.rates.is_file() and not config.rates_named:
        yield note("rates", "there is no rate card: nobody holds prices to anything but the goldens", "write rates.toml, as docs/formats.md has it")  # fmt: skip


def _read(part: str, read: Callable[[], Any]) -> Iterator[Found]:
    try:
        read()
    except HarnessError as error:
        yield refused(part, error)


def _goldens(config: Config, known: Mapping[str, Scenario], part: bool) -> Iterator[Found]:
    held = set[str]()
    for path in sorted(config.scenarios.rglob("*.golden.toml")):
        try:
            held.add(goldens.read(path, config.scenarios).scenario)
        except HarnessError as error:
            yield refused("goldens", error)
            held.add(path.relative_to(config.scenarios).as_posix().removesuffix(".golden.toml"))
    for name in (
        dict.fromkeys(cell.scenario.id for cell in plans.make(known, phase=config.phase).cells) if known else ()
    ):
        if name not in held:
            yield wrong("goldens", f"{name} has no golden: nobody says whether what it costs is right", f'harness verify --only {name}, then harness golden accept {name} --why "..."', code="golden-missing")  # fmt: skip
    for name in sorted(held - known.keys()) if not part else ():
        yield wrong("goldens", f"the golden of {name} speaks of no scenario", "delete the file, or bring the scenario back", code="golden-unused")  # fmt: skip
    if held:
        yield fine("goldens", str(len(held)))


def _cassettes(config: Config, known: Mapping[str, Scenario], part: bool) -> Iterator[Found]:
    try:
        held, own = contracts.load(config.contracts), simulator.read(config.answers)
    except HarnessError as error:
        yield refused("cassettes", error)
        return
    played = {name: one.id for one in known.values() for name in (*one.tape, *(n for names in one.tape_from.values() for n in names))}  # fmt: skip
    today = datetime.now(UTC).date()
    said: dict[str, list[Problem]] = {}
    for problem in lint(config.cassettes, None if part else played, today, held, declared(**config.fake_hosts), own):
        if problem.code in AGEING or problem.severity != "error":
            said.setdefault(problem.code, []).append(problem)
            continue
        owner = problem.cassette.partition("/")[2] or played.get(problem.cassette, "")
        mend = MEND.get(problem.code, "harness cassette lint says more").format(id=owner)
        yield wrong("cassettes", f"{problem.cassette}: {problem.message}", mend, code=problem.code)
    for code, ones in said.items():
        more = f" (and {count(len(ones) - 1, 'more')})".replace("mores", "more") if len(ones) > 1 else ""
        yield note("cassettes", f"{ones[0].cassette}: {ones[0].message}{more}", AGEING.get(code, "harness cassette lint says more"))  # fmt: skip
    if there := len(files(config.cassettes)):
        yield fine("cassettes", str(there))
