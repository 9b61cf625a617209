"""`harness stack` as somebody at a terminal uses it: up, press a button, look, reset, shell, again."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from harness.stack.isolation.supervise import descendants
from scenarios.world import bearer
from tests import preloaded, signals
from tests.whole.by_hand import ARTICLE_CREDITS, OPENING, credits_of, follow, nothing_left, now, pasted, place, words_of
from tests.whole.traces import Traces, gone
from tests.whole.workshop import COMMAND, Workshop

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, cache: Path, warm) -> Iterator[tuple[Workshop, str]]:
    """One stack for every test that leaves it standing, and what `up` said. It goes down without a trace."""
    shop = place(tmp_path_factory.mktemp("hand") / "shop", cache)
    told = shop.harness("stack", "up")
    assert told.code == 0, told.out + told.err
    yield shop, told.out
    traces = Traces()
    traces.note(now(shop)["pid"])
    assert len(traces.processes) > 8, "the stack was not seen"
    told = shop.harness("stack", "down")
    assert (told.code, told.out, told.err) == (0, "the stack 'default' is down\n", "")
    nothing_left(shop, traces)


@pytest.fixture
def fresh(up) -> Workshop:
    """The same stack as it was seeded."""
    shop, _ = up
    told = shop.harness("stack", "reset", "--scenario", "hand")
    assert told.code == 0, told.out + told.err
    return shop


def test_up_says_where_everything_is_and_one_line_can_be_pasted(up):
    """Claim: from outside the island the printed line answers with the balance, by curl where there is one."""
    shop, said = up
    lines = said.splitlines()
    assert re.fullmatch(r"igny8-reference at phase 0, tier processes: up after \d+\.\d s", lines[0])
    assert lines[1] == "  world     hand: two customers with work waiting at every stage"
    assert lines[2] == "  answers   simulated: the simulator speaks for every provider"
    assert lines[6] == "  logs      .harness/stacks/default/logs"
    assert f"  account              500 credits  {bearer('owner')}" in lines
    assert f"  bystander-account     77 credits  {bearer('bystander-owner')}" in lines
    line = lines[lines.index("  # what the account has") + 1]
    if shutil.which("curl"):
        got = subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
        )
        assert json.loads(got.stdout)["data"] == {"credits": OPENING}
    assert pasted(now(shop), "what the account has") == {"credits": OPENING}


def test_only_loopback_is_listened_on_and_the_database_wants_its_password(up):
    """Claim: nobody else on the machine gets into the database by its port."""
    shop, _ = up
    document = now(shop)
    for name in ("backend", "database", "broker"):
        assert re.search(r"[/@]127\.0\.0\.1:\d+", document[name])
    url = re.sub(r":[0-9a-f]{32}@", ":wrong@", document["database"])
    assert url != document["database"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)
    assert (shop.folder / ".harness/stacks/default").stat().st_mode & 0o077 == 0
    with redis.Redis.from_url(document["broker"]) as broker:
        assert broker.ping()


def test_a_pressed_button_is_charged_and_reset_undoes_it(fresh):
    """Claim: an article costs what it costs, seen through the printed database URL; a second one too, because the
    simulator answers as often as asked; reset brings the opening balance back."""
    document = now(fresh)
    seen = (fresh.folder / ".harness/stacks/default/logs/worker.log").read_text().count(" for content_generation ")
    pasted(document, "generate content")
    line = follow(fresh, "worker", " for content_generation .* balance ", seen)
    assert f"deducted {ARTICLE_CREDITS} credits" in line
    with psycopg.connect(document["database"]) as db:
        rows = db.execute(
            "SELECT credits_amount, balance_after FROM igny8_credit_transactions ORDER BY id DESC LIMIT 1"
        ).fetchall()
    assert rows == [(-ARTICLE_CREDITS, OPENING - ARTICLE_CREDITS)]
    after = now(fresh)
    assert credits_of(after) == {"account": OPENING - ARTICLE_CREDITS, "bystander-account": 77}
    assert after["calls"] == 1
    back = now(fresh, "reset")
    assert credits_of(back) == {"account": OPENING, "bystander-account": 77}
    assert (back["calls"], back["lines"]) == (0, document["lines"])
    pasted(back, "generate content")
    assert follow(fresh, "worker", " for content_generation .* balance ", seen + 1).split()[-1] == "480"


def test_reset_goes_to_another_scenarios_world_and_stays_there(fresh):
    """Claim: --scenario names the world, the next reset without it keeps it."""
    told = fresh.harness("stack", "reset", "--scenario", "writer/content_no_credits")
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    assert lines[0] == "igny8-reference at phase 0, tier processes: as it was seeded"
    assert lines[1].startswith("  world     writer/content_no_credits: ")
    assert now(fresh, "reset")["world"] == "writer/content_no_credits"
    told = fresh.harness("stack", "reset", "--scenario", "writer/generate_contents")
    assert (told.code, told.err) == (
        2,
        "error: there is no scenario 'writer/generate_contents'\n hint: did you mean 'writer/generate_content'?\n code: hand-scenario\n",
    )
    assert now(fresh)["world"] == "writer/content_no_credits", "a refused reset changes nothing"


def test_reset_comes_through_while_work_is_under_way(fresh):
    """Claim: what is queued or running neither holds a reset up nor writes into the new world."""
    document = now(fresh)
    with psycopg.connect(document["database"]) as db:
        db.execute("SELECT 1 FROM igny8_accounts WHERE id = %s FOR UPDATE", [document["customers"][0]["id"]])
        pasted(document, "generate content")
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        with psycopg.connect(document["database"], autocommit=True) as looking:
            while not looking.execute(waits).fetchone()[0]:
                looking.execute("SELECT pg_sleep(0.01)")
        told = fresh.harness("stack", "reset")
        assert (told.code, told.err.splitlines()[-1]) == (3, " code: reset-blocked"), (
            "somebody's transaction holds rows"
        )
    back = now(fresh, "reset")
    assert credits_of(back)["account"] == OPENING
    assert back["trouble"] == ""
    pasted(back, "generate content")
    assert follow(fresh, "worker", " for content_generation .* balance ").split()[-1] == "480"


def test_logs_are_what_each_role_said(up):
    """Claim: one role bare, all behind their names, an unknown one with the nearest."""
    shop, _ = up
    told = shop.harness("stack", "logs", "worker")
    assert told.code == 0
    assert any(line.endswith(" ready.") for line in told.out.splitlines())
    every = shop.harness("stack", "logs").out.splitlines()
    assert {line.split("|")[0].strip() for line in every} >= {"worker", "fake", "postgres"}
    told = shop.harness("stack", "logs", "wroker")
    assert (told.code, told.err) == (
        2,
        "error: no log of 'wroker'\n hint: did you mean 'worker'?\n code: role-unknown\n",
    )


def test_the_shell_runs_code_in_the_target(up):
    """Claim: output, errors, input and exit code are those of the command, in the stack's network and environment, where providers are trusted."""
    shop, _ = up
    code = (
        "import os, ssl, sys, socket; from igny8_core.auth.models import Account; trusted = ssl.create_default_context(cafile=os.environ['SSL_CERT_FILE']); "
        "trusted.wrap_socket(socket.create_connection(('api.openai.com', 443)), server_hostname='api.openai.com').close(); "
        "print('accounts', Account.objects.count(), sys.stdin.read()); print('aside', file=sys.stderr); sys.exit(7)"
    )
    done = preloaded.run(
        [*COMMAND, "stack", "shell", "--", "-c", code], cwd=shop.folder, env=shop.environment(), input="piped" * 50_000
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (7, "aside\n")
    assert done.stdout.splitlines()[-1] == "accounts 2 " + "piped" * 50_000


def test_the_shell_at_a_terminal_is_one(up):
    """Claim: a prompt, the window's size, Ctrl-C that interrupts the code and not the shell, Ctrl-D that ends it."""
    shop, _ = up
    pid, terminal = pty.fork()
    if pid == 0:
        signals.usual()
        os.chdir(shop.folder)
        os.execve(COMMAND[0], [*COMMAND, "stack", "shell"], {**shop.environment(), "LINES": "40", "COLUMNS": "100"})

    def until(text: str) -> str:
        seen = ""
        while text not in seen:
            assert select.select([terminal], [], [], 60)[0], f"no {text!r} in {seen!r}"
            seen += os.read(terminal, 4096).decode()
        return seen

    until(">>> ")
    os.write(terminal, b"import os; os.get_terminal_size()\r")
    assert "columns=100, lines=40" in until("\n>>> ")
    os.write(terminal, b"print('now', flush=True); import time; time.sleep(600)\r")
    until("\r\nnow\r\n")
    os.write(terminal, b"\x03")
    assert "KeyboardInterrupt" in until(">>> ")
    os.write(terminal, b"\x04")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


def test_a_shell_whose_terminal_is_gone_is_gone(up):
    """Claim: kill -9 of the command that showed it leaves no process behind in the stack."""
    shop, _ = up
    words = [*COMMAND, "stack", "shell", "--", "-c", "import time; print('here', flush=True); time.sleep(612)"]
    with preloaded.Program(
        words, cwd=shop.folder, env=shop.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "here":
            pass
        traces = Traces()
        for folder in Path("/proc").glob("[0-9]*"):
            if b"time.sleep(612)" in words_of(folder):
                traces.note(int(folder.name))
        assert len(traces.processes) >= 3, "the asking one, the one that carries, the shell"
        process.kill()
        process.wait()
    gone(traces, "nobody", shop.folder / "tmp")


def test_up_twice_is_refused(up):
    """Claim: it says so, and the stack stands as before."""
    shop, _ = up
    told = shop.harness("stack", "up")
    assert (told.code, told.err) == (
        2,
        "error: the stack 'default' is up already\n"
        " hint: harness stack status shows it, harness stack down ends it; --name NAME makes another beside it\n"
        " code: stack-up\n",
    )
    assert now(shop)["trouble"] == ""


def test_a_part_that_died_is_named(up):
    """Claim: status exits with 3 and says which; reset starts it again, and it works."""
    shop, _ = up
    for pid in descendants(now(shop)["pid"]):
        with suppress(FileNotFoundError, ProcessLookupError):  # a server process of the database comes and goes
            if Path("/proc", str(pid), "comm").read_text() == "worker\n":
                os.kill(pid, signal.SIGKILL)
    told = shop.harness("stack", "status")
    assert told.code == 3
    assert "  TROUBLE   worker ended (killed by SIGKILL); its last words: " in told.out
    back = now(shop, "reset")
    assert back["trouble"] == ""
    pasted(back, "generate content")
    follow(shop, "worker", "succeeded")
