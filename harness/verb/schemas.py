"""The files that have a schema, and what each may hold: the very shapes that their readers check by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.backend import shape
from harness.backend.phases import manifest
from harness.core.shape import Kind, schema
from harness.store import findings, goldens, rates
from harness.store.files import write_all

FOLDER = Path(".harness") / "schemas"
"""Where editors look for them, beside harness.toml: it is of the machine, as all of .harness is, and of the version that is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """`name` is what it is called, `says` what it is, `where` a pattern of the places where it stands, beside harness.toml."""

    name: str
    where: str
    says: str
    shape: Kind


FILES: Mapping[str, File] = {
    one.name: one
    for one in (
        File(name="harness.toml", where="harness.toml", says="What the harness is told of a backend. All that is not here is read from the target.", shape=shape.HARNESS_TOML),
        File(name="golden", where="**/*.golden.toml", says="What a scenario costs, beside it. `harness golden accept` writes it, and nothing else does.", shape=goldens.SHAPE),
        File(name="rates.toml", where="**/rates.toml", says="The rate card: what each operation costs, written down by somebody who did not read it off the backend.", shape=rates.SHAPE),
        File(name="findings.toml", where="**/findings.toml", says="What is known to be wrong, beside the scenarios: they pass as long as it is wrong in just that way.", shape=findings.SHAPE),
        File(name="phase.toml", where="**/phase.toml", says="A phase of a migration: what its overlay adds and replaces, what it may change, and how it is taken back.", shape=manifest.SHAPE),
    )
}  # fmt: skip


def text_of(name: str) -> str:
    """The schema of the file that is called `name`, as its own file holds it."""
    return json.dumps(schema.document(name, FILES[name].shape), indent=1, ensure_ascii=False) + "\n"


def file_name(name: str) -> str:
    return f"{name.removesuffix('.toml')}.schema.json"


NAMED = f"#:schema {FOLDER.as_posix()}/{file_name('harness.toml')}"
"""The first line of a harness.toml that names its schema, as taplo and the editors that use it read it."""


def write(project: Path) -> Path:
    """Put all of them beside the harness.toml of `project`; the folder. Raises store-write."""
    folder = project / FOLDER
    write_all({folder / file_name(name): text_of(name) for name in FILES})
    return folder


def stale(source: Path) -> bool:
    """Whether the harness.toml `source` names its schema and what stands there is none, or another version's."""
    head, place = source.read_text(encoding="utf-8").partition("\n")[0], source.parent / FOLDER / file_name("harness.toml")  # fmt: skip
    return head.strip() == NAMED and (
        not place.is_file() or place.read_text(encoding="utf-8") != text_of("harness.toml")
    )
