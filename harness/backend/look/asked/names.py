"""Names and values as text."""

import functools
import json
import os
import sys


def dotted(thing):
    """`module.Qualified.name` of a class or function; of an instance, its class's."""
    if isinstance(thing, functools.partial):
        return dotted(thing.func)
    if not hasattr(thing, "__qualname__"):
        thing = type(thing)
    return f"{thing.__module__}.{thing.__qualname__}"


def own(module, root):
    """Whether the module of this name lies in the target's folder, and is no package installed there."""
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return is_own(file, root)


@functools.lru_cache(maxsize=None)
def is_own(path, root):
    """The same of a file."""
    path, root = os.path.realpath(path), os.path.realpath(root)
    return path.startswith(root + os.sep) and not {"site-packages", "dist-packages"} & set(path.split(os.sep))


def value(thing):
    """A default or an argument: as JSON prints it, a callable's dotted name, else repr."""
    if callable(thing):
        return dotted(thing)
    try:
        return json.dumps(thing)
    except (TypeError, ValueError):
        return str(thing) if hasattr(thing, "_proxy____cast") else repr(thing)


def seconds(thing):
    """A number of seconds, or a timedelta, or None."""
    if thing is None:
        return None
    return float(thing.total_seconds() if hasattr(thing, "total_seconds") else thing)
