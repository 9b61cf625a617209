"""The interpreter, what is installed there, and the sources that come from elsewhere."""

import os
import sys

from . import names, packages


def told(root):
    found = packages.told()
    return {
        "python": found["python"],
        "implementation": found["implementation"],
        "executable": found["executable"],
        "packages": found["packages"],
        "paths": found["paths"],
        "beside": _beside(root, found["paths"]),
    }


def added(root, before):
    """Folders that manage.py has put on sys.path since it was `before`, from the target's folder on, in their order."""
    known = {os.path.realpath(path or os.curdir) for path in (*before, root)}
    found = [os.path.realpath(path or os.curdir) for path in sys.path] if before else []
    return [os.path.relpath(path, root) for path in dict.fromkeys(found) if path not in known and os.path.isdir(path)]


def _beside(root, paths):
    """Sources that were imported from neither the target's folder, nor installed packages, nor Python itself."""
    apart = [*paths, sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), os.path.dirname(__file__)]
    apart = tuple({place + os.sep for path in apart for place in (path, os.path.realpath(path))})
    found = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        # most are told by their path as it stands: following links costs more than all the rest
        if not isinstance(file, str) or not file.endswith(".py") or file.startswith(apart):
            continue
        real = os.path.realpath(file)
        if not real.startswith(apart) and not names.is_own(file, root):
            found.add(real)
    return sorted(found)
