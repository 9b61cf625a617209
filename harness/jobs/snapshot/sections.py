"""contracts/snapshot.toml: of which models and fields a snapshot is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.jobs.snapshot.values import NAME, Section, Sections
from harness.store.tomlread import Strict

FORMAT = 1
OPTIONAL = ("row", "order", "limit", "filter", "rename", "whether", "mask")


def read(contracts: Path) -> Sections:
    """The sections in the file's order. Raises snapshot-missing, snapshot-syntax, snapshot-unknown-key, snapshot-value."""
    strict = Strict(NAME, "snapshot")
    raw = strict.table("the file", strict.load(contracts / NAME), ("format", "section"))
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    if not isinstance(raw["section"], list) or not raw["section"]:
        raise strict.wrong("there is no section", "write each as a [[section]]")
    found = tuple(_section(strict, f"section[{n}]", value) for n, value in enumerate(raw["section"]))
    names = [one.name for one in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise strict.wrong(f"the section '{twice[0]}' is there twice", "each section has a name of its own")
    return found


def _section(strict: Strict, where: str, value: Any) -> Section:
    raw = strict.table(where, value, ("name", "model", "fields"), OPTIONAL)
    name = strict.text(f"{where}.name", raw["name"])
    model = strict.text(f"{name}.model", raw["model"])
    if len(model.split(".")) != 2 or not all(part.isidentifier() for part in model.split(".")):
        raise strict.wrong(f"{name}.model {model!r} is no model", 'write it as Django does: "app_label.Model"')
    fields = strict.texts(f"{name}.fields", raw["fields"])
    if not fields or len(set(fields)) != len(fields):
        raise strict.wrong(f"{name}.fields has none, or one twice", "list each field once")
    section = Section(
        name=name,
        model=model,
        fields=fields,
        row=strict.text(f"{name}.row", raw.get("row", "")),
        order=strict.texts(f"{name}.order", raw.get("order", [])),
        limit=_limit(strict, name, raw),
        filter=_plain(strict, f"{name}.filter", raw.get("filter", {})),
        rename=_texts(strict, f"{name}.rename", raw.get("rename", {})),
        whether=_texts(strict, f"{name}.whether", raw.get("whether", {})),
        mask=strict.texts(f"{name}.mask", raw.get("mask", [])),
    )
    for key, named in (("row", (section.row,)), ("rename", section.rename), ("whether", section.whether), ("mask", section.mask)):  # fmt: skip
        for one in named:
            if one and one not in fields:
                raise HarnessError(
                    f"{NAME}: {name}.{key} names '{one}', which is none of its fields",
                    hint=did_you_mean(one, fields),
                    code="snapshot-value",
                )
    return section


def _limit(strict: Strict, name: str, raw: dict[str, Any]) -> int | None:
    if "limit" not in raw:
        return None
    limit = strict.whole(f"{name}.limit", raw["limit"])
    if limit < 1:
        raise strict.wrong(f"{name}.limit is {limit}", "at least one row, or no limit")
    return limit


def _plain(strict: Strict, where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(one, str | int) for one in value.values()):
        raise strict.wrong(f"{where} must map lookups to texts, numbers or booleans", "{ live = true }")
    return value


def _texts(strict: Strict, where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise strict.wrong(f"{where} must map fields to the model's own", '{ number = "id" }')
    return value
