"""What decides a history, named and hashed: two machines that agree in all of it drive the same thing.

Goldens, findings and the rate card are not in it: they decide the verdict, and that is given in one place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import harness
from harness.backend import tree
from harness.backend.python import interpreter
from harness.core.config import Config
from harness.core.look.versions import NAMED, OF_HARNESS, PARTS, part
from harness.provider.contracts import folder_of


def versions(config: Config) -> dict[str, Any]:
    """The interpreters of harness and target with all that is installed for them, as run.start holds them."""
    return {
        name: part(one.version, one.said_by, one.packages)
        for name, one in zip(PARTS, (interpreter.own(), interpreter.of(config)), strict=True)
    }


def fingerprint(config: Config) -> dict[str, str]:
    """Part -> its fingerprint: harness, harness.toml, target, scenarios, cassettes, contracts, versions, packages."""
    installed = {name: [one["python"], one["packages"]] for name, one in versions(config).items()}
    description = config.source.read_bytes() + json.dumps(sorted(config.env.items())).encode()
    return {
        "harness": _harness(),
        "harness.toml": _short(hashlib.sha256(description)),
        "target": _tree(config.root),
        "scenarios": _tree(config.scenarios, ".py"),
        "cassettes": _tree(config.cassettes),
        "contracts": _tree(folder_of(config.contracts)),
        "versions": ", ".join(_deciding(installed)),
        "packages": _short(hashlib.sha256(json.dumps(installed, sort_keys=True).encode())),
    }


def sources(config: Config) -> dict[str, str]:
    """What decides what is observed, part -> its fingerprint: target, scenarios, cassettes. In every run.start."""
    return {
        "target": _tree(config.root),
        "scenarios": _tree(config.scenarios, ".py"),
        "cassettes": _tree(config.cassettes),
    }


@cache
def loaded() -> str:
    """The harness itself, as this process first saw it: what is on the disk later is not what it runs."""
    return _on_disk()


def differing(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """The parts in which two differ, for a message, of versions also which; "" when they agree."""
    unlike = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    if "versions" not in unlike:
        return ", ".join(unlike)
    here, there = (set(filter(None, one.get("versions", "").split(", "))) for one in (ours, theirs))
    which = (
        f"versions ({', '.join(sorted(here - there)) or 'none'} against {', '.join(sorted(there - here)) or 'none'})"
    )
    return ", ".join(which if name == "versions" else name for name in unlike)


def _harness() -> str:
    """What this process runs. Its fake and the target's roles start from the disk: where that is another harness by
    now, the two together are like no other machine's."""
    return loaded() if _on_disk() == loaded() else f"{loaded()}, on the disk {_on_disk()}"


def _on_disk() -> str:
    return f"{harness.__version__} {_tree(Path(harness.__file__).parent)}"


def _deciding(installed: Mapping[str, Any]) -> Iterator[str]:
    """What a refusal names; what differs in any other package is told as "packages"."""
    for whose, names in zip(PARTS, (OF_HARNESS, NAMED), strict=True):
        python, packages = installed[whose]
        yield f"{whose}'s python {python}"
        yield from (f"{whose}'s {name} {packages[name]}" for name in names if name in packages)


def _tree(folder: Path, ending: str = "") -> str:
    digest = hashlib.sha256()
    for name, path, stat in tree.files(os.fspath(folder)):
        if name.endswith(ending):
            digest.update(f"{name}\0{stat.st_size}\0".encode())
            digest.update(Path(path).read_bytes())
    return _short(digest)


def _short(digest: hashlib._Hash) -> str:
    return digest.hexdigest()[:16]
