"""The interpreter, and every installed distribution by the name of its folder: reading each one's metadata would cost more."""

import os
import platform
import re
import sys

from . import names

KINDS = (".dist-info", ".egg-info")


def told(root):
    paths = [path for path in sys.path if os.path.isdir(path) and _holds_packages(path)]
    packages = {}
    for path in reversed(paths):
        packages.update(_packages(path))
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "packages": dict(sorted(packages.items())),
        "paths": paths,
        "beside": _beside(root, paths),
    }


def folded(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _holds_packages(path):
    return any(entry.endswith(KINDS) for entry in os.listdir(path))


def _packages(path):
    found = {}
    for entry in os.listdir(path):
        if not entry.endswith(KINDS):
            continue
        name, _, version = os.path.splitext(entry)[0].partition("-")
        if not version:
            name, version = _of_metadata(os.path.join(path, entry), name)
        elif entry.endswith(".egg-info"):
            version = re.sub(r"-py\d.*$", "", version)
        found[folded(name)] = version
    return found


def _of_metadata(place, name):
    """A development install's folder says only its name."""
    file = os.path.join(place, "PKG-INFO") if os.path.isdir(place) else place
    version = ""
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("Name:"):
                    name = line[5:].strip()
                if line.startswith("Version:"):
                    version = line[8:].strip()
                if not line.strip():
                    break
    except OSError:
        pass
    return name, version


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
