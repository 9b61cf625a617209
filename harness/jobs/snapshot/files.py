"""A snapshot's document and its file: held to what the plan lists, scanned for secrets, written as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.jobs.snapshot.values import FORMAT, SECTIONS, Document
from harness.provider.cassettes.scan import scan
from harness.store.files import write_all


def checked(sections: Any, known: Iterable[str] = ()) -> Document:
    """The document, when it holds what the plan lists and nothing else. Raises snapshot-shape, -empty, -secret."""
    document = {"format": FORMAT, "sections": sections}
    problems = [*_shape(sections)]
    if problems:
        raise HarnessError(
            f"the snapshot is not what the plan lists: {problems[0]}",
            hint="nothing was written; a snapshot holds five sections with the plan's fields only",
            code="snapshot-shape",
        )
    if all(len(section["absent"]) == len(SECTIONS[section["section"]][0]) for section in sections):
        raise HarnessError(
            "the target has none of the five models", hint="is this IGNY8's manage.py?", code="snapshot-empty"
        )
    leaked = scan(text_of(document), known)
    if leaked:
        raise HarnessError(
            f"the snapshot holds {leaked[0]}",
            hint="nothing was written; take it out of the target's data first",
            code="snapshot-secret",
        )
    return document


def text_of(document: Document) -> str:
    """Canonical JSON: two equal states give the same bytes."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path) -> Document:
    """A snapshot file. Raises snapshot-missing, snapshot-syntax, and what `checked` raises."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r} is not {FORMAT}")
        sections = raw["sections"]
    except OSError as error:
        raise HarnessError(
            f"no snapshot at {path}: {error.strerror}", hint="make one: harness snapshot --out FILE", code="snapshot-missing"
        ) from None  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise HarnessError(
            f"{path} is not a snapshot: {error}", hint="make one: harness snapshot --out FILE", code="snapshot-syntax"
        ) from None
    return checked(sections)


def write(document: Document, path: Path) -> None:
    """Raises store-write."""
    write_all({path: text_of(document)})


def _shape(sections: Any) -> Iterable[str]:
    names = [section.get("section") if isinstance(section, dict) else None for section in sections]
    if names != list(SECTIONS):
        yield f"sections are {names}"
        return
    for section in sections:
        title, fields = section["section"], SECTIONS[section["section"]][0]
        absent = section.get("absent")
        if (
            set(section) != {"section", "absent", "rows"}
            or not isinstance(absent, list)
            or not set(absent) <= set(fields)
        ):
            yield f"{title} has keys {sorted(section)} or unknown absent fields"
            continue
        for row in section["rows"]:
            if set(row) != set(fields) - set(absent):
                yield f"{title} has a row with the fields {sorted(row)}"
            for field, value in row.items():
                if not isinstance(value, str | int | float | bool | None):
                    yield f"{title}.{field} is a {type(value).__name__}"
                elif field.startswith("has_") and not isinstance(value, bool):
                    yield f"{title}.{field} is not a yes or no"
