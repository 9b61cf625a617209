"""What every report prints through: text as it is, and numbers with their noun."""

from __future__ import annotations

from rich.console import Console


def say(console: Console, text: str = "", style: str = "") -> None:
    """Print text as it is: what a backend said is never read as markup, highlighted or broken at the margin."""
    console.print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)


def count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
