"""`Look`: all that was found by looking at a target. The JSON document of `harness look --json` has the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.look.celery import Celery
from harness.core.look.database import Database
from harness.core.look.django import Django

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The target's interpreter. `packages` maps every installed distribution to its version, names as PyPI folds them
    (`django-redis`). `paths` are the folders they were found in, `beside` the sources that were imported from
    elsewhere than the target's folder. `added` are folders that manage.py puts on sys.path, from the target's folder on."""

    python: str
    implementation: str
    executable: str
    packages: Mapping[str, str]
    paths: tuple[str, ...]
    beside: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`celery` is None where the target has no Celery. `databases` maps Django's alias of a database to its catalogue;
    empty until a migrated database was asked."""

    format: int
    runtime: Runtime
    django: Django
    celery: Celery | None
    databases: Mapping[str, Database]
