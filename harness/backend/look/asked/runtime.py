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
