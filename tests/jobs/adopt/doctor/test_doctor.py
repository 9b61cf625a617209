"""Broken set-ups: each gets its own line, all of them at once, and is mended by what its line says."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.jobs.adopt.doctor import report as shown
from harness.jobs.adopt.doctor import run as job
from harness.jobs.adopt.doctor.values import Found, Level, note, wrong
from tests import preloaded
from tests.jobs.adopt.doctor.setups import GOLDEN, SCENARIO, Setup, done, whole
from tests.whole.workshop import COMMAND

Break = Callable[[Setup], None]


def facts(**changed: object) -> Break:
    def broken(setup: Setup) -> None:
        setup.facts = replace(setup.facts, **changed)  # type: ignore[arg-type]

    return broken


def edited(name: str, old: str, new: str) -> Break:
    return lambda setup: setup.edit(name, old, new)


def written(name: str, text: str) -> Break:
    return lambda setup: setup.write(name, text)


def without(name: str) -> Break:
    return lambda setup: (setup.folder / name).unlink()


ROOM = Path("/dev/shm")
READ: dict[str, tuple[Break, str]] = {
    "umask": (facts(umask=0o077), "the umask is 077"),
    "libpq": (facts(environment={"PGSERVICE": "prod", "PGHOST": "db"}), "PGSERVICE is set"),
    "room": (facts(free={ROOM: 100 << 20}), "/dev/shm has 100 MiB free"),
    "clock": (facts(now=1_000_000_000.0), "the clock says 2001-09-09"),
    "syntax": (edited("harness.toml", "[ledger]", "[ledger"), "is not valid TOML"),
    "unknown key": (edited("harness.toml", "[target]\n", '[target]\nmarkres = ["x"]\n'), "unknown key 'markres' in [target]"),
    "unknown table": (edited("harness.toml", "[ledger]", "[legder]"), "unknown key 'legder' in [top level]"),
    "no such root": (edited("harness.toml", 'root = "shop"', 'root = "shopp"'), "is not a folder"),
    "no such phase": (edited("harness.toml", "[target]\n", "[target]\nphase = 12\n"), "target.phase 12 is not a phase"),
    "number in env": (edited("harness.toml", "[target.env]\n", "[target.env]\nSIZE = 3\n"), "[target.env] must map names to texts"),
    "provider's kind": (edited("harness.toml", "[ledger]", '[providers]\n"api.x" = "opnai"\n[ledger]'), "'opnai' is not a kind of provider"),
    "no golden": (without("scenarios/draw/one.golden.toml"), "draw/one has no golden"),
    "golden of nothing": (written("scenarios/draw/gone.golden.toml", GOLDEN.replace("one", "gone")), "the golden of draw/gone speaks of no scenario"),
    "two of one id": (written("scenarios/draw/two.py", SCENARIO), "two scenarios are called draw/one"),
    "broken scenario": (written("scenarios/draw/oops.py", "import nowhere\n"), "No module named 'nowhere'"),
    "cassette nobody plays": (written("cassettes/openai/old/x.yaml", "version: 1\ninteractions: []\n"), "no scenario plays it"),
}  # fmt: skip
"""What is seen without looking at the target -> how it is broken, and what its line says."""

LOOKED: dict[str, tuple[Break, str]] = {
    "sqlite": (edited("shop/shop/settings.py", '"django.db.backends.postgresql", "NAME": env(', '"django.db.backends.sqlite3", "NAME": env('), "the database 'default' is sqlite3"),
    "another host": (edited("shop/shop/settings.py", 'env("DB_HOST", "127.0.0.1")', 'env("SQL_SERVER", "db.internal")'), "from db.internal:5432, which is not the stack's"),
    "another name": (edited("shop/shop/settings.py", 'env("DB_NAME", "shop")', 'env("SHOP_BASE", "shop")'), "the database 'default' as shop, and the stack calls it app"),
    "another broker": (edited("shop/shop/settings.py", 'env("REDIS_URL", "redis://127.0.0.1:6379/0")', 'env("QUEUE_URL", "redis://cache:6379/0")'), "the broker from cache:6379"),
    "eager": (edited("shop/shop/settings.py", "env = os", 'CELERY_TASK_ALWAYS_EAGER = os.environ.get("TASKS_EAGER", "1") == "1"\nenv = os'), "task_always_eager is on"),
    "unserved queue": (edited("harness.toml", "[target]\n", 'roles.worker.queues = ["celery"]\n[target]\n'), "no worker takes from the queue 'pictures'"),
    "needed variable": (edited("shop/shop/settings.py", "env = os", 'PAY = os.environ["PAY_TOKEN"]\nenv = os'), "the settings insist on PAY_TOKEN"),
    "no driver": (lambda setup: setup.less.update({"psycopg", "psycopg2", "psycopg2-binary"}), "no driver of PostgreSQL is installed"),
    "no ledger": (edited("harness.toml", 'balance = { table = "account", column = "credits", account = "id" }\n', ""), "nobody says where balances stand"),
    "second database": (edited("shop/shop/settings.py", 'CELERY_BROKER', 'DATABASES["lake"] = {**DATABASES["default"], "HOST": "127.0.0.1"}\nCELERY_BROKER'), "DATABASES has 'lake'"),
}  # fmt: skip
"""What its own interpreter has to be asked for."""

TOGETHER = (("needed variable",), ("another host", "second database"), ("another name",), ("sqlite", "another broker", "eager", "unserved queue", "no driver", "no ledger"))  # fmt: skip
"""A target that cannot be imported says nothing more, and a database is in one wrong place at a time."""


def test_there_are_more_than_twenty_broken_set_ups():
    """Claim: none of them is left out of what is driven."""
    assert len(READ) + len(LOOKED) >= 25
    assert sorted(name for names in TOGETHER for name in names) == sorted(LOOKED)


def test_a_whole_set_up_has_nothing_wrong(tmp_path: Path):
    """Claim: the doctor is quiet where all is there."""
    assert whole(tmp_path).wrongs() == []


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_told_and_mended_by_its_line(name: str, tmp_path: Path):
    """Claim: one line that names it; with what the line says done, nothing is wrong any more."""
    setup, (broken, says) = whole(tmp_path), READ[name]
    broken(setup)
    found = setup.wrongs(None)
    assert [says in one.what for one in found] == [True], found
    done(setup, found[0])
    assert setup.wrongs(None) == []


@pytest.mark.parametrize("names", TOGETHER, ids=", ".join)
def test_what_looking_shows_is_told_and_mended_by_its_lines(names: tuple[str, ...], tmp_path: Path):
    """Claim: the same, of what only the target's own interpreter knows, all of it in one look."""
    setup = whole(tmp_path)
    for name in names:
        LOOKED[name][0](setup)
    found = setup.wrongs()
    assert len(found) == len(names), found
    for name in names:
        assert [LOOKED[name][1] in one.what for one in found].count(True) == 1, (name, found)
    for one in found:
        done(setup, one)
    assert setup.wrongs() == []


