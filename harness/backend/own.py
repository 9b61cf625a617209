"""How the target's own tests are run, found by looking at its root: pytest where it is set up there, else Django's runner."""

from __future__ import annotations

import configparser
import tomllib
from pathlib import Path

from harness.core.config import Config

QUIET = ("-q", "-p", "no:cacheprovider")
"""Tests write nothing into the checkout."""


def command(config: Config) -> tuple[str, ...]:
    """The words that run them, placeholders unfilled; `tests` of [target] where that says them."""
    if config.tests:
        return config.tests
    if uses_pytest(config.root):
        return ("{python}", "-m", "pytest", *QUIET)
    return (*config.manage, "test", "--no-input")


def uses_pytest(root: Path) -> bool:
    """Whether a file of the root sets pytest up."""
    if (root / "pytest.ini").is_file() or (root / ".pytest.ini").is_file():
        return True
    try:
        if "pytest" in tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {}):
            return True
    except (OSError, ValueError):
        pass  # there is none, or it is not TOML: then it sets nothing up
    return _has(root / "tox.ini", "pytest") or _has(root / "setup.cfg", "tool:pytest")


def _has(file: Path, section: str) -> bool:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return False
    return parser.has_section(section)
