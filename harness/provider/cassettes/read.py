"""Reads a cassette of any dialect: vcrpy v1 and its older forms, HAR, and our own with provenance.

The file's syntax is syntax.py. The garbage collector is paused meanwhile: it would walk every node again and again, and
cost more than the parsing.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import yaml

from harness.core.cassette import Cassette, Interaction, Provenance
from harness.core.errors import HarnessError, did_you_mean
from harness.provider.cassettes import dialects, digest, har, syntax
from harness.provider.cassettes.bodies import DialectError

_KNOWN = ("version", "interactions", "provenance", "metadata")


def read(path: Path, name: str | None = None, *, cache: Path | None = None) -> Cassette:
    """Read one cassette; with `cache`, keep and use its parsed form there.

    Raises HarnessError cassette-missing, cassette-syntax, cassette-unsafe, cassette-dialect, cassette-hash.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HarnessError(
            f"cannot read cassette {path}: {error.strerror or error}",
            hint="check the name, or record it: harness record",
            code="cassette-missing",
        ) from None
    name = name if name is not None else path.stem
    key = hashlib.sha256(b"%d:%s:" % (digest.LAYOUT, path.suffix.encode()) + data).hexdigest()
    if cache is not None and (kept := digest.stored(cache, key)) is not None:
        about, interactions = kept
        return _cassette(name, about, interactions)
    with _gc_paused():
        about, interactions = _parsed(path, data)
    _check_hash(path, about, interactions)
    if cache is not None:
        digest.store(cache, key, about, interactions)
    return _cassette(name, about, interactions)


def _cassette(name: str, about: dict[str, Any], interactions: tuple[Interaction, ...]) -> Cassette:
    found = about["provenance"]
    provenance = None
    if found is not None:
        several = {key: tuple(value) for key, value in found.items() if isinstance(value, (list, tuple))}
        provenance = Provenance(**{**found, **several})
    return Cassette(
        name=name,
        interactions=interactions,
        provenance=provenance,
        dialect=about["dialect"],
        extra=about["extra"],
    )


def _parsed(path: Path, data: bytes) -> tuple[dict[str, Any], tuple[Interaction, ...]]:
    try:
        if path.suffix.lower() in (".har", ".json") or data[:1] == b"{":
            raw = _json(path, data)
            if "log" in raw:
                return {"dialect": "har", "provenance": None, "extra": {}}, har.interactions(raw)
        else:
            raw = _yaml(path, data)
        return _vcrpy(path, raw)
    except DialectError as error:
        raise _error(path, str(error), "cassette-dialect") from None


def _vcrpy(path: Path, raw: Any) -> tuple[dict[str, Any], tuple[Interaction, ...]]:
    if isinstance(raw, list):
        raise _error(
            path, "a cassette of vcrpy before 1.0", "cassette-dialect", "record it again with vcrpy 8 or later"
        )
    if not isinstance(raw, dict) or not isinstance(raw.get("interactions"), list):
        raise _error(path, "there is no list of interactions", "cassette-dialect")
    if raw.get("version", 1) != 1:
        raise _error(path, f"version {raw['version']!r} is not 1", "cassette-dialect")
    found, kinds = [], set()
    for index, item in enumerate(raw["interactions"]):
        try:
            one = dialects.interaction(item, index)
        except DialectError as error:
            raise _error(path, f"interaction {index}: {error}", "cassette-dialect") from None
        found.append(one.interaction)
        kinds.add(one.dialect)
    dialect = next((kind for kind in ("parsed_body", "old-httpx") if kind in kinds), "vcrpy-1")
    if raw.get(syntax.PYTHON):
        dialect = "python-keys"
    about = {
        "dialect": dialect,
        "provenance": _provenance(path, raw.get("provenance")),
        "extra": {str(key): value for key, value in raw.items() if key not in _KNOWN and key != syntax.PYTHON},
    }
    return about, tuple(found)


def _provenance(path: Path, raw: Any) -> dict[str, Any] | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise _error(path, "provenance must be a mapping", "cassette-syntax")
    known = [item.name for item in fields(Provenance)]
    for key in raw:
        if key not in known:
            raise _error(path, f"unknown key '{key}' in provenance", "cassette-syntax", did_you_mean(str(key), known))
    lacking = [key for key in ("origin", "recorded_at", "upstream", "command", "provider") if key not in raw]
    if lacking:
        raise _error(path, f"provenance lacks '{lacking[0]}'", "cassette-syntax")
    lists = ("kept_headers", "redacted", "edited", "warnings")
    clean = {key: list(value or []) if key in lists else str(value) for key, value in raw.items() if value is not None}
    return {**asdict(Provenance(origin="", recorded_at="", upstream="", command="", provider="")), **clean}


def _check_hash(path: Path, about: dict[str, Any], interactions: tuple[Interaction, ...]) -> None:
    promised = (about["provenance"] or {}).get("interactions_sha256")
    if promised and promised != digest.interactions_sha256(interactions):
        raise _error(
            path,
            "its interactions are not those its provenance vouches for",
            "cassette-hash",
            "undo the edit, or record again with harness record; an edit needs its reason under provenance.edited",
        )


def _json(path: Path, data: bytes) -> Any:
    try:
        return syntax.of_json(data)
    except (ValueError, RecursionError) as error:
        raise _error(path, f"not valid JSON: {error}", "cassette-syntax") from None


def _yaml(path: Path, data: bytes) -> Any:
    try:
        raw, python_keys = syntax.of_yaml(data)
    except syntax.Unsafe as error:
        raise _error(
            path,
            f"it asks for the Python object {error}",
            "cassette-unsafe",
            "cassettes hold data only; remove the tag, or record again",
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _error(path, f"not valid YAML: {' '.join(str(error).split())[:200]}", "cassette-syntax") from None
    if python_keys and isinstance(raw, dict):
        raw[syntax.PYTHON] = True
    return raw


def _error(
    path: Path, what: str, code: str, hint: str = "docs/formats.md shows the dialects that are read"
) -> HarnessError:
    return HarnessError(f"cassette {path.name}: {what}", hint=hint, code=code)


@contextmanager
def _gc_paused() -> Iterator[None]:
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
