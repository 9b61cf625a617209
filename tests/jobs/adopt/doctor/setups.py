"""A project whose set-up is whole, and what a doctor's line says done to it: word by word, as a reader would."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.backend import problems
from harness.backend.roles import usual
from harness.core.look.values import Look
from harness.jobs.adopt.doctor import law, machine, target
from harness.jobs.adopt.doctor.values import Found, Level, wrong
from tests.backend.look import conftest

TOML = """format = 1

[target]
root = "shop"

[target.env]
LOG_DIR = "{logs_dir}"

[ledger]
balance = { table = "account", column = "credits", account = "id" }
"""
SETTINGS = f"""
import os
{conftest.SETTINGS}
INSTALLED_APPS = ["shop"]
env = os.environ.get
DATABASES = {{"default": {{"ENGINE": "django.db.backends.postgresql", "NAME": env("DB_NAME", "shop"), "HOST": env("DB_HOST", "127.0.0.1"), "PORT": "5432"}}}}
CELERY_BROKER_URL = env("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_TASK_ROUTES = {{"shop.tasks.draw": {{"queue": "pictures"}}}}
"""
FILES = {
    "shop/settings.py": SETTINGS,
    "shop/models.py": "from django.db import models\nclass Account(models.Model):\n    credits = models.IntegerField(default=0)\n",
    "shop/tasks.py": "from celery import shared_task\n@shared_task\ndef draw(n):\n    return n\n",
    "requirements.txt": "django\n",
}
SCENARIO = """from harness.core.action import Path, task
from harness.core.scenario import Given, Row, Scenario
SCENARIO = Scenario(id="draw/one", title="One", given=Given(rows=(Row(name="owner", model="shop.Account"),)), when=(task("shop.tasks.draw", 1),), paths=(Path.SCHEDULED,))
"""
GOLDEN = 'format   = 2\nscenario = "draw/one"\nwhy      = "nothing is charged"\nbalance  = { opening = 5, closing = 5 }\nledger   = []\nusage    = []\ncalls    = {}\n'


@dataclass(slots=True)
class Setup:
    """`folder` holds harness.toml; `facts` are the machine's; `packages` are taken from, or put beside, what is installed."""

    folder: Path
    facts: machine.Facts
    less: set[str] = field(default_factory=set)

    @property
    def toml(self) -> Path:
        return self.folder / "harness.toml"

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)
        importlib.invalidate_caches()

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times {old!r}"
        self.write(name, text.replace(old, new))

    def add(self, section: str, line: str) -> None:
        """A line of harness.toml, in its section."""
        text = self.toml.read_text()
        key = line.partition("=")[0].strip()
        text = re.sub(rf"(?m)^{re.escape(key)} *=.*\n", "", text)
        if not section:
            self.toml.write_text(text.replace("format = 1\n", f"format = 1\n{line}\n", 1))
        elif f"[{section}]\n" in text:
            self.toml.write_text(text.replace(f"[{section}]\n", f"[{section}]\n{line}\n", 1))
        else:
            self.toml.write_text(f"{text}\n[{section}]\n{line}\n")

    def look(self, config: Any, looked: Callable[..., Look]) -> Look:
        found = looked(self.folder / "shop", env={"DB_NAME": "app", **_environment(config.env)})
        kept = {name: said for name, said in found.runtime.packages.items() if name not in self.less}
        return replace(found, runtime=replace(found.runtime, packages=kept))

    def examined(self, looked: Callable[..., Look] | None = conftest.looked) -> list[Found]:
        """As the doctor's own run, without an island: the target is looked at by this interpreter; None: not at all."""
        found = [*machine.looked(self.facts)]
        config, refusals = problems.read(self.toml)
        found += [wrong("harness.toml", one.error.message, one.error.hint, line=one.line) for one in refusals]
        if config is not None:
            if looked is not None:
                try:
                    look = self.look(config, looked)
                except Exception as error:
                    found.append(target.unseen(error, config))  # type: ignore[arg-type]
                else:
                    config = usual.filled(config, look)
                    found += [*target.looked(config, look), *target.ledger(config, look)]
            _forget()
            found += law.looked(config)
            _forget()
        return found

    def wrongs(self, looked: Callable[..., Look] | None = conftest.looked) -> list[Found]:
        return [one for one in self.examined(looked) if one.level is Level.WRONG]


def _forget() -> None:
    """A command reads scenarios once, and this process those of other projects too."""
    for name in [name for name in sys.modules if name.split(".")[0] == "scenarios"]:
        del sys.modules[name]


