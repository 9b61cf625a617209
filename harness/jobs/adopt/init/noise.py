"""What differs between two runs of one tree, as `harness golden noise` proposes it, written into [free] with what was seen."""

from __future__ import annotations

import re
from pathlib import Path

from harness.jobs.adopt.init.texts import MARK

MOST = 15
"""Entries beyond which nobody has looked at anything: then surfaces stay as they are, and the run says what differs."""
_ENTRY = re.compile(r'(?m)^# (.+?) in (\d+ cells?): .*\n("(?:[^"\\\\]|\\\\.)*") = ""$')


def entries(said: str) -> list[str]:
    """A line of [free] for each that the command printed; none where there are more than MOST."""
    found = [
        f'{name} = "differs from run to run, harness init saw: {_plain(values)}"  # {MARK}'
        for values, _, name in _ENTRY.findall(said)
    ]
    return found if len(found) <= MOST else []


def _plain(values: str) -> str:
    return re.sub(r"[^\w ./:>-]", "", values)[:60].strip()


def write(path: Path, lines: list[str]) -> None:
    """Put behind the end of harness.toml, which init has just written."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n[free]\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