def test_everything_is_told_at_once(tmp_path: Path):
    """Claim: what is wrong in one place hides nothing that is wrong in another, and each line of harness.toml is named."""
    # a file that cannot be parsed says nothing more; and what no scenario asks for is told once all scenarios can be read
    alone = ("syntax", "no such root", "unknown table", "golden of nothing", "cassette nobody plays")
    setup, at_once = whole(tmp_path), [name for name in READ if name not in alone]
    for name in at_once:
        READ[name][0](setup)
    found = setup.wrongs(None)
    for name in at_once:
        says = READ[name][1]
        assert any(says in one.what for one in found), (says, found)
    assert all(one.line for one in found if one.part == "harness.toml")
    lines = setup.toml.read_text().splitlines()
    of_keys = {one.line: one.what for one in found if one.part == "harness.toml"}
    assert any("markres" in lines[line - 1] for line in of_keys)
    assert any("opnai" in lines[line - 1] for line in of_keys)


def test_the_command_says_the_same_in_lines_and_in_json(tmp_path: Path):
    """Claim: without a harness.toml and with a bad umask: exit code 1, both told, no traceback, and each has its mend."""
    env = {"PATH": os.environ["PATH"], "HOME": os.fspath(tmp_path), "PGSERVICE": "prod"}
    said = preloaded.run([*COMMAND, "doctor", "--no-stack"], cwd=tmp_path, env=env)
    assert (said.returncode, said.stderr) == (1, ""), said.stdout
    assert "wrong harness.toml: no harness.toml at harness.toml\n      -> harness init writes one" in said.stdout
    assert "PGSERVICE is set" in said.stdout
    assert said.stdout.endswith("no run can be believed before they are mended\n")
    told = json.loads(preloaded.run([*COMMAND, "doctor", "--no-stack", "--json"], cwd=tmp_path, env=env).stdout)
    assert told["believable"] is False
    assert all(one["mend"] for one in told["found"] if one["level"] == "wrong")


def test_the_report_puts_what_is_wrong_first():
    """Claim: wrong, notes, then what is fine in one line a part; the verdict counts."""
    found = [Found(part="machine", level=Level.FINE, what="Python"), note("stack", "cold", "x"), wrong("harness.toml", "bad", "do", line=3)]  # fmt: skip
    assert [*shown.lines(found)] == [
        "wrong harness.toml:3: bad", "      -> do", "note  stack: cold", "      -> x", "fine  machine: Python", "",
        "1 thing wrong, 1 note: no run can be believed before it is mended",
    ]  # fmt: skip


def test_a_look_that_breaks_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Claim: no traceback and no belief, whatever breaks in the doctor itself."""

    def broken(of: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(job.machine, "looked", broken)
    found = job.examined(tmp_path / "harness.toml", stack=False)
    assert any("ZeroDivisionError: on purpose" in one.what and one.level is Level.WRONG for one in found)
    assert sys.exc_info() == (None, None, None)
