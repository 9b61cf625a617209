"""A tiny target with two prices, patches for it, and outcomes that were never measured."""

from __future__ import annotations

from pathlib import Path

from harness.backend.description import load
from harness.core.config import Config
from harness.jobs.score.values import MISTAKE, Entry, Heard, How, Measured, Outcome

PRICES = "# in credits\nDRAW = 5\nWRITE = 2\n"
DRAW_IS_SIX = """--- a/prices.py
+++ b/prices.py
@@ -1,3 +1,3 @@
 # in credits
-DRAW = 5
+DRAW = 6
 WRITE = 2
"""


def shop(folder: Path, *, more: str = "") -> Config:
    """A described target in `folder`; `more` ends its harness.toml."""
    (folder / "server").mkdir()
    (folder / "scenarios").mkdir()
    (folder / "server" / "manage.py").touch()
    (folder / "server" / "prices.py").write_text(PRICES)
    (folder / "harness.toml").write_text(
        f'format = 1\n\n[target]\nroot = "server"\n\n[target.env]\nNAME = "shop"\n{more}'
    )
    return load(folder / "harness.toml")


def entry(diff: str = DRAW_IS_SIX, **said: object) -> Entry:
    usual = {"id": "draw", "kind": "price", "what": "Drawing costs 6.", "role": MISTAKE, "phase": 0, "changes": ""}
    return Entry(**{**usual, **said}, diff=diff)  # type: ignore[arg-type]


def outcome(how: How, *checks: str, code: str = "") -> Outcome:
    by = tuple(
        Heard(job="verify", check=check, cells=1, cell="a@manual", evidence=f"{check} says so") for check in checks
    )
    return Outcome(how=how, by=by, code=code, seconds=2.5, measured_on="2026-01-02")


def measured(id: str, how: How, *checks: str, code: str = "", **said: object) -> Measured:
    return Measured(entry=entry(id=id, **said), outcome=outcome(how, *checks, code=code))
