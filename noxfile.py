"""The jobs of this project. `./dev NAME` runs them on a machine that has only Python, pip and git.

verify   boot the stack, drive every scenario on every path, compare with the goldens   (the main job)
docker   verify in the docker tier, where an engine answers
tiers    verify in every tier that this machine can run, at phases 0 and 7: they must agree
tests    the project's own tests, but for those that drive whole runs
slow     those: a sample of every catalogue of faults, the migration, two machines, a week
targets  backends that other teams wrote, driven whole, and their faults told
proofs   what takes long to show: whole catalogues of faults, ten runs of ten, tests that see a harness broken on purpose; ends with a
         list of what was proved
lint     ruff and the layers of docs/map.md
phase    one phase of the migration, there and back: `nox -s "phase(4)"`; phase(0) is verify
migration  every phase, there and back
record   make the shipped cassettes again, from the simulator
golden   compare the last run with the goldens: `./dev golden -- diff`, `-- accept ID --why "..."`
contracts  provider, API, request bodies, Celery, schema and legacy at every phase, with drift
fuzz     the models endpoint on generated database states; the seed is printed, JUnit and HAR are kept in runs/
score    every mistake and every refactor of mistakes/, each planted and told or not: long, and goes on where it was stopped
bench    ratios against named floors and peers, measured in the same run

All of them share one environment, .venv, which is installed again only when pyproject.toml changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import sys
from pathlib import Path

import nox
import virtualenv  # nox brings it

HERE = Path(__file__).parent
VENV = HERE / ".venv"
BENCHES = ("fake", "boot", "stack")
nox.options.sessions = ["verify"]
nox.needs_version = ">=2025.2"


def session(function):
    """A nox session in the environment that all of them share."""
    return nox.session(venv_backend="none", name=function.__name__)(function)


@session
def verify(session: nox.Session) -> None:
    """Boot, drive everything, compare, report."""
    run(session, "harness", "verify", *session.posargs)


@nox.session(venv_backend="none")
@nox.parametrize("number", [nox.param(n, id=str(n)) for n in range(8)])
def phase(session: nox.Session, number: int) -> None:
    """One phase, there and back."""
    if number == 0:
        run(session, "harness", "verify", *session.posargs)
    else:
        run(session, "harness", "phase", str(number), *session.posargs)


@session
def migration(session: nox.Session) -> None:
    """Phases 1 to 7, forward on a lived-in database, back by the plan's procedure."""
    run(session, "harness", "migration", *session.posargs)


@session
def docker(session: nox.Session) -> None:
    """The same scenarios and goldens in containers. Needs an engine: `eval "$(.ci/dockerd start)"` gives one to root."""
    run(session, "harness", "verify", "--tier", "docker", *session.posargs)


@session
def tiers(session: nox.Session) -> None:
    """Every tier that this machine can run, at phase 0 and at phase 7, held against each other, in the worlds that scenarios give."""
    for number in (0, 7):
        run(session, "harness", "verify", "--tier", "all", "--phase", str(number), "--vary", "none", *session.posargs)


@session
def tests(session: nox.Session) -> None:
    """The project's own tests, with real stacks."""
    side_by_side(session, "not targets and not proof and not slow")


@session
def slow(session: nox.Session) -> None:
    """Tests that drive whole runs: of every catalogue of faults a sample, the migration, two machines, a week."""
    side_by_side(session, "slow and not targets and not proof")


def side_by_side(session: nox.Session, marked: str) -> None:
    """Tests on two to four cores, those of a file one after the other."""
    run(
        session,
        "pytest",
        "-m",
        marked,
        "-n",
        "auto",
        "--maxprocesses",
        "4",
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",  # tests/conftest.py has an order
        *session.posargs,
    )


@session
def targets(session: nox.Session) -> None:
    """Every backend of tests/targets that is described there, whole; `-- -k NAME` for one of them."""
    run(session, "pytest", "-m", "targets", "tests/whole/test_targets.py", *session.posargs)


@session
def proofs(session: nox.Session) -> None:
    """What is too slow for `tests`, one after the other; the closing lines say what was proved and how long each took."""
    run(
        session,
        "pytest",
        "-m",
        "proof",
        "-rpfE",
        "--durations",
        "0",
        "-o",
        "timeout=1800",
        *session.posargs,
    )


@session
def lint(session: nox.Session) -> None:
    """Style and layers."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    run(session, "lint-imports")
    workflows = [str(path) for path in sorted((HERE / ".github" / "workflows").glob("*.yml"))]
    run(session, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    run(session, "harness", "cassette", "lint")


@session
def record(session: nox.Session) -> None:
    """Make the shipped cassettes again by running the scenarios against the simulator, through vcrpy."""
    run(session, "harness", "record", *session.posargs)


@session
def golden(session: nox.Session) -> None:
    """Compare the last run with the goldens, or accept what it showed."""
    run(session, "harness", "golden", *(session.posargs or ["diff"]))


@session
def contracts(session: nox.Session) -> None:
    """Provider, API, request body, Celery, schema and legacy contracts at every phase, with drift."""
    run(session, "harness", "contracts", *session.posargs)


@session
def fuzz(session: nox.Session) -> None:
    """The models endpoint on generated database states, and schemathesis through WSGI and over HTTP."""
    run(session, "harness", "fuzz", *(session.posargs or ["--phase", "5", "--wsgi", "--http"]))


@session
def score(session: nox.Session) -> None:
    """The catalogue of mistakes: how many are told, and whether refactors are left in peace. `-- --shard 1/6`: a part of it."""
    run(session, "harness", "score", *session.posargs)


@session
def bench(session: nox.Session) -> None:
    """Ratios against named floors and peers in the same run; `-- stack --phase 7` for one of them, with its options."""
    named = [*session.posargs[:1]] if session.posargs[:1] and session.posargs[0] in BENCHES else []
    for name in named or BENCHES:
        run(session, "python", str(HERE / "bench" / f"{name}.py"), *session.posargs[len(named) :])


def run(session: nox.Session, *command: str) -> None:
    """Run a program of the shared environment, which is made on first use.

    pip is skipped altogether while pyproject.toml and the interpreter stay the same.
    """
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / "installed"
    (HERE / ".nox").mkdir(exist_ok=True)
    with (HERE / ".nox" / "installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # .ci/run begins two sessions at once
        if not stamp.exists() or stamp.read_text() != wanted:
            virtualenv.cli_run(["--quiet", str(VENV)])
            pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            session.run(*pip, "-e", ".[reference,docker,inprocess,contracts,tests,lint]", external=True)
            stamp.write_text(wanted)
    program, *arguments = command
    session.run(str(VENV / "bin" / program), *arguments, external=True)
