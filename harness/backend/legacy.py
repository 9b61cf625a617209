"""contracts/legacy.toml: the rules of the legacy scan, and the sources that they look at.

    format = 1
    [[rule]]
    id = "model-rates"
    kind = "python-name"                 # see harness.judge.legacy
    file = "backend/shop/prices.py"
    name = "MODEL_RATES"
    present_until = 6
    absent_from = 7
    why = "..."

Raises legacy-missing, legacy-syntax, legacy-unknown-key, legacy-value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.backend.phases import tree
from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.core.phase import LAST
from harness.core.schema import Schema
from harness.judge.legacy import KINDS, Rule, check
from harness.judge.result import Result, cannot_tell
from harness.store.tomlread import Strict

NAME = "legacy.toml"
FORMAT = 1
KEYS = ("id", "kind", "name", "present_until", "absent_from", "why")
REGULAR = ("text", "python-string")
DOTTED = ("class-attribute", "db-column")


def scan(config: Config, schema: Schema) -> Result:
    """What the cleanup removes is there as long as it is needed, and gone from then on: sources and schema together."""
    if config.phases_root is None or config.phases_dir is None:
        return cannot_tell(f"{config.source.name} has no [phases]: which code should be gone is not known")
    files = tree.layered(config.phases_root, config.phases_dir, config.phase).files
    rules = read(config.contracts / NAME)
    columns = {name: table.columns.keys() for name, table in schema.items()}
    return check(sources(files, rules), columns, rules, config.phase)


def read(path: Path) -> tuple[Rule, ...]:
    """The rules, in file order. Ids are unique, and there is at least one."""
    strict = Strict(path.name, "legacy")
    raw = strict.table("the file", strict.load(path), ("format", "rule"))
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    if not isinstance(raw["rule"], list) or not raw["rule"]:
        raise strict.wrong("there is no rule", "write each as a [[rule]]")
    rules = tuple(_rule(strict, f"rule[{n}]", value) for n, value in enumerate(raw["rule"]))
    ids = [rule.id for rule in rules]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise strict.wrong(f"the id {twice[0]} is there twice", "each rule has an id of its own")
    return rules


def sources(files: Mapping[str, Path], rules: Sequence[Rule]) -> dict[str, str]:
    """The texts that the rules look at. `files` are those of a Composition, or `dict(files_below(root))`."""
    patterns = {rule.file for rule in rules if rule.file}
    texts = {}
    for path, file in files.items():
        if path in patterns or any(fnmatchcase(path, pattern) for pattern in patterns):
            try:
                texts[path] = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise HarnessError(
                    f"cannot read {file}: {error}", hint="sources must be readable UTF-8 text", code="legacy-missing"
                ) from None
    return texts


def _rule(strict: Strict, where: str, value: Any) -> Rule:
    raw = strict.table(where, value, KEYS, ("file",))
    where = f"{where} ({raw['id']})"
    kind, name = strict.text(f"{where}.kind", raw["kind"]), strict.text(f"{where}.name", raw["name"])
    if kind not in KINDS:
        raise strict.wrong(f"{where}.kind {kind!r} is not known", did_you_mean(kind, KINDS))
    file = strict.text(f"{where}.file", raw.get("file", ""))
    if bool(file) == (kind == "db-column"):
        raise strict.wrong(f"{where}.file does not fit kind '{kind}'", "every kind but db-column looks at a file")
    if kind in DOTTED and not all(name.rpartition(".")):
        raise strict.wrong(f"{where}.name {name!r} has no dot", '"Class.attribute", or "table.column"')
    if kind in REGULAR:
        try:
            re.compile(name)
        except re.error as error:
            raise strict.wrong(f"{where}.name is no regular expression: {error}") from None
    until, from_ = (strict.whole(f"{where}.{key}", raw[key]) for key in ("present_until", "absent_from"))
    if not 0 <= until < from_ <= LAST:
        raise strict.wrong(f"{where}: {until} and {from_} are not phases in order", "0 <= present_until < absent_from")
    return Rule(
        id=strict.text(f"{where}.id", raw["id"]),
        kind=kind,
        file=file,
        name=name,
        present_until=until,
        absent_from=from_,
        why=strict.text(f"{where}.why", raw["why"]),
    )
