"""The docker tier: the same stack in containers, with nothing to reach but itself. Bottom up:

engine      which engine, and its failures as HarnessErrors     naming    labels and names of a run's things
settings    [docker] of harness.toml
image       one image for every role: base, wheels, harness code, target code
describe    what each container is: command, environment, limits, mounts
container   one container: created, followed, its end explained
door        the only way in: connections carried over one container's attached stream
attached    a process of the target whose pipes are the harness's
database    the prepared database, made in the image and cached
sweep       remove everything with a run's label                watchdog  does so when the harness is killed
up          `boot(config, fake=...)`                            running   the booted stack
ready       how a role in a container shows that it is up
compose     the same description as compose.yaml
inside      what runs in the containers

No container has a route out, a bind mount, a published port, a capability or a privileged user. The bridge itself has no
address on the engine's host, so that not even the host can be reached from inside; the door's attached stream goes
wherever the engine's own API goes, which is why a remote engine works like a local one.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # The watchdog and everything inside the containers import this package, and must not wait for the Docker SDK.
    if name == "boot":
        from harness.stack.docker.up import boot

        return boot
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
