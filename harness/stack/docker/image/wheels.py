"""The packages of the image, as wheels for the IMAGE's Python, resolved here: a build needs no network.

Versions are those installed here, so that both tiers run the same code. What requirements files name for the target is apart
from the harness's, in the folder TARGET. pip judges markers by the Python
it runs on, not by the one it downloads for; what only the image's Python needs is found from the wheels' own metadata
and downloaded after (redis needs async-timeout on Python 3.11.2 and not on 3.11.7).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.backend.python import requirements
from harness.core.errors import StackError, pip_said

DISTRIBUTION = "igny8-harness"
TARGET_EXTRA = "reference"
TARGET = "target"


def provide(facts: dict[str, str], files: Sequence[Path], installed: Mapping[str, str], cache_dir: Path) -> Path:
    """The folder with every wheel, and requirements.txt; from the cache when nothing changed. Raises docker-wheels.

    `files` are the target's requirements files, `installed` the versions that it has here; without any the target shares
    what the harness needs, and the packages of the reference backend.
    """
    wanted = [*_of_harness(), *([] if files else _of_harness(TARGET_EXTRA))]
    theirs = _lines(files)
    pins, their_pins = _installed(wanted), [f"{name}=={one}" for name, one in installed.items() if "+" not in one]
    depends = [facts, sorted(wanted), pins, *([sorted(theirs), their_pins] if files else [])]
    digest = hashlib.blake2b(json.dumps(depends).encode(), digest_size=8).hexdigest()
    folder = cache_dir / "docker" / f"wheels-{digest}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder.parent) as temporary:
        made = Path(temporary, folder.name)
        made.mkdir()
        _fill(made, ["pip"], wanted, pins, facts)
        if files:
            (made / TARGET).mkdir()
            _fill(made / TARGET, [word for file in files for word in ("-r", str(file))], theirs, their_pins, facts)
        if not folder.is_dir():
            shutil.move(made, folder)
    return folder


def _fill(
    folder: Path, first: Sequence[str], wanted: Sequence[str], pins: Iterable[str], facts: dict[str, str]
) -> None:
    """Every wheel that `wanted` needs, and what else `first` asks pip for."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(pins))
        constraints.flush()
        _download(folder, [*first, *wanted], Path(constraints.name), facts)
        while missing := _missing(folder, wanted, facts):
            _download(folder, missing, Path(constraints.name), facts)
    (folder / "requirements.txt").write_text("\n".join(sorted(wanted)) + "\n")


def _of_harness(extra: str = "") -> list[str]:
    """What the harness needs, or what its `extra` adds."""
    found = []
    for line in metadata.requires(DISTRIBUTION) or ():
        need = Requirement(line)
        by_extra = need.marker is not None and "extra" in str(need.marker)
        if (not extra and not by_extra) or (extra and by_extra and need.marker.evaluate({"extra": extra})):
            plain = Requirement(line)
            plain.marker = need.marker if not by_extra else None
            found.append(str(plain))
    return found


def _lines(files: Sequence[Path]) -> list[str]:
    """What the files require, each by a name that an index knows."""
    found = requirements.lines(files)
    for line in found:
        try:
            Requirement(line)
        except InvalidRequirement:
            raise StackError(
                f"the image cannot install '{line}' of the target's requirements: it is no name on an index",
                hint="the docker tier copies the target's folder; take the line out of the file that it installs",
                code="docker-wheels",
            ) from None
    return found


def _installed(wanted: Iterable[str]) -> list[str]:
    """name==version of all that `wanted` needs here; whatever else is installed does not matter."""

    def needs(name: str) -> list[Requirement] | None:
        try:
            return [Requirement(line) for line in metadata.distribution(name).requires or ()]
        except metadata.PackageNotFoundError:
            return None

    met, _ = closure(wanted, needs, {})
    versions = {name: metadata.version(name) for name in met if name not in ("pip", DISTRIBUTION)}
    # a local version is on no index
    return [f"{name}=={version}" for name, version in sorted(versions.items()) if "+" not in version]


def _download(folder: Path, wanted: Sequence[str], constraints: Path, facts: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--dest", str(folder), "--only-binary", ":all:", "--constraint", str(constraints)]
    command += ["--implementation", "cp", "--python-version", facts["python_version"]]
    for platform in _platforms(facts):
        command += ["--platform", platform]
    done = subprocess.run([*command, *wanted], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(
            f"the wheels for the image's Python {facts['python_full_version']} could not be downloaded",
            hint=f"pip's last words: {pip_said(done.stderr or done.stdout, 2)[-400:]}",
            code="docker-disk" if "No space left" in done.stderr else "docker-wheels",
        )


def _platforms(facts: dict[str, str]) -> list[str]:
    """Every wheel platform that the image's C library can load, newest first."""
    machine = facts["platform_machine"]
    minor = re.match(r"2\.(\d+)", facts["libc"])
    if minor is None:
        return [f"musllinux_1_{n}_{machine}" for n in (2, 1)]
    names = [f"manylinux_2_{n}_{machine}" for n in range(int(minor[1]), 4, -1)]
    return [*names, f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}", f"linux_{machine}"]


def _missing(folder: Path, wanted: Iterable[str], facts: dict[str, str]) -> list[str]:
    """Requirements that hold on the image's Python and that no wheel of `folder` meets."""
    known = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
            head = HeaderParser().parsestr(archive.read(name).decode("utf-8", "replace"))
        known[canonicalize_name(head["Name"])] = [Requirement(line) for line in head.get_all("Requires-Dist") or ()]
    _, missing = closure(wanted, known.get, facts)
    return sorted(missing.values())


def closure(
    wanted: Iterable[str], needs: Callable[[str], list[Requirement] | None], facts: dict[str, str]
) -> tuple[set[str], dict[str, str]]:
    """(names that are needed and known, name -> requirement of those that are not known), markers judged by `facts`."""
    missing: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    queue = [(Requirement(line), "") for line in wanted if not line.startswith("-")]
    while queue:
        need, extra = queue.pop()
        if need.marker is not None and not need.marker.evaluate({**facts, "extra": extra}):
            continue
        name = canonicalize_name(need.name)
        below = needs(name)
        if below is None:
            missing[name] = f"{need.name}{need.specifier}"
            continue
        for one in ("", *need.extras):
            if (name, one) not in seen:
                seen.add((name, one))
                queue += [(further, one) for further in below]
    return {name for name, _ in seen}, missing
