"""The image below all others: an official Python image where a registry is reachable, else Debian from its own packages.

`[docker] base` in harness.toml: "auto", "bootstrap", or the name of an image with Python and pip-installable wheels.
"auto" takes what the engine has already, official before bootstrapped, then asks the registry, then bootstraps.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.core.errors import StackError, last_lines
from harness.stack.docker import engine, naming

if TYPE_CHECKING:
    from docker import APIClient

OFFICIAL = "python:{0.major}.{0.minor}-slim-bookworm"
"""By the version of the Python that runs the harness, so that both tiers run the same packages."""
REGISTRY_TIMEOUT_S = 10
_SUITE = "bookworm"
_PACKAGES = "python3,ca-certificates"
_ASIDE = tuple(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info"))

_FACTS = """
import json, os, platform, sys
print(json.dumps({
    "implementation_name": sys.implementation.name, "implementation_version": platform.python_version(),
    "os_name": os.name, "platform_machine": platform.machine(), "platform_release": "", "platform_system": platform.system(),
    "platform_version": "", "python_full_version": platform.python_version(), "platform_python_implementation": platform.python_implementation(),
    "python_version": ".".join(platform.python_version_tuple()[:2]), "sys_platform": sys.platform, "libc": platform.libc_ver()[1]}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """`why` is one line for the user. `facts` are the markers of the image's Python (PEP 508) and its `libc` version."""

    name: str
    id: str
    why: str
    facts: dict[str, str]


def choose(api: APIClient, setting: str, cache_dir: Path) -> Base:
    """Find or make the base. Raises docker-base when neither a registry nor mmdebstrap can provide one."""
    official, made = OFFICIAL.format(sys.version_info), f"igny8-harness/base:{_recipe()}"
    if setting == "bootstrap":
        name, why = made, "bootstrapped from Debian's packages, as harness.toml asks"
        have(api, made) or _bootstrap(api, made, cache_dir)
    elif setting != "auto":
        name, why = setting, "the image that harness.toml names"
        have(api, name) or _pull(api, name)
    elif have(api, official) or (not have(api, made) and _offered(api, official)):
        name, why = official, "official image"
        have(api, name) or _pull(api, name)
    else:
        name, why = made, "bootstrapped from Debian's packages: no registry is reachable"
        have(api, made) or _bootstrap(api, made, cache_dir)
    with engine.speaking(api, f"looking at the image {name}"):
        identity = api.inspect_image(name)["Id"]
    return Base(name=name, id=identity, why=why, facts=_facts(api, name, identity, cache_dir))


def have(api: APIClient, name: str) -> bool:
    from docker.errors import NotFound

    try:
        with engine.speaking(api, f"looking for the image {name}"):
            api.inspect_image(name)
    except StackError as error:
        if isinstance(error.__cause__, NotFound):
            return False
        raise
    return True


def _offered(api: APIClient, name: str) -> bool:
    """Whether the engine reaches a registry that has the image."""
    waiting, api.timeout = api.timeout, REGISTRY_TIMEOUT_S
    try:
        api.inspect_distribution(name)
    except Exception:  # any refusal, time-out or missing route: then it is not offered
        return False
    finally:
        api.timeout = waiting
    return True


def _pull(api: APIClient, name: str) -> None:
    last = ""
    with engine.speaking(api, f"pulling the image {name}"):
        for event in api.pull(name, stream=True, decode=True):
            last = event.get("error", last)
    if last:
        raise StackError(
            f"the image {name} cannot be pulled",
            hint=f'its registry says: {" ".join(last.split())[-300:]}; or set [docker] base = "bootstrap"',
            code="docker-base",
        )


def _recipe() -> str:
    return hashlib.blake2b(json.dumps([_SUITE, _PACKAGES, _ASIDE]).encode(), digest_size=6).hexdigest()


def _bootstrap(api: APIClient, name: str, cache_dir: Path) -> None:
    """About half a minute once a machine; the archive is kept in the cache folder."""
    archive = cache_dir / "docker" / f"base-{_recipe()}.tar"
    if not archive.exists():
        program = shutil.which("mmdebstrap")
        if program is None:
            raise StackError(
                "no registry is reachable for a base image, and mmdebstrap is not installed to make one",
                hint="apt-get install mmdebstrap, or set [docker] base to an image that the engine has",
                code="docker-base",
            )
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
            made = Path(folder, archive.name)
            command = [program, "--variant=minbase", f"--include={_PACKAGES}", *_ASIDE, _SUITE, str(made)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode:
                raise StackError(
                    f"mmdebstrap could not make a base image (exit code {done.returncode})",
                    hint=f"its last words: {last_lines(done.stderr)}",
                    code="docker-disk" if "No space left" in done.stderr else "docker-base",
                )
            made.replace(archive)
    repository, _, tag = name.partition(":")
    with engine.speaking(api, "importing the base image"):
        answer = api.import_image_from_file(
            str(archive), repository=repository, tag=tag, changes=[f"LABEL {naming.IMAGE}=base"]
        )
    if '"error"' in str(answer):
        raise engine.failed(api, "importing the base image", str(answer))


def _facts(api: APIClient, name: str, identity: str, cache_dir: Path) -> dict[str, str]:
    """Asked of the image once, then remembered by its id."""
    note = cache_dir / "docker" / f"facts-{identity.partition(':')[2][:24]}.json"
    try:
        return json.loads(note.read_text())
    except (OSError, ValueError):
        pass
    run = naming.new_run()
    with engine.speaking(api, f"running Python in the image {name}"):
        made = api.create_container(
            name, ["python3", "-c", _FACTS], network_disabled=True, labels=naming.labels(run), entrypoint=[]
        )["Id"]
        try:
            api.start(made)
            code = api.wait(made)["StatusCode"]
            said = api.logs(made, stdout=True, stderr=True).decode("utf-8", "replace")
        finally:
            api.remove_container(made, force=True)
    try:
        facts = json.loads(said)
    except ValueError:
        raise StackError(
            f"the image {name} does not run Python (exit code {code})",
            hint=f"[docker] base needs an image with python3; it said: {said.strip()[-200:]}",
            code="docker-base",
        ) from None
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(facts))
    return facts
