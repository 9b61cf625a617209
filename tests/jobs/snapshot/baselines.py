"""Small snapshots to compare: five sections with a row each."""

from __future__ import annotations

from pathlib import Path

from harness.jobs.snapshot import files
from harness.jobs.snapshot.sections import read
from harness.jobs.snapshot.values import Document

SECTIONS = read(Path(__file__).resolve().parents[3] / "contracts")

VALUES = {"has_openai_key": True, "has_runware_key": False, "name": "Tidewater", "cost_usd": "0.001403", "credits": 500}
KEY = "sk-" + "live0123456789abcdefghijkl"


def sections(**rows: list[dict]) -> list[dict]:
    """Five sections with a row each; `rows` replaces those of a section."""
    return [
        {
            "section": one.name,
            "absent": [],
            "rows": rows.get(one.name, [{field: VALUES.get(field, f"a {field}") for field in one.fields}]),
        }
        for one in SECTIONS
    ]


def checked(found: object, known: tuple[str, ...] = ()) -> Document:
    return files.checked(found, SECTIONS, known)


def changed(title: str, **values: object) -> Document:
    found = sections()
    next(one for one in found if one["section"] == title)["rows"][0].update(values)
    return checked(found)


BEFORE = checked(sections())
