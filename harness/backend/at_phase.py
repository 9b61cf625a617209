"""The target at a phase: its tree composed once, found again by what is in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.backend.phases.tree import compose, layered, sha256_of
from harness.core.config import Config
from harness.core.errors import HarnessError

STAMP = 1_700_000_000
"""Modification time of every composed file: compiled Python stays valid as long as the tree is the same."""


def at_phase(config: Config, phase: int | None) -> Config:
    """`config` with root, phase and environment of `phase`; unchanged for None. Raises phase-none and phase-*."""
    if phase is None or (phase == config.phase and phase == 0):
        return config
    if config.phases_root is None or config.phases_dir is None:
        raise HarnessError(
            f"{config.source.name} has no [phases]: the target is at phase {config.phase} only",
            hint="check out the code of that phase, or name its overlays in [phases]",
            code="phase-none",
        )
    tree = layered(config.phases_root, config.phases_dir, phase)
    kept = config.source.parent / ".harness" / "trees"
    folder = kept / f"{phase}-{_fingerprint(tree.files)}"
    if not folder.is_dir():
        _compose(config, phase, kept, folder)
    return replace(
        config,
        root=folder / config.root.resolve().relative_to(config.phases_root.resolve()),
        phase=phase,
        env={**config.env, **{name: str(value) for name, value in tree.settings.items()}},
    )


def _compose(config: Config, phase: int, kept: Path, folder: Path) -> None:
    assert config.phases_root is not None
    assert config.phases_dir is not None
    kept.mkdir(parents=True, exist_ok=True)
    for older in kept.glob(f"{phase}-*"):
        shutil.rmtree(older, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{phase}-", dir=kept))
    try:
        made = compose(config.phases_root, config.phases_dir, phase, staged / "tree")
        for path in made.files:
            os.utime(staged / "tree" / path, (STAMP, STAMP))
        try:
            (staged / "tree").rename(folder)
        except OSError:
            if not folder.is_dir():  # another run made it meanwhile
                raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _fingerprint(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for path, source in files.items():
        digest.update(f"{path}\0{sha256_of(source)}\n".encode())
    return digest.hexdigest()[:16]