def _environment(said: dict[str, str]) -> dict[str, str]:
    places = {"logs_dir": "/tmp/logs", "redis_url": "redis://127.0.0.1:6379/0", "db_host": "127.0.0.1", "db_name": "app", "host": "127.0.0.1"}  # fmt: skip
    return {name: re.sub(r"\{(\w+)\}", lambda m: places.get(m[1], m[0]), value) for name, value in said.items()}


def whole(folder: Path) -> Setup:
    """A set-up with which nothing is wrong."""
    facts = machine.Facts(
        platform="linux", environment={}, umask=0o022, root=True, now=2_000_000_000.0, free={folder: 1 << 40}, cache=folder, newest=1_900_000_000.0,
    )  # fmt: skip
    made = Setup(folder=folder, facts=facts)
    conftest.write(folder / "shop", FILES)
    made.write("harness.toml", TOML)
    made.write("scenarios/__init__.py", "")
    made.write("scenarios/draw/one.py", SCENARIO)
    made.write("scenarios/draw/one.golden.toml", GOLDEN)
    return made


def done(setup: Setup, found: Found) -> None:
    """What the line says, and nothing else. Fails for a line that says nothing that can be done."""
    mend = found.mend
    if said := re.match(r"in harness\.toml, \[([\w.]+)\]: (.+)", mend) or re.match(r"(?:likely|a guess), in harness\.toml, \[([\w.]+)\]: (.+)", mend):  # fmt: skip
        for line in said[2].split("; "):
            setup.add(said[1], line.replace('"made-up"', '"1"').replace("FILE", "shop/requirements.txt"))
    elif said := re.match(r"in harness\.toml: (.+)", mend):
        setup.add("", said[1])
    elif said := re.match(r"did you mean '(.+)'\?", mend):
        lines = setup.toml.read_text().splitlines()
        word = re.search(r"unknown key '(.+?)'| '([^' ]+)' is", found.what)
        assert word, found.what
        lines[found.line - 1] = lines[found.line - 1].replace(next(filter(None, word.groups())), said[1])
        setup.toml.write_text("\n".join(lines) + "\n")
    elif mend in ("phases are 0 to 7", "put each value in quotes") or mend.startswith("mend that line"):
        lines = setup.toml.read_text().splitlines()
        if "quotes" in mend:
            lines[found.line - 1] = re.sub(r"= (.*)", r'= "\1"', lines[found.line - 1])
        elif "phases" in mend:
            lines[found.line - 1] = "phase = 7"
        else:
            lines[found.line - 1] += "]"
        setup.toml.write_text("\n".join(lines) + "\n")
    elif said := re.match(r"umask (\d+),", mend):
        setup.facts = replace(setup.facts, umask=int(said[1], 8))
    elif said := re.fullmatch(r"unset ([\w ]+)", mend):
        kept = {name: value for name, value in setup.facts.environment.items() if name not in said[1].split()}
        setup.facts = replace(setup.facts, environment=kept)
    elif mend.startswith("make room in "):
        setup.facts = replace(setup.facts, free=dict.fromkeys(setup.facts.free, 1 << 40))
    elif mend.startswith("set the clock"):
        setup.facts = replace(setup.facts, now=setup.facts.newest)
    elif said := re.match(r"add (\S+) to the target's requirements", mend):
        setup.less.clear()
    elif mend.startswith("delete the file"):
        name = re.search(r"golden of (\S+)|^(\S+):", found.what)
        assert name
        for path in setup.folder.rglob(f"{next(filter(None, name.groups()))}.*"):
            if path.suffix in (".toml", ".yaml"):
                path.unlink()
    elif mend.startswith("point it at the backend's folder"):
        lines = setup.toml.read_text().splitlines()
        lines[found.line - 1] = 'root = "shop"'
        setup.toml.write_text("\n".join(lines) + "\n")
    elif mend.startswith("rename one of them"):
        setup.edit("scenarios/draw/two.py", "draw/one", "draw/two")
        setup.write("scenarios/draw/two.golden.toml", GOLDEN.replace("draw/one", "draw/two"))
    elif mend.startswith("mend the file; nothing was run"):
        broken = re.match(r"scenarios/(\S+\.py) cannot", found.what)
        assert broken
        (setup.folder / "scenarios" / broken[1]).unlink()
    elif said := re.match(r"harness verify --only (\S+), then harness golden accept \1", mend):
        setup.write("scenarios/draw/one.golden.toml", GOLDEN)  # what accepting a run writes
    elif mend == "harness init writes the first ones":
        setup.write("scenarios/draw/one.py", SCENARIO)
    elif said := re.match(r"let shop\.settings read (\w+) of DATABASES from", mend):
        setup.edit("shop/shop/settings.py", '"django.db.backends.sqlite3"', '"django.db.backends.postgresql"')
    else:
        raise AssertionError(f"nothing can be done about: {mend}")
