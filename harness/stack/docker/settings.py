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
from harness.backend.shape import DOCKER, MOST_WORKERS
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.store.tomlread import Strict


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    base: str = "auto"
    requirements: Path | None = None
    workers: int = 1


def read(config: Config) -> Settings:
    """Raises HarnessError config-unknown-key, config-value."""
    table = Strict(config.source.name, "config").held(document(config.source).get("docker", {}), DOCKER, where="docker")
    requirements = table.get("requirements")
    return Settings(
        base=table.get("base", "auto"),
        requirements=config.source.parent / requirements if requirements else None,
        workers=table.get("workers", 1),
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
