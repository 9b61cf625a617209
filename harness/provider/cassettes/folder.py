"""A folder of cassettes: which files are played, how each is named, and what nobody reads.

A cassette's name is its path below the folder, without ".yaml"; any other suffix is part of the name, so that two files of
one stem are two cassettes. The fake and the lint ask here and nowhere else: what is played is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SUFFIXES = (".yaml", ".yml", ".json", ".har")
_OWN = (".gitignore", ".gitattributes", ".gitkeep")


def files(folder: Path) -> Mapping[str, Path]:
    """Name -> file, in order of the paths."""
    found = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.is_file()]
    return {name_of(path.relative_to(folder)): path for path in found}


def unread(folder: Path) -> Mapping[str, Path]:
    """Files that are neither played nor git's own, by their path below the folder."""
    read = set(files(folder).values())
    rest = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in read and path.name not in _OWN]
    return {path.relative_to(folder).as_posix(): path for path in rest}


def name_of(relative: Path) -> str:
    return (relative.with_suffix("") if relative.suffix == ".yaml" else relative).as_posix()


def path_of(folder: Path, name: str) -> Path:
    """Where the cassette `name` is, or would be."""
    return folder / (name if name.lower().endswith(SUFFIXES) else f"{name}.yaml")
