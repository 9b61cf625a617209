"""What every report prints through: text as it is, whatever a backend put into it."""

from __future__ import annotations

from rich.console import Console

from harness.report.printable import shown


def say(console: Console, text: str = "", style: str = "") -> None:
    """Print text as it is: what a backend said is never read as markup, highlighted, obeyed or broken at the margin."""
    console.print(shown(text), style=style or None, markup=False, highlight=False, soft_wrap=True)
