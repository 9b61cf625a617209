"""The start-up hook of `--reach`: copied as sitecustomize.py into a folder on PYTHONPATH of the target's programs.

It notes which code of the target ran, as arcs from line to line: entry and return of a function are minus its first line, as
coverage.py has them. What leaves by an exception has no arc to its end. Each arc is appended to a file as it is first met in
a process and a cell, so that a process that is killed has lost none; forks and threads inherit all of it. Which cell runs, a
number says that the harness writes into a file which every process maps. Code elsewhere than below HARNESS_TRACE's root is
asked about once a call and not followed. Runs in the target's Python (3.8 and later); standard library alone.

A line of the file: the cell's number (0: none runs), the path below the root, from, to; separated by tabs.
"""

import dis
import fcntl
import importlib.machinery
import importlib.util
import json
import mmap
import os
import pathlib
import sys
import threading

NAME = "harness_trace"
"""Under this name other code of the harness finds this module in the target's process."""
HIGH = 700
"""The descriptor stands from here on, out of the way of what the target opens, and closes."""
_RETURNS = frozenset(dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap)
_RESUME = dis.opmap.get("RESUME")
_PAUSES = 0x20 | 0x80 | 0x200
"""Flags of code that is left and gone on with: generators, coroutines, generators of coroutines."""

_at = {"file": "", "descriptor": -1, "inode": None, "root": "", "elsewhere": (), "cell": None}
_paths = {}
"""File name of code -> its path below the root, "" where it is nobody's that is followed."""
_seen = {}
"""Cell -> arcs that this process (or the one that forked it) has told in it; only the newest is kept."""


def install(file, cell, root):
    """Follow the code below `root` from now on, in every thread that threading starts, and in the one that calls."""
    root = os.path.realpath(root)
    elsewhere = tuple(os.path.realpath(one) + os.sep for one in (sys.prefix, sys.base_prefix))
    with pathlib.Path(cell).open("rb") as shared:
        number = memoryview(mmap.mmap(shared.fileno(), 8, prot=mmap.PROT_READ)).cast("Q")
    _at.update(file=os.fspath(file), root=root + os.sep, elsewhere=elsewhere, cell=number)
    _open()
    threading.settrace(_called)
    sys.settrace(_called)


def remove():
    """In a process that goes on: nothing is followed any more, in this thread and in new ones."""
    threading.settrace(None)
    sys.settrace(None)
    if _at["descriptor"] >= 0 and _still_ours():
        os.close(_at["descriptor"])
    _at.update(descriptor=-1, cell=None)
    _seen.clear()
    _paths.clear()


def _called(frame, event, arg):
    """The global trace function: hears of each call, and of each time a generator goes on."""
    name = frame.f_code.co_filename
    path = _paths.get(name)
    if path is None:
        path = _paths[name] = _below(name)
    if not path or event != "call":
        return None
    return _Frame(path, frame)


class _Frame:
    """The local trace function of one call. It holds no frame, so that nothing of the target lives longer than it would."""

    __slots__ = ("first", "last", "path")

    def __init__(self, path, frame):
        code = frame.f_code
        self.path, self.first = path, -code.co_firstlineno
        self.last = self.first if _begins(code, frame.f_lasti) else frame.f_lineno

    def __call__(self, frame, event, arg):
        if event == "line":
            line = frame.f_lineno
            _met(self.path, self.last, line)
            self.last = line
        elif event == "return" and _returns(frame.f_code, frame.f_lasti):
            _met(self.path, self.last, self.first)
        return self


def _met(path, since, line):
    number = _at["cell"]
    if number is None:
        return
    number = number[0]
    seen = _seen.get(number)
    if seen is None:
        seen = set()
        _seen.clear()
        _seen[number] = seen
    arc = (path, since, line)
    if arc in seen:
        return
    seen.add(arc)
    told = f"{number}\t{path}\t{since}\t{line}\n".encode("utf-8", "surrogateescape")
    try:
        if not _still_ours():
            _open()
        os.write(_at["descriptor"], told)
    except OSError:  # no room left, or a folder that is gone with its stack: the target goes on as it would
        seen.discard(arc)


def _begins(code, last):
    """Whether a call begins what it calls; else it goes on behind a yield."""
    if not code.co_flags & _PAUSES:
        return True
    if _RESUME is None:
        return last < 0
    return code.co_code[last + 1] & 3 == 0


def _returns(code, last):
    """Whether it is left by a return: not by a yield, and not by an exception."""
    return last >= 0 and code.co_code[last] in _RETURNS


def _below(name):
    """Where a file of code lies below the root; "" for what is installed there, and for what no file holds."""
    if name.startswith("<"):
        return ""
    try:
        real = os.path.realpath(name)
    except (OSError, ValueError):
        return ""
    if not real.startswith(_at["root"]) or "site-packages" in real:
        return ""
    inside = [one for one in _at["elsewhere"] if one.startswith(_at["root"])]
    return "" if real.startswith(tuple(inside)) else real[len(_at["root"]) :]


def _open():
    low = os.open(_at["file"], os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    _at["descriptor"] = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(low)
    found = os.fstat(_at["descriptor"])
    _at["inode"] = (found.st_dev, found.st_ino)


def _still_ours():
    """A daemon closes what it finds open, and the number may be another file's then."""
    try:
        found = os.fstat(_at["descriptor"])
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == _at["inode"]


def _load_the_next_one():
    """Run the sitecustomize that this one hides, if there is one; it in turn must not find this one again. As clockhook.py has it: each hook is
    copied alone into a folder of the target's path, and has nothing of ours to import."""
    here = pathlib.Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if pathlib.Path(entry).resolve() != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if __name__ == "sitecustomize":
    _load_the_next_one()
    if "HARNESS_TRACE" in os.environ:
        install(**json.loads(os.environ["HARNESS_TRACE"]))
