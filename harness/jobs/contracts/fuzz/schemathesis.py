"""schemathesis against an endpoint: in the target's process through WSGI, and over HTTP against a running web role."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import requests

from harness.core.config import Config
from harness.core.errors import StackError, last_lines
from harness.jobs.contracts.beside import in_target
from harness.jobs.contracts.fuzz import run as job
from harness.jobs.contracts.fuzz.endpoints import part
from harness.jobs.contracts.fuzz.protocol import Caller
from harness.jobs.contracts.fuzz.values import Asked
from harness.stack.database import seed
from harness.stack.processes import boot
from harness.stack.processes.running import Stack
from harness.stack.roles import environment, files
from harness.verb.inside import Island, answer

HEADER, OPERATION = "HARNESS_FUZZ_HEADER_", "HARNESS_FUZZ_OPERATION"
SHORT = 20
SHOWN = 3
CONFIG_FILE = "schemathesis.toml"
"""In contracts/api: what schemathesis sends and checks. It names the headers of the usual caller by HARNESS_FUZZ_HEADER_<NAME>."""


def in_process(config: Config, folder: Path, number: int, out: Path, isolation: str) -> Asked:
    """pytest with contracts/api/test_wsgi.py in the target's environment. Raises fuzz-* and whatever the stack does."""
    job.described(config, folder)
    report = out / "schemathesis-wsgi.xml"

    def work(stack: Stack) -> Any:
        told = stack.run_dir / files.TMP / report.name  # where the target may write
        words = ["{python}", "-m", "pytest", str(config.contracts / "api" / "test_wsgi.py"), "-q", "-p", "no:cacheprovider", "-p", "no:django",
                 "-c", os.devnull, "--rootdir", str(config.contracts / "api"), f"--hypothesis-seed={number}", f"--junitxml={told}"]  # fmt: skip
        line = environment.command(words, stack.places, "schemathesis")
        extra = {
            **_usual(folder),
            OPERATION: folder.name,
            "HARNESS_FUZZ_CONFIG": str(config.contracts / "api" / CONFIG_FILE),
        }
        done = in_target(stack, config, line, extra)
        with suppress(FileNotFoundError):
            shutil.copyfile(told, report)
        return {"code": done.returncode, "said": done.stdout[-6000:] + done.stderr[-2000:]}

    told = _in_stack(config, folder, isolation, work, roles=False)
    return _read("wsgi", report, told)


def over_http(config: Config, folder: Path, number: int, out: Path, isolation: str) -> Asked:
    """schemathesis' own command against the web role, JUnit and HAR into `out`; then every caller, by hand."""
    path, answers = job.described(config, folder)
    callers = part(folder, "world").CALLERS

    def work(stack: Stack) -> Any:
        words = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config.contracts / "api" / CONFIG_FILE), "run", str(config.contracts / "api" / "openapi.yaml"),
                 "--url", stack.base_url, "--include-operation-id", folder.name, "--seed", str(number),
                 "--report", "junit,har", "--report-dir", str(out),
                 "--report-junit-path", str(out / "schemathesis-http.xml"), "--report-har-path", str(out / "schemathesis-http.har"), "--no-color"]  # fmt: skip
        env = {**os.environ, **_usual(folder)}
        done = subprocess.run(
            words, env=env, cwd=out, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        return {
            "code": done.returncode,
            "said": done.stdout[-6000:] + done.stderr[-2000:],
            "callers": _callers(stack.base_url + path, callers, answers),
        }

    told = _in_stack(config, folder, isolation, work, roles=True)
    found = _read("http", out / "schemathesis-http.xml", told)
    statuses = _statuses(out / "schemathesis-http.har")
    if 200 not in statuses and not found.problems and not told["callers"]:
        raise StackError(
            f"schemathesis (http) was never answered 200, but {sorted(statuses)}",
            hint="a run in which nobody was let in has looked at no model",
            code="fuzz-nothing",
        )
    return Asked(way="http", told=f"{found.told}, {len(callers)} callers", problems=(*found.problems, *told["callers"]))


def _statuses(har: Path) -> set[int]:
    """The statuses of a HAR file; none when there is no such file."""
    try:
        entries = json.loads(har.read_text(encoding="utf-8"))["log"]["entries"]
    except (OSError, ValueError, KeyError):
        return set()
    return {entry["response"]["status"] for entry in entries if entry.get("response")}


def _usual(folder: Path) -> dict[str, str]:
    """The headers of who asks where nobody is named, for schemathesis' configuration."""
    world = part(folder, "world")
    headers = world.CALLERS[world.USUAL[0]].headers
    return {HEADER + name.upper().replace("-", "_"): value for name, value in headers.items()}


def _callers(url: str, callers: Mapping[str, Caller], answers: dict[str, Any]) -> list[str]:
    """Every caller over the wire: status and body."""
    problems = []
    with requests.Session() as session:
        session.trust_env = False
        for name, caller in callers.items():
            own = {name: value.encode().decode("latin-1") for name, value in caller.headers.items()}
            headers = {"Accept": "application/json", **own}
            try:
                answer = session.get(url, headers=headers, timeout=20)
                body = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise StackError(
                    f"the endpoint is down: {type(error).__name__} as caller '{name}'",
                    hint="see the web role's log with harness manage -- check; nothing was judged",
                    code="fuzz-down",
                ) from None
            if answer.status_code != caller.status:
                problems.append(f"http: {answer.status_code} to caller '{name}', must be {caller.status}")
            else:
                errors = jsonschema_rs.Draft202012Validator(answers[str(caller.status)]).iter_errors(body)
                problems += [f"http: the {caller.status} to caller '{name}': {one.message}" for one in errors][:SHOWN]
    return problems


def _in_stack(config: Config, folder: Path, isolation: str, work: Callable[[Stack], Any], *, roles: bool) -> Any:
    """`work` on a booted stack in which the endpoint's world is; its JSON value, or its error raised here."""

    def ask(place: Island) -> Any:
        with boot.boot(config, place, fake=None, roles=roles) as stack:
            seed.insert(stack.db, config.tables, part(folder, "world").given())
            return work(stack)

    return answer(config, ask, isolation=isolation, silent=lambda code: job.ended("schemathesis", code))


def _read(way: str, report: Path, told: dict[str, Any]) -> Asked:
    """The JUnit file against the exit code: no test, or an exit code that is neither 0 nor 1, has shown nothing."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []
    failed = [one for one in cases if one.find("failure") is not None or one.find("error") is not None]
    skipped = [one for one in cases if one.find("skipped") is not None]
    if told["code"] not in (0, 1) or not cases or len(skipped) == len(cases):
        raise StackError(
            f"schemathesis ({way}) tested nothing (exit code {told['code']}, {len(cases)} tests)",
            hint=f"its last words: {last_lines(told['said'])}",
            code="fuzz-nothing",
        )
    problems = [_failure(way, one) for one in failed]
    if told["code"] and not problems:
        problems = [f"{way}: schemathesis failed and named no test"]
    return Asked(
        way=way, told=f"schemathesis {way}: {len(cases)} tests, {len(failed)} failed", problems=tuple(problems)
    )


def _failure(way: str, case: ElementTree.Element) -> str:
    part = case.find("failure")
    part = part if part is not None else case.find("error")
    said = (part.get("message") or "", part.text or "") if part is not None else ("",)
    text = said[0] if len(said[0]) > SHORT else " ".join(said)  # over HTTP the message is a bare code
    return f"{way}: {case.get('name')}: {' '.join(text.split())[:500]}"
