"""compose.yaml from the same description as the tier itself, for `docker compose up` and a look around.

`python -m harness.stack.docker.compose [harness.toml]` prints it. The image is the one the docker tier built last; the
web role is reached at 127.0.0.1:8000 through a forwarder, the only container with a way out of the stack's network.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.backend.description import load
from harness.core.config import Config
from harness.stack.docker import describe
from harness.stack.docker.describe import FILES, HTTP_PORT, INSIDE, MIB, PYTHON, Service
from harness.stack.docker.image.build import CURRENT
from harness.stack.roles import environment

RUN = "/harness/run"
_FOLDERS = ("cassettes", "contracts")
_HEAD = """\
# Generated; do not edit: python -m harness.stack.docker.compose > compose.yaml
# Needs the image that a run of the docker tier builds. Then: docker compose up, and http://127.0.0.1:8000/
"""


def render(config: Config) -> str:
    """The whole file. The fake starts without a tape: every provider call is refused until a tape is loaded."""
    services = {one.name: _service(one) for one in _all(config)}
    services["fake"]["volumes"] += _folders(config)
    web = next((role.name for role in config.roles.values() if role.serves), None)
    if web is not None:
        services["forward"] = _forwarder(web)
    document = {
        "name": f"{config.name}-harness",
        "services": services,
        "networks": {"stack": {"internal": True, "driver_opts": dict(describe.BRIDGE)}, "front": {}},
        "volumes": {"run": {}},
    }
    return _HEAD + "\n".join(_yaml(document, 0)) + "\n"


def _all(config: Config) -> list[Service]:
    known = describe.places(config, RUN)
    migrate = tuple(environment.command(config.migrate, known, "target.migrate"))
    env = describe.target_environment(config, RUN)
    roles = [describe.role(config, role, RUN) for role in config.roles.values() if role.boot == "always"]
    return [
        describe.database(pack=f"{RUN}/absent", migrate=migrate, env=env, id_ranges=config.id_ranges),
        describe.broker(),
        _told(describe.fake(config, RUN, "/tmp/fake.json"), config),
        *roles,
    ]


def _told(fake: Service, config: Config) -> Service:
    """The fake with its configuration in its environment: nothing can be put beside a read-only file system."""
    document = describe.fake_settings(config, tls=f"{RUN}/tls", control=f"{RUN}/fake.sock") | {
        name: f"{FILES}/{name}" for name in _FOLDERS
    }
    words = f'printf %s "$FAKE" > /tmp/fake.json && exec {" ".join(fake.command)}'
    return replace(fake, command=("sh", "-c", words), env={**fake.env, "FAKE": json.dumps(document)})


def _folders(config: Config) -> list[str]:
    """What the fake reads, mounted read-only from beside compose.yaml."""
    here = config.source.parent
    found = {name: Path(os.path.relpath(getattr(config, name), here)).as_posix() for name in _FOLDERS}
    return [f"./{path}:{FILES}/{name}:ro" for name, path in found.items()]


def _service(one: Service) -> dict[str, Any]:
    made: dict[str, Any] = {
        "image": CURRENT,
        # a dollar sign is Compose's own
        "command": [word.replace("$", "$$") for word in one.command],
        "hostname": one.name,
        "environment": {name: value.replace("$", "$$") for name, value in sorted(one.env.items())},
        "init": True,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "mem_limit": f"{one.memory_bytes // MIB}m",
        "pids_limit": one.pids,
        "dns": [describe.NOBODY],
        "dns_opt": list(describe.DNS_OPTIONS),
        "tmpfs": [f"{path}:{options}" for path, options in one.tmpfs.items()],
        "networks": {"stack": {"aliases": list(one.aliases)}},
    }
    if one.sysctls:
        made["sysctls"] = dict(one.sysctls)
    if one.stdin:
        made["stdin_open"] = True
    if "run" in one.volumes:
        made["volumes"] = [f"run:{RUN}"]
    return made


def _forwarder(web: str) -> dict[str, Any]:
    service = Service(
        name="forward",
        role="forward",
        command=(PYTHON, "-m", f"{INSIDE}.forward", str(HTTP_PORT), web, str(HTTP_PORT)),
        aliases=("forward",),
        env={},
        memory_bytes=64 * MIB,
        pids=32,
    )
    networks = {"stack": {"aliases": ["forward"]}, "front": {}}
    return {**_service(service), "networks": networks, "ports": [f"127.0.0.1:{HTTP_PORT}:{HTTP_PORT}"]}


def _yaml(value: Mapping[str, Any], depth: int) -> list[str]:
    """Block style, strings as JSON (which is YAML): a change of one value is a change of one line."""
    pad = "  " * depth
    lines: list[str] = []
    for key, item in value.items():
        if isinstance(item, dict) and item:
            lines += [f"{pad}{key}:", *_yaml(item, depth + 1)]
        elif isinstance(item, list) and item:
            lines += [f"{pad}{key}:", *(f"{pad}  - {json.dumps(one, ensure_ascii=False)}" for one in item)]
        else:
            lines.append(f"{pad}{key}: {json.dumps(item, ensure_ascii=False)}")
    return lines


if __name__ == "__main__":
    sys.stdout.write(render(load(Path(sys.argv[1] if len(sys.argv) > 1 else "harness.toml"))))
