"""`./dev` hands its words on as the documents write them."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    loader = SourceFileLoader("dev", str(ROOT / "dev"))
    spec = spec_from_loader("dev", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("words", "sessions", "options"),
    [
        ("verify", ["verify"], []),
        ("lint tests", ["lint", "tests"], []),
        ("verify --only writer/*", ["verify"], ["--only", "writer/*"]),
        ("golden diff", ["golden"], ["diff"]),
        ("golden -- accept writer/x --why y", ["golden"], ["accept", "writer/x", "--why", "y"]),
        ("record writer/second_article", ["record"], ["writer/second_article"]),
        ("phase(4) phase(5)", ["phase(4)", "phase(5)"], []),
        ("bench stack --phase 7", ["bench"], ["stack", "--phase", "7"]),
        ("nosuch", ["nosuch"], []),
    ],
)
def test_words_are_sessions_or_go_to_them(dev, words, sessions, options):
    """Claim: the first word is a session, whatever it is (nox says if there is none); later ones are if they are known."""
    assert dev._split(words.split()) == (sessions, options)
