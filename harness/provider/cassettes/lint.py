"""Lint: what must hold of every committed cassette. Each rule is a small function; each problem names its cassette.

code                  says
cassette-...          the reader's own codes: missing, syntax, unsafe, dialect, hash
cassette-provenance   there is none, or a part of it is empty or no date
cassette-origin       it claims another origin than the content shows; a simulated answer never passes for a recorded one
cassette-secret       the scan found something
cassette-contract     a request or an answer breaks the provider's contract
cassette-unknown      (warning) the provider sent fields that the contract does not know
cassette-shutdown     its model ends soon or has ended, or provenance is silent about that
cassette-orphan       no scenario plays it
cassette-unrecorded   a scenario names it, and it is not there
cassette-unanswered   (warning) a request in it was never answered
cassette-unread       (warning) a file of the folder that neither the fake nor this reads; it was looked at for secrets alone
cassette-size         too large to be read in a diff
cassette-stock        stock vcrpy does not load it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from vcr.persisters.filesystem import FilesystemPersister
from vcr.serializers import jsonserializer, yamlserializer

from harness.core.cassette import Cassette, Interaction
from harness.core.errors import HarnessError
from harness.provider.cassettes.digest import interactions_sha256
from harness.provider.cassettes.folder import SUFFIXES, files, unread
from harness.provider.cassettes.origin import looks_simulated
from harness.provider.cassettes.read import read
from harness.provider.cassettes.scan import scan_file
from harness.provider.contracts import (
    WARNING,
    Contracts,
    default,
    request_problems,
    response_problems,
    response_warnings,
)
from harness.provider.prices import used
from harness.provider.profiles import Profile, authority_of, parse, profile_for
from harness.provider.simulator import NOTHING
from harness.provider.simulator.answers import Answers

SIZE_BYTES = 500_000
ORIGINS = ("recorded", "simulated", "documented")
SIMULATOR = "harness.provider.simulator"
Declared = Mapping[str, Profile] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`severity` is error or warning; only errors fail."""

    cassette: str
    code: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.severity}: {self.cassette}: {self.message} [{self.code}]"


def lint(
    directory: Path,
    tape_names: Iterable[str] | None,
    today: date,
    contracts: Contracts | None = None,
    declared: Declared = None,
    answers: Answers = NOTHING,
) -> list[Problem]:
    """Problems of all cassettes below `directory`, by name. `tape_names` are those that scenarios play; None: unknown.
    `declared`: providers of further hosts; `answers`: what the project has the simulator say."""
    held = contracts or default()
    paths = files(directory)
    problems: list[Problem] = []
    for name, path in paths.items():
        problems += lint_one(path, name, today, held, declared, answers)
    for name, path in unread(directory).items():
        problems += _secrets(path, name)
        text = f"nobody reads {path.suffix or 'a file without a suffix'}: cassettes end in "
        problems.append(_problem(name, "cassette-unread", text + ", ".join(SUFFIXES), "warning"))
    if tape_names is not None:
        wanted = set(tape_names)
        problems += [
            _problem(name, "cassette-orphan", "no scenario plays it; delete it")
            for name in sorted(paths.keys() - wanted)
        ]
        problems += [
            _problem(name, "cassette-unrecorded", "a scenario plays it, and it was never recorded: harness record")
            for name in sorted(wanted - paths.keys())
        ]
    return problems


def lint_one(
    path: Path, name: str, today: date, contracts: Contracts, declared: Declared = None, answers: Answers = NOTHING
) -> list[Problem]:
    try:
        cassette = read(path, name)
    except HarnessError as error:
        return [_problem(name, error.code, error.message), *_secrets(path, name)]
    found = [
        *_size(path, name),
        *_secrets(path, name),
        *_stock(path, cassette),
        *_contract(cassette, contracts, declared),
    ]
    if cassette.provenance is None:
        mend = "; harness cassette import-har makes a cassette of it" if cassette.dialect == "har" else ""
        text = f"it has no provenance: nobody can tell where it comes from{mend}"
        return [_problem(name, "cassette-provenance", text), *found]
    return [
        *_provenance(cassette, declared),
        *_origin(cassette, declared, answers),
        *_shutdown(cassette, today, contracts, declared),
        *found,
    ]


def _size(path: Path, name: str) -> Iterator[Problem]:
    size = path.stat().st_size
    if size >= SIZE_BYTES:
        yield _problem(name, "cassette-size", f"it has {size:,} bytes, the limit is {SIZE_BYTES:,}: split the scenario")


def _secrets(path: Path, name: str) -> Iterator[Problem]:
    for finding in scan_file(path):
        yield _problem(name, "cassette-secret", str(finding))


def _stock(path: Path, cassette: Cassette) -> Iterator[Problem]:
    """vcrpy's own loader must take the file: it is the promise that nobody is locked in."""
    if cassette.dialect == "har":
        return  # never vcrpy's
    serializer = jsonserializer if path.suffix.lower() == ".json" else yamlserializer
    try:
        requests, _ = FilesystemPersister.load_cassette(str(path), serializer=serializer)
    except Exception as error:  # whatever vcrpy raises, the file does not load there
        yield _problem(cassette.name, "cassette-stock", f"stock vcrpy does not load it: {type(error).__name__}")
        return
    if len(requests) != len(cassette.interactions):
        yield _problem(
            cassette.name,
            "cassette-stock",
            f"stock vcrpy sees {len(requests)} of {len(cassette.interactions)} interactions",
        )


