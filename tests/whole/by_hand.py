"""A stack as somebody at a terminal has it: where it is made, what it says, what a pasted line does, and that nothing of it is left."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests import preloaded
from tests.whole import workshop
from tests.whole.traces import Traces, end, gone
from tests.whole.workshop import COMMAND, Workshop

MARK = "HARNESS_BY_HAND"


OPENING = 500


ARTICLE_CREDITS = 20


def place(folder: Path, cache: Path) -> Workshop:
    """A workshop whose processes can be told from all others, with a temporary folder of its own."""
    made = workshop.set_up(folder, cache, backend=False, TMPDIR=str(folder / "tmp"), **{MARK: str(folder)})
    (folder / "tmp").mkdir()
    return made


def now(shop: Workshop, *words: str) -> dict[str, Any]:
    told = shop.harness("stack", *(words or ("status",)), "--json")
    assert told.code == 0, told.out + told.err
    return json.loads(told.out)


def credits_of(document: dict[str, Any]) -> dict[str, int]:
    return {customer["account"]: customer["credits"] for customer in document["customers"]}


def pasted(document: dict[str, Any], title: str) -> dict[str, Any]:
    """What the line of that title answers, sent as curl would send it."""
    line = next(line["text"] for line in document["lines"] if line["title"] == title)
    words = shlex.split(line)
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    data = words[words.index("-d") + 1] if "-d" in words else None
    answer = requests.request("POST" if data else "GET", words[-1], headers=headers, data=data, timeout=30)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()["data"]


def follow(shop: Workshop, role: str, pattern: str, after: int = 0) -> str:
    """`stack logs ROLE -f` until a line fits, `after` lines that fit; the line."""
    words = [*COMMAND, "stack", "logs", role, "-f"]
    with preloaded.Program(
        words, cwd=shop.folder, env=shop.environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if re.search(pattern, line):
                    if not after:
                        return line
                    after -= 1
            raise AssertionError(f"the logs ended without {pattern}")
        finally:
            process.kill()


def nothing_left(shop: Workshop, traces: Traces) -> None:
    gone(traces, f"{MARK}={shop.folder}", shop.folder / "tmp")
    assert not (shop.folder / ".harness" / "stacks").exists()


class Attached:
    """`stack up --attach ...` from the moment when it stands; killed when a test left it."""

    def __init__(self, shop: Workshop, *words: str) -> None:
        self.process = preloaded.Program(
            [*COMMAND, "stack", "up", "--attach", *words], cwd=shop.folder, env=shop.environment(), text=True,
            stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> subprocess.Popen[str]:
        assert self.process.stdout is not None
        said = iter(self.process.stdout.readline, "Ctrl-C takes it down\n")
        assert any("up after" in line for line in said)
        return self.process

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            end(self.process, signal.SIGKILL)
        assert self.process.stdout is not None
        self.process.stdout.close()


def words_of(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""
