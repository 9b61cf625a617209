"""Whoever is asked: a key, a line, and a browser where there is one."""

from __future__ import annotations

import os
import sys
import termios
import tty
import webbrowser
from pathlib import Path
from typing import Protocol

CLOSED = "\x04"
"""Ctrl-D, where a terminal gives keys and not lines."""
KEY_BYTES = 32
"""As many as a key can send: an arrow sends several, and is none of ours."""


class Asked(Protocol):
    """Whoever sits there. Each raises KeyboardInterrupt or EOFError when they do no more."""

    def key(self, prompt: str) -> str:
        """The next key that is pressed once the prompt is there, without Enter."""

    def line(self, prompt: str) -> str:
        """A line that is typed."""


class Terminal:
    """The terminal that the command was started in."""

    def key(self, prompt: str) -> str:
        """What was pressed before counts for nothing: it was meant for another change, or for none."""
        terminal = sys.stdin.fileno()
        try:
            before = termios.tcgetattr(terminal)
            try:
                tty.setcbreak(terminal, termios.TCSANOW)
                termios.tcflush(terminal, termios.TCIFLUSH)
                print(prompt, end="", flush=True)
                pressed = os.read(terminal, KEY_BYTES).decode(errors="replace")
            finally:
                termios.tcsetattr(terminal, termios.TCSANOW, before)
        except (OSError, termios.error):  # it is gone
            raise EOFError from None
        if pressed in ("", CLOSED):
            raise EOFError
        return pressed

    def line(self, prompt: str) -> str:
        try:
            return input(prompt)
        except OSError:
            raise EOFError from None


def open_page(page: str) -> None:
    """Show `page`, a path with "#" and a place in it, in the browser of this machine; nothing where it has none."""
    path, _, at = page.partition("#")
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    browser.open(f"{Path(path).absolute().as_uri()}#{at}")
