"""Reading a catalogue: a folder of patches, each with a head of TOML lines before its diff.

    kind  = "price"                       what kind of mistake it is: a row of the table
    what  = "Credits are rounded down."   one sentence
    phase = 4                             optional: the tree that the diff is against [default: 0]
    role  = "neutral"                     optional: a refactor that nothing may tell [default: "mistake"]
    changes = "contract"                  optional, of a refactor: what it declares to change, "contract" or "error-record"

    --- a/backend/shop/prices.py          from the first line that begins with "--- " or "diff " on: a unified diff
    +++ b/backend/shop/prices.py

Paths in a diff are below `phases.root` of harness.toml, or below `target.root` where there are no phases.
"""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.phase import LAST
from harness.jobs.score.values import CHANGES, MISTAKE, NEUTRAL, ROLES, Entry
from harness.store.tomlread import Strict

BEGIN = re.compile(r"^(--- |diff )", re.MULTILINE)
SUFFIX = ".patch"


def read(folder: Path) -> tuple[Entry, ...]:
    """Every patch below `folder`, in the order of their ids. Raises score-none, score-syntax, score-unknown-key, score-value."""
    files = sorted(folder.rglob(f"*{SUFFIX}"))
    if not files:
        raise HarnessError(
            f"no {SUFFIX} files in {folder}",
            hint="name a folder of patches; docs/score.md shows one",
            code="score-none",
        )
    return tuple(read_one(folder, file) for file in files)


def read_one(folder: Path, file: Path) -> Entry:
    """One patch. Raises as `read`."""
    name = file.relative_to(folder).as_posix().removesuffix(SUFFIX)
    strict = Strict(f"{name}{SUFFIX}", "score")
    text = file.read_text(encoding="utf-8")
    begin = BEGIN.search(text)
    if begin is None:
        raise strict.wrong("it has no diff", "write it as `diff -u` or `git diff` do")
    head = text[: begin.start()]
    try:
        document = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise HarnessError(
            f"{name}{SUFFIX}: its head is not valid TOML: {error}",
            hint="mend that line; docs/score.md shows a patch",
            code="score-syntax",
        ) from None
    raw = strict.table("the head", document, ("kind", "what"), ("phase", "role", "changes"))
    role, changes = strict.text("role", raw.get("role", MISTAKE)), strict.text("changes", raw.get("changes", ""))
    phase = strict.whole("phase", raw.get("phase", 0))
    if role not in ROLES:
        raise strict.wrong(f"role {role!r} is none of {', '.join(ROLES)}")
    if changes and (changes not in CHANGES or role != NEUTRAL):
        raise strict.wrong(f"changes {changes!r} is not for it", f"of a neutral refactor, one of {', '.join(CHANGES)}")
    if not 0 <= phase <= LAST:
        raise strict.wrong(f"phase {phase} is none", f"phases are 0 to {LAST}")
    return Entry(
        id=name,
        kind=strict.text("kind", raw["kind"]),
        what=strict.text("what", raw["what"]),
        role=role,
        phase=phase,
        changes=changes,
        diff=text[begin.start() :],
    )


def chosen(entries: tuple[Entry, ...], patterns: tuple[str, ...], shard: tuple[int, int] | None) -> tuple[Entry, ...]:
    """Those whose id or kind is like one of `patterns` (all without one), and of them every n-th of a shard. Raises score-none."""
    found = [one for one in entries if not patterns or any(_like(one, pattern) for pattern in patterns)]
    if not found:
        raise HarnessError(
            f"no patch is like {', '.join(patterns)}",
            hint="--only takes ids and kinds, as in 'price', 'seeded/*'",
            code="score-none",
        )
    n, of = shard or (1, 1)
    return tuple(found[n - 1 :: of])


def _like(entry: Entry, pattern: str) -> bool:
    return fnmatchcase(entry.id, pattern) or fnmatchcase(entry.kind, pattern)
