"""A change of code rebuilds one layer; wheels are those that the image's Python needs."""

from __future__ import annotations

import shutil
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.stack.docker import describe, settings
from harness.stack.docker.image import build, wheels
from harness.store import cache
from tests.stack.docker.conftest import PROJECT

FACTS = {"python_version": "3.11", "python_full_version": "3.11.2", "libc": "2.36", "platform_machine": "x86_64"}


@pytest.mark.docker
def test_a_code_change_rebuilds_the_last_layers_only(api: Any, config: Config, tmp_path: Path) -> None:
    """Claim: base, wheels and harness code are reused as they are, and the image runs the new code."""
    root = tmp_path / "backend"
    shutil.copytree(config.root, root, ignore=shutil.ignore_patterns("__pycache__"))
    copied = replace(config, root=root)
    chosen, cache_dir = settings.read(config), cache.folder(PROJECT)
    first = build.provide(api, copied, chosen, cache_dir)
    again = build.provide(api, copied, chosen, cache_dir)
    (root / "changed_just_now.py").write_text(f"WHEN = {time.time_ns()}\n")
    begun = time.perf_counter()
    second = build.provide(api, copied, chosen, cache_dir)
    took_s = time.perf_counter() - begun
    print(f"code-only rebuild: {took_s:.2f} s")
    try:
        assert not again.built
        assert again.tag == first.tag
        assert second.built
        assert second.wheels == first.wheels
        before, after = (api.inspect_image(one.tag)["RootFS"]["Layers"] for one in (first, second))
        assert len(before) == len(after)
        assert before[:-2] == after[:-2], "all below the target's code is the same"
        assert before[-2:] != after[-2:]
    finally:
        api.remove_image(second.tag)


def test_only_what_the_image_s_python_lacks_is_missing(tmp_path: Path) -> None:
    """Claim: markers are judged by the image's Python, extras are followed, and what no wheel meets is named."""
    _wheel(tmp_path, "redis", ['async-timeout>=4; python_full_version < "3.11.3"', 'hiredis; extra == "fast"'])
    _wheel(tmp_path, "celery", ['redis; extra == "redis"', 'tzdata; sys_platform == "win32"'])
    facts = {**FACTS, "sys_platform": "linux"}
    assert wheels._missing(tmp_path, ["celery[redis]"], facts) == ["async-timeout>=4"]
    assert wheels._missing(tmp_path, ["celery[redis]"], {**facts, "python_full_version": "3.11.7"}) == []
    assert wheels._missing(tmp_path, ["celery"], facts) == []


def test_a_requirement_that_is_not_known_is_returned_as_it_was_asked() -> None:
    """Claim: version limits go along to the download."""
    _, missing = wheels.closure(["django>=5.2,<5.3"], {}.get, FACTS)
    assert Requirement(missing["django"]) == Requirement("django<5.3,>=5.2")


def test_platforms_are_those_that_the_image_s_c_library_loads() -> None:
    """Claim: newest first, none newer than the library; musl images get musl wheels."""
    found = wheels._platforms(FACTS)
    assert found[0] == "manylinux_2_36_x86_64"
    assert "manylinux2014_x86_64" in found
    assert "manylinux_2_37_x86_64" not in found
    assert wheels._platforms({**FACTS, "libc": ""})[0].startswith("musllinux")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('bases = "auto"', "unknown key 'bases' in [docker]"),
        ("base = 3", "docker.base must be text"),
        ("workers = 0", "docker.workers 0 is not a number of workers"),
        ("workers = true", "docker.workers must be a whole number, not True"),
    ],
)
def test_a_wrong_setting_is_named(config: Config, tmp_path: Path, table: str, message: str) -> None:
    """Claim: [docker] is checked key by key, with a hint."""
    file = tmp_path / "harness.toml"
    file.write_text(f"[docker]\n{table}\n")
    with pytest.raises(HarnessError) as caught:
        settings.read(replace(config, source=file))
    assert message in caught.value.message
    assert caught.value.hint


def _wheel(folder: Path, name: str, needs: list[str]) -> None:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1", *(f"Requires-Dist: {need}" for need in needs)]
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}-1.dist-info/METADATA", "\n".join(lines) + "\n")


def test_what_the_target_requires_is_apart_from_the_harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: its files are resolved in a folder of their own, held to the versions that it has here, and told by them."""
    asked: list[tuple[str, list[str], str]] = []
    monkeypatch.setattr(
        wheels,
        "_download",
        lambda folder, wanted, pins, facts: asked.append((folder.name, list(wanted), pins.read_text())),
    )
    monkeypatch.setattr(wheels, "_missing", lambda folder, wanted, facts: [])
    file = tmp_path / "requirements.txt"
    file.write_text("redis<6  # the old one\n")
    first = wheels.provide(FACTS, (file,), {"redis": "5.2.1", "own": "1+local"}, tmp_path / "cache")
    assert (first / wheels.TARGET / "requirements.txt").read_text() == "redis<6\n"
    assert asked[1] == (wheels.TARGET, ["-r", str(file), "redis<6"], "redis==5.2.1")
    assert "django" not in " ".join(asked[0][1]).lower(), "the reference's packages are for a target that shares"
    assert wheels.provide(FACTS, (file,), {"redis": "5.3.0"}, tmp_path / "cache") != first
    file.write_text("./lib\n")
    with pytest.raises(HarnessError) as caught:
        wheels.provide(FACTS, (file,), {}, tmp_path / "cache")
    assert caught.value.code == "docker-wheels"
    assert "cannot install './lib'" in caught.value.message


def test_roles_run_in_what_the_target_requires(config: Config, tmp_path: Path) -> None:
    """Claim: {python} and the path lead to its venv in the image; an interpreter of this machine is no way into one."""
    apart = replace(config, requirements=(tmp_path / "requirements.txt",))
    assert describe.places(apart, "/run")["python"] == f"{build.VENV}/bin/python"
    assert describe.target_environment(apart, "/run")["PATH"].startswith(f"{build.VENV}/bin:")
    assert describe.places(config, "/run")["python"] == describe.places(config, "/run")["harness"] == build.PYTHON
    assert "PATH" not in describe.target_environment(config, "/run")
    with pytest.raises(HarnessError) as caught:
        describe.places(replace(config, python=tmp_path / "bin" / "python"), "/run")
    assert caught.value.code == "docker-requirements"
