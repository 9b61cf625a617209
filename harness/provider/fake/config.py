"""The configuration of a fake process, as JSON; every key is checked.

    {"listen": [["127.0.0.1", 443]], "hosts": {"api.openai.com": "openai"}, "providers": {}, "tls_dir": "...", "control": "...",
     "names": null, "cassettes": "...", "cache": "...", "contracts": null, "mode": "replay", "answers": null, "upstream": null, "out": null,
     "seed": 0}

`listen` items are [address, port], [address, port, "http"] for a port without TLS, "watched" for one that
only plain http leads to which should be https, "smtp" for a
mail server (mail.py), or ["fd", N] for a listening socket
that was inherited. `names` is [address, port] of a name server that knows no name (names.py). `hosts` is a list, or maps each host (with or without a port) to its provider: a kind, or a name of
`providers`, which maps it to {"kind", "success"?, "statuses"?}. `mode` is "replay" (recordings, each once),
"simulate" (the simulator answers anything, any number of times) or "record"; in these two `answers` is the file of the
project's own answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.provider.profiles import KINDS, Profile, declared, profile_for

KEYS = (
    "listen",
    "hosts",
    "providers",
    "tls_dir",
    "control",
    "names",
    "cassettes",
    "cache",
    "contracts",
    "mode",
    "answers",
    "upstream",
    "out",
    "overwrite",
    "dry_run",
    "seed",
)
MODES = ("replay", "simulate", "record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where to listen: `fd` when the socket is inherited, else address and port (0: any free one)."""

    address: str = "127.0.0.1"
    port: int = 0
    tls: bool = True
    fd: int | None = None
    mail: bool = False
    watched: bool = False
    """Nobody is expected: what comes is told, and refused unless the recording itself is of plain http."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeConfig:
    """How one fake process runs. `hosts` maps each host to its provider."""

    listen: tuple[Listen, ...]
    hosts: Mapping[str, Profile]
    tls_dir: Path
    control: Path | None = None
    names: tuple[str, int] | None = None
    cassettes: Path | None = None
    cache: Path | None = None
    contracts: Path | None = None
    mode: str = "replay"
    answers: Path | None = None
    upstream: str | None = None
    out: Path | None = None
    overwrite: bool = False
    dry_run: bool = False
    seed: int = 0


def load(path: Path) -> FakeConfig:
    """Read and check a configuration file. Raises HarnessError fake-config."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _bad(f"cannot read {path}: {error}", "it must be a JSON object") from None
    return parse(raw)


def parse(raw: Any) -> FakeConfig:
    """Raises HarnessError fake-config."""
    if not isinstance(raw, dict):
        raise _bad("the configuration is not a JSON object", "see harness.provider.fake.config")
    for key in raw:
        if key not in KEYS:
            raise _bad(f"unknown key '{key}'", did_you_mean(key, KEYS))
    for key in ("listen", "hosts", "tls_dir"):
        if key not in raw:
            raise _bad(f"'{key}' is missing", "see harness.provider.fake.config")
    mode = raw.get("mode", "replay")
    if mode not in MODES:
        raise _bad(f"mode {mode!r} is not known", did_you_mean(str(mode), MODES))
    if mode == "record" and (raw.get("upstream") not in ("simulator", "real") or not raw.get("out")):
        raise _bad("record mode needs an upstream and an out folder", 'upstream is "simulator" or "real"')
    seed = raw.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise _bad(f"seed {seed!r} is not a whole number", "give an integer")
    return FakeConfig(
        listen=tuple(_listen(item) for item in raw["listen"]),
        hosts=_hosts(raw["hosts"], raw.get("providers") or {}),
        tls_dir=Path(raw["tls_dir"]),
        control=_path(raw, "control"),
        names=_names(raw.get("names")),
        cassettes=_path(raw, "cassettes"),
        cache=_path(raw, "cache"),
        contracts=_path(raw, "contracts"),
        mode=mode,
        answers=_path(raw, "answers"),
        upstream=raw.get("upstream"),
        out=_path(raw, "out"),
        overwrite=raw.get("overwrite") is True,
        dry_run=raw.get("dry_run") is True,
        seed=seed,
    )


def _listen(item: Any) -> Listen:
    match item:
        case ["fd", int(fd)]:
            return Listen(fd=fd)
        case [str(address), int(port)] if 0 <= port < 65536:
            return Listen(address=address, port=port)
        case [str(address), int(port), "http"] if 0 <= port < 65536:
            return Listen(address=address, port=port, tls=False)
        case [str(address), int(port), "smtp"] if 0 <= port < 65536:
            return Listen(address=address, port=port, tls=False, mail=True)
        case [str(address), int(port), "watched"] if 0 <= port < 65536:
            return Listen(address=address, port=port, tls=False, watched=True)
    raise _bad(f"listen item {item!r} is not understood", 'write ["127.0.0.1", 443] or ["fd", 3]')


def _names(item: Any) -> tuple[str, int] | None:
    match item:
        case None:
            return None
        case [str(address), int(port)] if 0 <= port < 65536:
            return address, port
    raise _bad(f"names {item!r} is not understood", 'write ["127.0.0.1", 53]')


def _hosts(raw: Any, providers: Any) -> dict[str, Profile]:
    if isinstance(raw, list) and all(isinstance(host, str) for host in raw):
        return {host.lower(): profile_for(host.lower()) for host in raw}
    if isinstance(raw, dict) and isinstance(providers, dict):
        known = [*KINDS, *providers]
        for name, how in providers.items():
            if not isinstance(how, dict) or how.get("kind") not in KINDS:
                raise _bad(f"the provider {name} is of no known kind", f"one of {', '.join(KINDS)}")
        for host, provider in raw.items():
            if provider not in known:
                raise _bad(f"host {host} names the unknown provider '{provider}'", did_you_mean(str(provider), known))
        return declared(raw, providers)
    raise _bad("hosts is neither a list nor a mapping", 'write {"api.openai.com": "openai"}')


def _path(raw: dict[str, Any], key: str) -> Path | None:
    return Path(raw[key]) if raw.get(key) else None


def _bad(message: str, hint: str) -> HarnessError:
    return HarnessError(f"fake configuration: {message}", hint=hint, code="fake-config")
