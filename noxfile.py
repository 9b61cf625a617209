"""The jobs of this project. `./dev NAME` runs them on a machine that has only Python, pip and git.

verify   boot the stack, drive every scenario on every path, compare with the goldens   (the main job)
tests    the project's own tests
lint     ruff and the layers of docs/map.md
record   make the shipped cassettes again, from the simulator
golden   compare the last run with the goldens: `./dev golden -- diff`, `-- accept ID --why "..."`
bench    ratios against named floors, measured in the same run

All of them share one environment, .venv, which is installed again only when pyproject.toml changes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import nox

HERE = Path(__file__).parent
VENV = ".venv"
nox.options.sessions = ["verify"]
nox.options.reuse_existing_virtualenvs = True
nox.needs_version = ">=2025.2"


def session(function):
    """A nox session in the shared environment."""
    return nox.session(venv_location=VENV, reuse_venv=True, name=function.__name__)(function)


@session
def verify(session: nox.Session) -> None:
    """Boot, drive everything, compare, report."""
    install(session)
    session.run("harness", "verify", *session.posargs)


@session
def tests(session: nox.Session) -> None:
    """The project's own tests, with real stacks."""
    install(session)
    session.run("pytest", *session.posargs)


@session
def lint(session: nox.Session) -> None:
    """Style and layers."""
    install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("harness", "cassette", "lint")


@session
def record(session: nox.Session) -> None:
    """Make the shipped cassettes again by running the scenarios against the simulator, through vcrpy."""
    install(session)
    session.run("harness", "record", *session.posargs)


@session
def golden(session: nox.Session) -> None:
    """Compare the last run with the goldens, or accept what it showed."""
    install(session)
    session.run("harness", "golden", *(session.posargs or ["diff"]))


@session
def bench(session: nox.Session) -> None:
    """Ratios against named floors and peers in the same run."""
    install(session)
    for script in sorted((HERE / "bench").glob("*.py")):
        session.run("python", str(script), *session.posargs)


def install(session: nox.Session) -> None:
    """Install everything once; skip pip altogether while pyproject.toml and the interpreter stay the same."""
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    session.install("-e", ".[reference,tests,lint]", env={"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    stamp.write_text(wanted)
