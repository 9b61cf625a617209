"""What is asked of a target by looking, and of whom: told by harness.toml alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.core.config import Config

SCRIPT = Path(__file__).parent / "asked" / "__main__.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and of whom. `python` starts the target's interpreter; `manage` are the words after it, as
    target.manage has them; `celery` pairs a name to find the app by with who says it."""

    root: Path
    python: str
    manage: tuple[str, ...]
    celery: tuple[tuple[str, str], ...]


def question(config: Config, python: str) -> Question:
    """As harness.toml has it: `{python}` of target.manage is `python`, another first word is taken as it stands."""
    first, *words = config.manage
    return Question(
        root=config.root.resolve(),
        python=python if first == "{python}" else first,
        manage=tuple(words),
        celery=tuple(_named_in(config)),
    )


def _named_in(config: Config) -> list[tuple[str, str]]:
    """target.app, then what the roles' commands say behind -A: the app that the target's own worker runs."""
    found = [(config.app, "harness.toml")] if config.app else []
    for role in config.roles.values():
        words = list(role.command)
        for n, word in enumerate(words):
            name = ""
            if word in ("-A", "--app") and n + 1 < len(words):
                name = words[n + 1]
            elif word.startswith("--app="):
                name = word.partition("=")[2]
            if name and (name, f"roles.{role.name}") not in found:
                found.append((name, f"roles.{role.name}"))
    return found
