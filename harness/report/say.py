"""What every report prints through: text as it is."""

from __future__ import annotations

from rich.console import Console


def say(console: Console, text: str = "", style: str = "") -> None:
    """Print text as it is: what a backend said is never read as markup, highlighted or broken at the margin."""
    console.print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)
