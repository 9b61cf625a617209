"""Small snapshots to compare: five sections with a row each."""

from __future__ import annotations

from harness.jobs.snapshot.files import checked
from harness.jobs.snapshot.values import SECTIONS

VALUES = {"has_openai_key": True, "has_runware_key": False, "name": "Tidewater", "cost_usd": "0.001403", "credits": 500}
KEY = "sk-" + "live0123456789abcdefghijkl"


def sections(**rows: list[dict]) -> list[dict]:
    """Five sections with a row each; `rows` replaces those of a section."""
    return [
        {
            "section": title,
            "absent": [],
            "rows": rows.get(title, [{field: VALUES.get(field, f"a {field}") for field in fields}]),
        }
        for title, (fields, _) in SECTIONS.items()
    ]


def changed(title: str, **values: object) -> dict:
    found = sections()
    next(one for one in found if one["section"] == title)["rows"][0].update(values)
    return checked(found)


BEFORE = checked(sections())
