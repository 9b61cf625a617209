"""`harness golden review` at a terminal, on a price that changed: what a key accepts is written, and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import signals
from tests.whole import workshop
from tests.whole.workshop import COMMAND, Workshop

pytestmark = pytest.mark.stack

WRITER, PLANNER, LINKER = "writer/generate_content", "planner/cluster_keywords", "linker/generate_links"
SERVICE = "backend/igny8_core/business/billing/services/credit_service.py"
PRICE = "-(-tokens // max(1, config.tokens_per_credit))"
ENTRY = "description=(description or operation_type)[:255],\n                metadata={\n"
WHY = "a credit buys half as many tokens from July on"
KEYS = "q stop: "


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory, cache: Path, warm: Workshop) -> Workshop:
    """A backend that sells half as many tokens for a credit, as its price list says, too; and has another text in its movements. Three
    scenarios are driven on all of their paths: two are dearer, the third is only told otherwise."""
    place = workshop.set_up(tmp_path_factory.mktemp("review") / "shop", cache, copies=("scenarios", "contracts"))
    place.edit(SERVICE, PRICE, PRICE.replace("tokens_per_credit", "tokens_per_credit // 2"))
    place.edit(SERVICE, ENTRY, ENTRY.replace("[:255]", "[:7]"))
    for operation, price in (("clustering", 150), ("content_generation", 100)):
        line = f'{operation} = {{ kind = "tokens", tokens_per_credit = '
        place.edit("contracts/rates.toml", f"{line}{price}", f"{line}{price // 2}")
    place.borrow(warm)
    told = place.harness("verify", *(word for name in (WRITER, PLANNER, LINKER) for word in ("--only", name)))
    assert told.code == 1, told.out + told.err
    return place


class Screen:
    """A terminal with the command in it."""

    def __init__(self, pid: int, terminal: int) -> None:
        self.pid, self.terminal, self.seen, self.code = pid, terminal, "", -1

    def _more(self, waiting_for: str) -> bool:
        """Read what there is. False where the other side is closed."""
        assert select.select([self.terminal], [], [], 120)[0], f"no {waiting_for} in {self.seen!r}"
        try:
            said = os.read(self.terminal, 65536)
        except OSError:  # how Linux says that it is closed
            said = b""
        self.seen += said.decode().replace("\r\n", "\n")
        return bool(said)

    def until(self, text: str) -> str:
        """What is shown up to `text`, from where the last one ended."""
        while text not in self.seen:
            assert self._more(repr(text)), f"it ended without {text!r}: {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def ended(self) -> tuple[int, str]:
        """The exit code, and what was shown last."""
        while self._more("end"):
            pass
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code, self.seen


@contextmanager
def at_a_terminal(place: Workshop, *words: str, columns: int = 80, **env: str) -> Iterator[Screen]:
    pid, terminal = pty.fork()
    if pid == 0:
        signals.usual()
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.chdir(place.folder)
        os.execve(
            COMMAND[0], [*COMMAND, "golden", "review", *words], {**place.environment(), "TERM": "xterm-256color", **env}
        )
    screen = Screen(pid, terminal)
    try:
        yield screen
    finally:
        os.close(terminal)
        if screen.code < 0:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def locked(place: Workshop) -> dict[str, bytes]:
    files = (file for file in (place.folder / "scenarios").rglob("*") if file.suffix in (".toml", ".surface"))
    return {file.relative_to(place.folder / "scenarios").as_posix(): file.read_bytes() for file in files}


def differing(place: Workshop) -> list[str]:
    return list(json.loads(place.harness("golden", "diff", "--json").out)["differences"])


@pytest.mark.parametrize("columns", [80, 160])
def test_a_change_is_shown_with_its_money_and_its_evidence_and_q_writes_nothing(driven: Workshop, columns: int):
    """Claim: nothing is wider than the terminal but what cannot be broken; with NO_COLOR there is no colour; Ctrl-C ends it, too."""
    before = locked(driven)
    for end in ("q", "\x03", "\x04"):
        with at_a_terminal(driven, columns=columns, NO_COLOR="1") as screen:
            shown = screen.until(KEYS)
            screen.press(end)
            code, last = screen.ended()
        assert (code, locked(driven)) == (1, before)
        assert "accepted: nothing; 0 skipped, 3 not looked at\n" in last
        assert last.endswith("go on: harness golden review\n")
    flat = re.sub(r"\s+", " ", shown)
    for part in (
        "1 of 3 credits change",
        f"{WRITER} (manual, automation, scheduled) Write one article",
        "credits 20 -> 40 (+20)",
        "per 1,000 content_generation: 20,000 -> 40,000 credits; the cost is 17.26 USD, as before",
        "40 credits charged where the golden has 20 (+20)",
        "usage log 40 credits, gpt-5.1, 260+1693 tokens, cost 0.017255 USD",
        "pays for call 1, openai POST /v1/chat/completions 200, gpt-5.1, 260+1693 tokens",
        "written by worker, task igny8_core.ai.tasks.run_ai_task SUCCESS",
        "asked by POST /api/v1/writer/tasks/auto_generate_content/ 202",
        "law-6 pass: ",
        "beyond credits, 3 cells",
    ):
        assert part in flat
    (page, cell) = re.findall(r"report +(\S+)#(cell-\d+)", shown)[0]
    assert f'<details id="{cell}"><summary>' in (driven.folder / page).read_text()
    assert max(map(len, shown.splitlines())) <= columns
    assert not re.search(r"\x1b\[[\d;]*3[1-7]", shown)


def test_one_is_accepted_one_is_skipped_and_a_line_of_surfaces_is_written_for_its_scenario(driven: Workshop):
    """Claim: the dearest comes first; `golden diff` shows just what was skipped; files of no other scenario are touched; what goes on is said, and
    goes on."""
    before = locked(driven)
    with at_a_terminal(driven) as screen:
        assert WRITER in screen.until(KEYS)
        screen.press("s")
        assert PLANNER in screen.until(KEYS)
        screen.press("a")
        screen.until("why: ")
        screen.press("too dear\r")
        assert "that is no reason: 'too dear' is shorter than 10 characters" in screen.until("why: ")
        screen.press(f"{WHY}\r")
        shown = screen.until(KEYS)
        assert "3 of 3  beyond credits alone" in shown
        assert "Interna" in shown
        assert locked(driven)["linker/generate_links.surface"] == before["linker/generate_links.surface"]
        screen.press("a")
        screen.until(f"why (Enter: {WHY}): ")
        screen.press("\r")
        code, last = screen.ended()
    assert code == 1
    assert (
        "accepted: +5 credits on 1 scenario, the surface of 5 cells; 1 skipped, 0 not looked at\n"
        f"  skipped  {WRITER}\ngo on: harness golden review\n" in last
    )
    after = locked(driven)
    assert {name for name in after if after[name] != before.get(name)} - {"coverage.toml"} == {
        f"{PLANNER}.golden.toml", f"{PLANNER}.surface", f"{LINKER}.surface",
    }  # fmt: skip
    assert WHY in after[f"{PLANNER}.golden.toml"].decode()
    assert f"# why: {WHY}\n" in after[f"{LINKER}.surface"].decode()
    assert differing(driven) == [WRITER]

    with at_a_terminal(driven, WRITER) as screen:
        screen.until(KEYS)
        screen.press("a")
        screen.until("why: ")
        screen.press(f"{WHY}\r")
        code, last = screen.ended()
    assert (code, last.splitlines()[-1]) == (
        0,
        "accepted: +20 credits on 1 scenario, the surface of 3 cells; 0 skipped, 0 not looked at",
    )
    assert differing(driven) == []
    assert driven.harness("check").code == 0
