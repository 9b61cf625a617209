"""The workflow file: one job a phase, only commands that exist, nothing that could change a golden."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import __version__

ROOT = Path(__file__).parents[1]
KNOWN_KEYS = {
    "top": {"name", "on", True, "permissions", "concurrency", "jobs", "env"},
    "job": {"runs-on", "timeout-minutes", "strategy", "steps", "needs", "if", "env", "permissions", "environment"},
    "step": {"name", "uses", "with", "run", "if", "env"},
}


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/harness.yml").read_text())
    return loaded


def problems_of(workflow: dict[Any, Any], sessions: set[str]) -> list[str]:
    """What is wrong with a workflow: unknown keys, steps that do nothing, commands that are no nox session."""
    found = [f"unknown key {key}" for key in workflow if key not in KNOWN_KEYS["top"]]
    for name, job in workflow["jobs"].items():
        found += [f"{name}: unknown key {key}" for key in job if key not in KNOWN_KEYS["job"]]
        if "timeout-minutes" not in job:
            found.append(f"{name}: no timeout-minutes")
        for step in job["steps"]:
            found += [f"{name}: unknown key {key}" for key in step if key not in KNOWN_KEYS["step"]]
            if ("run" in step) == ("uses" in step):
                found.append(f"{name}: a step needs either run or uses")
            for word in re.findall(r"\./dev \"?([a-z]+)", step.get("run", "")):
                if word not in sessions:
                    found.append(f"{name}: ./dev {word} is no session")
            if "golden" in step.get("run", "") or "record" in step.get("run", ""):
                found.append(f"{name}: CI neither records nor accepts")
    return found


def sessions() -> set[str]:
    return set(re.findall(r"^def ([a-z]+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE))


def test_the_workflow_is_well_formed(workflow: dict[Any, Any]) -> None:
    """Every key is known to GitHub and Gitea, every command is a session."""
    assert problems_of(workflow, sessions()) == []


def test_there_is_one_job_a_phase(workflow: dict[Any, Any]) -> None:
    """The matrix runs phases 0 to 7, and one failing phase does not hide another."""
    strategy = workflow["jobs"]["phase"]["strategy"]
    assert strategy["matrix"]["phase"] == list(range(8))
    assert strategy["fail-fast"] is False


def test_what_is_too_long_for_one_run_has_a_job(workflow: dict[Any, Any]) -> None:
    """Slow tests, proofs and other teams' backends are driven by CI, each in a job; the migration by `.ci/run`."""
    commands = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert {"./dev tests", "./dev slow", "./dev proofs", "./dev targets"} <= set(commands)
    assert "./dev verify --vary all --own" in commands
    assert 'Step(command="./dev verify --vary all --own")' in (ROOT / ".ci/steps.py").read_text()
    assert 'Step(command="./dev migration")' in (ROOT / ".ci/steps.py").read_text()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda w: w["jobs"]["phase"].update({"timeout-minutse": 3}), "phase: unknown key timeout-minutse"),
        (
            lambda w: w["jobs"]["tests"]["steps"].append({"run": "./dev golden accept"}),
            "tests: CI neither records nor accepts",
        ),
        (lambda w: w["jobs"]["tests"]["steps"].append({"run": "./dev tset"}), "tests: ./dev tset is no session"),
        (lambda w: w["jobs"]["tests"]["steps"].append({"name": "nothing"}), "tests: a step needs either run or uses"),
        (lambda w: w["jobs"]["tests"].pop("timeout-minutes"), "tests: no timeout-minutes"),
    ],
)
def test_a_broken_workflow_is_refused(workflow: dict[Any, Any], break_it: Any, message: str) -> None:
    """Each check is seen to fail."""
    broken = yaml.safe_load(yaml.safe_dump(workflow))
    break_it(broken)
    assert message in problems_of(broken, sessions())


@pytest.fixture(scope="module")
def release() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    return loaded


def trust_of(release: dict[Any, Any]) -> list[str]:
    """What is wrong with how a release is published: by a token, by more rights than it needs, of what nobody checked or attested."""
    found, jobs = [], release["jobs"]
    begins = release.get("on", release.get(True))  # YAML takes the key `on` for true
    if begins != {"push": {"tags": ["v*"]}}:
        found.append("it begins with more than a tag")
    if re.search(r"secrets\.|password|(?<!id-)token:", yaml.safe_dump(release)):
        found.append("it knows a secret")
    if release["permissions"] != {"contents": "read"}:
        found.append("every job may do more than read")
    for name, job in jobs.items():
        rights = job.get("permissions", {})
        uses = [step.get("uses", "").partition("@")[0] for step in job["steps"]]
        publishes, attests = "pypa/gh-action-pypi-publish" in uses, "actions/attest-build-provenance" in uses
        if (rights.get("id-token") == "write") != (publishes or attests):
            found.append(f"{name}: it may say who it is, and need not, or the other way round")
        if publishes and (
            job.get("environment") != "pypi"
            or not {"build", "check"} <= set(job["needs"])
            or any("run" in step for step in job["steps"])
        ):
            found.append(f"{name}: it publishes without an environment, unchecked, or beside code of its own")
    if not any(
        "actions/attest-build-provenance" in step.get("uses", "") for job in jobs.values() for step in job["steps"]
    ):
        found.append("nobody says who built it")
    return found


def test_a_release_is_published_by_trust_and_attested(release: dict[Any, Any]) -> None:
    """Claim: begun by a tag that is the version, built once, shown to work from the wheel alone, attested, and published without any token."""
    assert problems_of(release, sessions()) == []
    assert trust_of(release) == []
    commands = [step.get("run", "") for job in release["jobs"].values() for step in job["steps"]]
    assert "./dev proofs tests/whole/test_wheel.py" in commands
    assert any("$GITHUB_REF_NAME" in one and "pyproject.toml" in one for one in commands)
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda w: w["jobs"]["publish"]["steps"][-1]["with"].update({"password": "x"}), "it knows a secret"),
        (
            lambda w: w["jobs"]["publish"].pop("environment"),
            "publish: it publishes without an environment, unchecked, or beside code of its own",
        ),
        (
            lambda w: w["jobs"]["publish"].update({"needs": ["build"]}),
            "publish: it publishes without an environment, unchecked, or beside code of its own",
        ),
        (
            lambda w: w["jobs"]["check"].update({"permissions": {"id-token": "write"}}),
            "check: it may say who it is, and need not, or the other way round",
        ),
        (lambda w: w["jobs"]["build"]["steps"].pop(4), "nobody says who built it"),
        (lambda w: w.update({"permissions": {"contents": "write"}}), "every job may do more than read"),
    ],
)
def test_a_release_that_trusts_too_much_is_refused(release: dict[Any, Any], break_it: Any, message: str) -> None:
    """Each check is seen to fail."""
    broken = yaml.safe_load(yaml.safe_dump(release))
    break_it(broken)
    assert message in trust_of(broken)
