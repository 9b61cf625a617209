"""Reading cassettes, and checking a folder of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from harness.backend import scenarios
from harness.core.cassette import Cassette
from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.jobs.record.cassette.values import Linted
from harness.provider import contracts, simulator
from harness.provider.cassettes import read
from harness.provider.cassettes.folder import files, path_of
from harness.provider.cassettes.lint import Problem, lint
from harness.provider.cassettes.scan import scan_file
from harness.provider.profiles import declared
from harness.verb.options import loaded

LOCKED = (".surface", ".toml", ".delta")
OF_PEOPLE = ("an e-mail address", "an application password", "a user id")


def linted(config: Config, today: datetime | None) -> Linted:
    """The target's own cassettes, with contracts, and with the scenarios that play them."""
    played = {name for scenario in scenarios.load(config).values() for name in scenario.tape}
    held, own = contracts.load(config.contracts), simulator.read(config.answers)
    problems = lint(config.cassettes, played, _day(today), held, declared(**config.fake_hosts), own)
    return _linted(config.cassettes, [*problems, *in_what_is_locked(config.scenarios, config.phases_dir)])


def in_what_is_locked(*folders: Path | None) -> Iterator[Problem]:
    """Secrets in what is locked of a run, wherever it lies below `folders`: a surface holds what a target answered and asked. What tells of a
    person is told, and is no error there: a scenario's people may be in its answers."""
    for folder in folders:
        paths = folder.rglob("*") if folder is not None and folder.is_dir() else ()
        for path in sorted(path for path in paths if path.suffix in LOCKED and path.is_file()):
            for finding in scan_file(path):
                severity = "warning" if finding.kind in OF_PEOPLE else "error"
                name = path.relative_to(folder or path).as_posix()
                yield Problem(cassette=name, code="cassette-secret", message=str(finding), severity=severity)


def linted_folder(folder: Path, today: datetime | None) -> Linted:
    """These files alone. Raises cassette-missing."""
    if not folder.is_dir():
        raise HarnessError(f"there is no folder {folder}", hint="name a folder of cassettes", code="cassette-missing")
    return _linted(folder, lint(folder, None, _day(today)))


def one(name: str, config_path: Path) -> Cassette:
    """A file of any dialect, or the cassette of that name below the target's folder. Raises cassette-missing."""
    path = Path(name)
    if path.is_file():
        return read(path, path.stem)
    folder = loaded(config_path).cassettes
    found = path_of(folder, name)
    if not found.is_file():
        known = list(files(folder))
        hint = did_you_mean(name, known) if known else "nothing is recorded yet: harness record"
        raise HarnessError(f"there is no cassette '{name}'", hint=hint, code="cassette-missing")
    return read(found, name.removesuffix(".yaml"))


def _linted(folder: Path, problems: Sequence[Problem]) -> Linted:
    return Linted(
        cassettes=len(files(folder)),
        errors=sum(problem.severity == "error" for problem in problems),
        problems=tuple(asdict(problem) for problem in problems),
        lines=tuple(map(str, problems)),
    )


def _day(today: datetime | None) -> date:
    return today.date() if today else datetime.now(UTC).date()
