"""What an exception of the target says: what failed, in which of its files, and the end of its own traceback."""

import errno
import os
import traceback

LINES = 6


class Refused(Exception):
    """Nothing broke, but what was found cannot be taken. `code` is the harness's error code."""

    def __init__(self, code, message, hint):
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def described(error, stage, root):
    """{"code", "stage", "kind", "message", "file", "line", "missing", "tail"}; of a Refused its code, message and hint."""
    if isinstance(error, Refused):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    first = _first(error)
    frames = [frame for frame in traceback.extract_tb(first.__traceback__) if not _ours(frame.filename)]
    own = [frame for frame in frames if is_below(frame.filename, root)]
    place = (own or frames or [None])[-1]
    missing = getattr(first, "name", None) if isinstance(first, ImportError) else None
    if isinstance(first, SyntaxError) and first.filename:
        file, line = first.filename, first.lineno or 0
    else:
        file, line = (place.filename, place.lineno) if place else ("", 0)
    kind = type(first)
    return {
        "code": "target-import",
        "stage": stage,
        "kind": kind.__name__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__,
        "message": " ".join(str(first).split()),
        "file": os.path.relpath(file, root) if is_below(file, root) else file,
        "line": line,
        "missing": missing or "",
        "refused": _refused(first, root),
        "database": any(kind.__name__ in ("OperationalError", "InterfaceError") for kind in type(first).__mro__),
        "tail": [
            f"{os.path.relpath(f.filename, root) if is_below(f.filename, root) else f.filename}:{f.lineno} {f.line}"
            for f in (frames[-LINES:])
        ],
    }


def _refused(error, root):
    """What it wanted to write in its own tree, relative to it: "" for nothing."""
    path = getattr(error, "filename", None)
    if not isinstance(error, OSError) or not isinstance(path, str) or not is_below(path, root):
        return ""
    return os.path.relpath(path, root) if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) else ""


def silent(manage):
    """manage.py ended without giving Django a command."""
    return {
        "code": "target-manage",
        "message": "{} ended without giving a command to Django".format(" ".join(manage)),
        "hint": "target.manage must name a script that calls execute_from_command_line, as startproject writes it",
    }


def is_below(path, root):
    return os.path.realpath(path).startswith(os.path.realpath(root) + os.sep)


def _first(error):
    """The exception that was raised first: manage.py and Django raise others from it."""
    seen = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if inner is None or (isinstance(inner, (AttributeError, KeyError)) and not isinstance(error, SystemExit)):
            break
        error = inner
    return error


def _ours(path):
    return os.path.dirname(os.path.abspath(path)) == os.path.dirname(os.path.abspath(__file__)) or path.startswith(
        "<frozen"
    )
