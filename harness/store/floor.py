"""scenarios/reach.toml: what of the target's code a whole run reached when it was accepted, module by module.

    format = 1
    phase = 0
    vary = "none"                            # a run of at least these worlds is held to it
    why = "two handlers need a broken disk"
    [modules]
    "shop/billing.py" = { branches = "40 of 42", functions = "9 of 9" }

Raises reach-syntax, reach-unknown-key, reach-value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from harness.core.code import KINDS, Floor
from harness.core.variation import LEVELS
from harness.store.files import write_all
from harness.store.tomlread import Strict
from harness.store.tomlwrite import inline

NAME = "reach.toml"
FORMAT = 1
HEAD = '# What a whole run reaches of the code. Change with: harness reach --accept --why "..."'
_SHARE = re.compile(r"(\d+) of (\d+)")


def read(folder: Path) -> Floor | None:
    """None where nothing was accepted yet."""
    path = folder / NAME
    if not path.exists():
        return None
    strict = Strict(NAME, "reach")
    raw = strict.table("the file", strict.load(path), ("format", "phase", "vary", "why", "modules"))
    if raw["format"] != FORMAT:
        raise strict.wrong(
            f"format {raw['format']!r} is not {FORMAT}", 'accept again: harness reach --accept --why "..."'
        )
    if raw["vary"] not in LEVELS:
        raise strict.wrong(f"vary {raw['vary']!r} is none of {', '.join(LEVELS)}")
    if not isinstance(raw["modules"], dict):
        raise strict.wrong("modules must be a table")
    return Floor(
        phase=strict.whole("phase", raw["phase"]),
        vary=raw["vary"],
        why=strict.text("why", raw["why"]),
        modules={name: _shares(strict, f"modules.{name}", one) for name, one in raw["modules"].items()},
    )


def write(folder: Path, floor: Floor) -> None:
    """Raises store-write."""
    lines = [
        f"{inline(module)} = {inline({kind: f'{reached} of {of}' for kind, (reached, of) in kinds.items()})}"
        for module, kinds in sorted(floor.modules.items())
    ]
    head = [
        HEAD,
        f"format = {FORMAT}",
        f"phase = {floor.phase}",
        f"vary = {inline(floor.vary)}",
        f"why = {inline(floor.why)}",
    ]
    write_all({folder / NAME: "\n".join([*head, "", "[modules]", *lines]) + "\n"})


def _shares(strict: Strict, where: str, value: object) -> Mapping[str, tuple[int, int]]:
    table = strict.table(where, value, (), KINDS)
    shares = {}
    for kind, text in table.items():
        found = _SHARE.fullmatch(strict.text(f"{where}.{kind}", text))
        if found is None or int(found[1]) > int(found[2]):
            raise strict.wrong(f"{where}.{kind} {text!r} is no share", 'write "40 of 42"')
        shares[kind] = (int(found[1]), int(found[2]))
    return shares
