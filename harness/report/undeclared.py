"""Hosts that the target looked for and that are no provider's: named, with the line that would declare each."""

from __future__ import annotations

import re

from harness.core.config import PROVIDER_KINDS


def declaring(host: str) -> str:
    """The line of [providers] in harness.toml that has the fake speak at `host`: of the kind that its name says, else http."""
    labels = [label for label in host.lower().split(".") if label]
    name = re.sub(r"[^a-z0-9_]+", "_", "".join(labels[-2:-1] or labels)) or "host"
    if name in PROVIDER_KINDS and name != "http":
        return f'{name} = {{ host = "{host}" }}'
    return f'{name}{"_host" * (name in PROVIDER_KINDS)} = {{ host = "{host}", kind = "http" }}'


def told(host: str) -> str:
    """What a report says of one host."""
    return f"{host} is no provider of harness.toml; under [providers] this declares it: {declaring(host)}"
