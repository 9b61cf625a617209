"""Records and tracebacks without what depends on where and in which process a target ran.

A traceback, wherever it stands (a log, a column, an answer), is its exception, what that says, and the target's own last frame: no
line numbers, no folders, no frames of packages.
"""

from __future__ import annotations

import re

TRACEBACK = "Traceback (most recent call last)"
_BEGIN = re.compile(r"(?:[ |+]*)Traceback \(most recent call last\):?")
_FRAME = re.compile(r'^[ |]*File "(?P<file>[^"]+)", line \d+, in (?P<name>.+)$')
_ERROR = re.compile(r"^[ |]*(?P<type>[A-Za-z_][\w.]*)(?P<said>:.*)?$")
_FOREIGN = re.compile(r"/(?:site|dist)-packages/|/lib(?:64)?/python3|^<")
_POOL = re.compile(
    r"\b(ForkPoolWorker|SpawnPoolWorker|PoolWorker|ForkProcess|SpawnProcess|Process|Thread|ThreadPoolExecutor-\d+_|Dummy)-?\d+(?:[:-]\d+)*"
)
"""Names that Python and billiard give to processes and threads: they are numbered as they come."""
_FOLDER = re.compile(r"(?<![\w/.])(?:/[\w.@+-]+)+?/(?:(?:site|dist)-packages|lib(?:64)?/python3(?:\.\d+)?)/")


def unnumbered(text: str) -> str:
    """`text` without the numbers of processes and threads, and without folders of an installation."""
    return _FOLDER.sub("<lib>/", _POOL.sub(r"\1", text))


def without_tracebacks(text: str) -> str:
    """`text` with `<traceback KeyError: 'x' in shop/orders.py pay>` for each."""
    if TRACEBACK not in text:
        return text
    begun, *parts = _BEGIN.split(text)
    return begun + "".join(_told(part) for part in parts)


def record(message: str) -> tuple[str, str]:
    """What a record says before its first traceback, and what the exception of its last one says."""
    if TRACEBACK not in message:
        return message, ""
    begun, *parts = _BEGIN.split(message)
    lines = iter(parts[-1].split("\n"))
    framed = False
    for line in lines:
        framed = framed or bool(_FRAME.match(line))
        if framed and line.strip() and not line.lstrip("|").startswith("  ") and (error := _ERROR.match(line)):
            return begun.rstrip(), "\n".join([(error["said"] or "").removeprefix(":").strip(), *lines]).strip()
    return begun.rstrip(), ""


def _told(part: str) -> str:
    """What stands for a traceback, and what follows it. `part` begins behind its first line."""
    frames: list[tuple[str, str]] = []
    lines = part.split("\n")
    for n, line in enumerate(lines):
        if frame := _FRAME.match(line):
            frames.append((frame["file"], frame["name"]))
        elif frames and line.strip() and not line.lstrip("|").startswith("  ") and (error := _ERROR.match(line)):
            rest = "\n".join(lines[n + 1 :])
            return f"<traceback {error['type']}{error['said'] or ''}{_where(frames)}>" + (f"\n{rest}" if rest else "")
    return f"<traceback{_where(frames)}>" if frames else TRACEBACK + part


def _where(frames: list[tuple[str, str]]) -> str:
    own = [frame for frame in frames if not _FOREIGN.search(frame[0])]
    return f" in {_module(own[-1][0])} {own[-1][1]}" if own else ""


def _module(file: str) -> str:
    """The last two steps of its path: where a target stands differs from one machine to the next."""
    return "/".join(file.rsplit("/", 2)[-2:])
