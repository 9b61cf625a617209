"""What is installed for an interpreter: every distribution by the name of its folder, because reading each one's metadata
would cost more. `python .../packages.py` prints it as JSON; of the harness's own interpreter it is imported.
"""

import json
import os
import platform
import re
import sys
import sysconfig

KINDS = (".dist-info", ".egg-info")


def told():
    """`paths` are those folders of sys.path (`searched`) that hold distributions; an earlier one's version counts."""
    searched = [path for path in sys.path if os.path.isdir(path)]
    paths = [path for path in searched if _holds_packages(path)]
    packages = {}
    for path in reversed(paths):
        packages.update(_packages(path))
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": sysconfig.get_platform(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "packages": dict(sorted(packages.items())),
        "paths": paths,
        "searched": searched,
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


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) != here]
    print(json.dumps(told()))
