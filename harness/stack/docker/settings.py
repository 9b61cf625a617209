"""[docker] of harness.toml, as one frozen value.

[docker]
base = "auto"                       # or "bootstrap", or the name of an image with Python
requirements = "requirements.txt"   # the target's packages, beside harness.toml; absent: those of target.python
workers = 1                         # containers for each role that takes tasks
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.backend.description import document
from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean

MOST_WORKERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    base: str = "auto"
    requirements: Path | None = None
    workers: int = 1


def read(config: Config) -> Settings:
    """Raises HarnessError config-unknown-key, config-value."""
    table = document(config.source).get("docker", {})
    known = ("base", "requirements", "workers")
    if not isinstance(table, dict):
        raise _bad(config, "[docker] must be a table", "see docs/formats.md, harness.toml")
    for key in table:
        if key not in known:
            raise _bad(config, f"unknown key '{key}' in [docker]", did_you_mean(key, known), "config-unknown-key")
    for key in ("base", "requirements"):
        if key in table and (not isinstance(table[key], str) or not table[key]):
            raise _bad(config, f"docker.{key} must be text", "put it in quotes")
    requirements = table.get("requirements")
    return Settings(
        base=table.get("base", "auto"),
        requirements=config.source.parent / requirements if requirements else None,
        workers=checked_workers(table.get("workers", 1), f"{config.source.name}: docker.workers"),
    )


def requirements(config: Config, settings: Settings) -> tuple[Path, ...]:
    """The files whose packages the target has for itself in the image; none: it shares the harness's.

    Raises HarnessError docker-requirements for an interpreter or a venv: what is installed there is not for the image.
    """
    files = config.requirements or (() if settings.requirements is None else (settings.requirements,))
    if config.python is not None and not files:
        raise HarnessError(
            f"target.python is {config.python}, whose packages cannot be put into an image",
            hint="name the requirements files in target.python, or one in [docker] requirements",
            code="docker-requirements",
        )
    return files


def checked_workers(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_WORKERS:
        raise HarnessError(
            f"{where} {value!r} is no number of workers", hint=f"1 to {MOST_WORKERS}", code="config-value"
        )
    return value


def _bad(config: Config, message: str, hint: str, code: str = "config-value") -> HarnessError:
    return HarnessError(f"{config.source.name}: {message}", hint=hint, code=code)