def _contract(cassette: Cassette, contracts: Contracts, declared: Declared) -> Iterator[Problem]:
    for one in cassette.interactions:
        if one.unanswered:
            yield _problem(cassette.name, "cassette-unanswered", one.unanswered, "warning")
            continue
        provider, method, path, asked = _asked(one, declared)
        rejected = one.response.status in (400, 404, 422)
        # a provider that answers 400 has found the request wrong: the cassette is there to show just that
        breaches = [] if rejected else request_problems(provider, method, path, one.request.body, contracts)
        for text in breaches:
            yield _problem(cassette.name, "cassette-contract", f"request {one.index} {text}")
        status, body = one.response.status, one.response.body
        for text in response_problems(provider, method, path, status, body, asked, contracts):
            yield _problem(cassette.name, "cassette-contract", f"answer {one.index} {text}")
        for text in response_warnings(provider, method, path, status, body, contracts):
            plain = text.removeprefix(WARNING)
            yield _problem(cassette.name, "cassette-unknown", f"answer {one.index} {plain}", "warning")


def _provenance(cassette: Cassette, declared: Declared) -> Iterator[Problem]:
    about = cassette.provenance
    if about is None:
        return
    for field in ("recorded_at", "upstream", "command", "provider", "interactions_sha256"):
        if not getattr(about, field):
            yield _problem(cassette.name, "cassette-provenance", f"provenance.{field} is empty")
    try:
        date.fromisoformat(about.recorded_at)
    except ValueError:
        yield _problem(cassette.name, "cassette-provenance", f"provenance.recorded_at '{about.recorded_at}' is no date")
    if about.interactions_sha256 and about.interactions_sha256 != interactions_sha256(cassette.interactions):
        yield _problem(
            cassette.name,
            "cassette-hash",
            "the interactions were changed after recording: edit through provenance.edited",
        )
    providers = {_asked(one, declared)[0] for one in cassette.interactions}
    if providers - {about.provider}:
        yield _problem(
            cassette.name, "cassette-provenance", f"it says {about.provider}, and holds {', '.join(sorted(providers))}"
        )
    models = {model for model in (used(one, declared=declared).model for one in cassette.interactions) if model}
    told = {model.strip() for model in about.model.split(",") if model.strip()}
    if models != told:
        yield _problem(
            cassette.name,
            "cassette-provenance",
            f"provenance.model is '{about.model}', the traffic says '{', '.join(sorted(models))}'",
        )
    if not all(edit.get("what") and edit.get("why") for edit in about.edited):
        yield _problem(cassette.name, "cassette-provenance", "an entry of provenance.edited lacks what or why")


def _origin(cassette: Cassette, declared: Declared, answers: Answers) -> Iterator[Problem]:
    about = cassette.provenance
    if about is None:
        return
    if about.origin not in ORIGINS:
        yield _problem(cassette.name, "cassette-origin", f"origin '{about.origin}' is none of {', '.join(ORIGINS)}")
        return
    if (about.origin == "simulated") != (about.upstream == SIMULATOR):
        yield _problem(
            cassette.name, "cassette-origin", f"origin {about.origin} does not go with upstream {about.upstream}"
        )
    if about.origin == "recorded":
        copies = [one.index for one in cassette.interactions if looks_simulated(one, answers, declared)]
        if copies:
            text = f"it claims to be recorded, and answer {copies[0]} is the simulator's own"
            yield _problem(cassette.name, "cassette-origin", text)


def _shutdown(cassette: Cassette, today: date, contracts: Contracts, declared: Declared) -> Iterator[Problem]:
    about = cassette.provenance
    if about is None:
        return
    models = [
        model
        for model in (used(one, declared=declared).model for one in cassette.interactions)
        if model in contracts.shutdown
    ]
    if not models:
        return
    model = min(models, key=lambda name: contracts.shutdown[name])
    end = contracts.shutdown[model]
    if about.shutdown_date != end.isoformat():
        yield _problem(
            cassette.name,
            "cassette-shutdown",
            f"{model} ends {end}, provenance.shutdown_date says '{about.shutdown_date}'",
        )
    if end <= today:
        text = f"{model} ended {end}: this can never be recorded again"
        yield _problem(cassette.name, "cassette-shutdown", text, "warning")
    elif (end - today).days <= contracts.warn_days:
        severity = "warning" if about.origin == "simulated" else "error"
        text = f"{model} ends {end}, in {(end - today).days} days: record it again while it can be"
        yield _problem(cassette.name, "cassette-shutdown", text, severity)


def _asked(one: Interaction, declared: Declared = None) -> tuple[str, str, str, object]:
    url, authority = urlsplit(one.request.uri), authority_of(one.request.uri)
    return profile_for(authority, url.path, declared).name, one.request.method, url.path, parse(one.request.body)


def _problem(cassette: str, code: str, message: str, severity: str = "error") -> Problem:
    return Problem(cassette=cassette, code=code, message=message, severity=severity)
