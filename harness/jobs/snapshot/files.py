"""A snapshot's document and its file: held to its sections, scanned for secrets, written as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.jobs.snapshot.values import FORMAT, NAME, Document, Sections
from harness.provider.cassettes.scan import scan
from harness.store.files import write_all


def checked(found: Any, sections: Sections, known: Iterable[str] = ()) -> Document:
    """The document, when it holds what `sections` list and nothing else. Raises snapshot-shape, -empty, -secret."""
    document = {"format": FORMAT, "sections": found}
    problems = [*_shape(found, sections)]
    if problems:
        raise HarnessError(
            f"the snapshot is not what contracts/{NAME} lists: {problems[0]}",
            hint="nothing was written; a snapshot holds its sections with their fields only",
            code="snapshot-shape",
        )
    if all(len(told["absent"]) == len(one.fields) for told, one in zip(found, sections, strict=True)):
        raise HarnessError(
            f"the target has none of the models of contracts/{NAME}",
            hint="is this the manage.py of the target that it was written for?",
            code="snapshot-empty",
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


def read(path: Path, sections: Sections) -> Document:
    """A snapshot file. Raises snapshot-missing, snapshot-syntax, and what `checked` raises."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r} is not {FORMAT}")
        found = raw["sections"]
    except OSError as error:
        raise HarnessError(
            f"no snapshot at {path}: {error.strerror}", hint="make one: harness snapshot --out FILE", code="snapshot-missing"
        ) from None  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise HarnessError(
            f"{path} is not a snapshot: {error}", hint="make one: harness snapshot --out FILE", code="snapshot-syntax"
        ) from None
    return checked(found, sections)


def write(document: Document, path: Path) -> None:
    """Raises store-write."""
    write_all({path: text_of(document)})


def _shape(found: Any, sections: Sections) -> Iterable[str]:
    names = [told.get("section") if isinstance(told, dict) else None for told in found]
    if names != [one.name for one in sections]:
        yield f"sections are {names}"
        return
    for told, one in zip(found, sections, strict=True):
        absent = told.get("absent")
        if (
            set(told) != {"section", "absent", "rows"}
            or not isinstance(absent, list)
            or not set(absent) <= set(one.fields)
        ):
            yield f"{one.name} has keys {sorted(told)} or unknown absent fields"
            continue
        for row in told["rows"]:
            if set(row) != set(one.fields) - set(absent):
                yield f"{one.name} has a row with the fields {sorted(row)}"
            for field, value in row.items():
                if not isinstance(value, str | int | float | bool | None):
                    yield f"{one.name}.{field} is a {type(value).__name__}"
                elif field in one.whether and not isinstance(value, bool):
                    yield f"{one.name}.{field} is not a yes or no"
