"""What a verdict was made by, beside its history: the harness, and what is locked; so that another verdict on the same history can be told from another
history.

In verdict.json as `judged_by`: {"harness": "0.1.0 a1b2…", "canonical": 3, "locked": {scenario: fingerprint of its golden and its surface}, "rest": {part:
fingerprint}}. Files are told by their bytes, not by what a harness reads in them.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.backend.phases import manifest
from harness.core.config import Config
from harness.core.history import FORMAT
from harness.run import fingerprint
from harness.run.judged import FINDINGS
from harness.store import coverages, floor, goldens, surfaces


def held_to(config: Config) -> dict[str, Any]:
    """As it stands now."""
    folder = config.scenarios
    golden = {
        path.relative_to(folder).as_posix().removesuffix(goldens.SUFFIX): path
        for path in folder.rglob(f"*{goldens.SUFFIX}")
    }
    deltas = [phase / surfaces.DELTA for _, phase in sorted(manifest.folders(config.phases_dir).items())]
    return {
        "harness": fingerprint.loaded(),
        "canonical": FORMAT,
        "locked": {name: _of([path, surfaces.path_of(folder, name)]) for name, path in sorted(golden.items())},
        "rest": {
            "harness.toml": _described(config.source),
            "the rate card": _of([config.rates]),
            "findings.toml": _of([folder / FINDINGS]),
            "the scenarios": fingerprint.sources(config)["scenarios"],
            "what phases change of surfaces": _of(deltas),
            "the surface of what is declared": _of(sorted(folder.glob("declared/*"))),
            "what is driven and reached": _of([folder / coverages.NAME, folder / floor.NAME]),
        },
    }


def otherwise(then: Mapping[str, Any], now: Mapping[str, Any], scenario: str) -> list[str]:
    """What of all that the verdict on a cell of `scenario` ("": on the run) is held to is not as it was then, for people."""
    rest_then, rest_now = then.get("rest", {}), now["rest"]
    found = [name for name in rest_now if rest_then.get(name) != rest_now[name]]
    locked_then, locked_now = then.get("locked", {}), now["locked"]
    if scenario:
        return [
            *(["its golden or its surface"] if locked_then.get(scenario) != locked_now.get(scenario) else []),
            *found,
        ]
    return [*(["goldens or surfaces"] if locked_then != locked_now else []), *found]


def _described(path: Path) -> str:
    """Of harness.toml what decides a verdict: all but how a run is driven, and how long it is kept."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    how = {"docker", "harness", "roles"}
    deciding = {name: part for name, part in said.items() if name not in how}
    deciding["surfaces"] = said.get("harness", {}).get("surfaces")
    return hashlib.sha256(json.dumps(deciding, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _of(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            content = b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]
