"""The endpoints that can be fuzzed: a folder of contracts/api each, named as its operation in openapi.yaml.

Its files are Python of the project and are loaded by their path, here and in the target's process; each only where it is
needed, since generating states needs Hypothesis and putting them into the database needs the target.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from harness.core.errors import HarnessError, did_you_mean

PARTS: Mapping[str, tuple[str, ...]] = {
    "world": ("CALLERS", "USUAL", "given"),
    "states": ("State", "states", "corners", "simpler"),
    "rows": ("prepare", "stored", "store"),
    "oracle": ("problems", "grew"),
}
"""The files of an endpoint, and what each must define."""


def folder(contracts: Path, name: str) -> Path:
    """The folder of the endpoint `name`, of the only one where it is "". Raises fuzz-no-endpoint."""
    found = {path.parent.name: path.parent for path in sorted((contracts / "api").glob("*/world.py"))}
    if not found:
        raise HarnessError(
            f"{contracts / 'api'} describes no endpoint to fuzz",
            hint="write a folder of world.py, states.py, rows.py and oracle.py there, named as the operation: docs/formats.md",
            code="fuzz-no-endpoint",
        )
    if name in found:
        return found[name]
    if name or len(found) > 1:
        told = f"there is no endpoint '{name}' in" if name else "several endpoints are described in"
        raise HarnessError(
            f"{told} {contracts / 'api'}", hint=did_you_mean(name, found), code="fuzz-no-endpoint"
        )  # fmt: skip
    return next(iter(found.values()))


def part(endpoint: Path, name: str) -> ModuleType:
    """One of PARTS of the endpoint in the folder `endpoint`, loaded from there. Raises fuzz-endpoint."""
    package = f"contracted_{endpoint.name}"
    whole = sys.modules.get(package)
    if whole is None or whole.__path__ != [str(endpoint)]:
        for stale in [one for one in sys.modules if one == package or one.startswith(f"{package}.")]:
            del sys.modules[stale]
        whole = ModuleType(package)
        whole.__path__ = [str(endpoint)]
        sys.modules[package] = whole
    where = f"api/{endpoint.name}/{name}.py"
    try:
        found = importlib.import_module(f"{package}.{name}")
    except Exception as error:
        raise HarnessError(
            f"{where} cannot be loaded: {type(error).__name__}: {error}",
            hint="it is loaded in the target's process: it may import harness.core, the protocol and what is there",
            code="fuzz-endpoint",
        ) from None
    for word in PARTS[name]:
        if not hasattr(found, word):
            raise HarnessError(
                f"{where} does not define '{word}'",
                hint=f"it must define {', '.join(PARTS[name])}: docs/formats.md",
                code="fuzz-endpoint",
            )
    return found
