"""[providers] of harness.toml: who speaks at which host, and how the answers are read.

    "api.openai.com" = "openai"                                     # short: a host, and a kind that says it all
    openrouter = { host = "openrouter.ai", kind = "openai" }        # a name of its own in history and goldens
    crm = { hosts = ["crm.example:8443"], kind = "http", success = "data.id", statuses = [200, 201] }

`kind` may be left out where the name is one. A port is part of a host where it is not 443. A kind that speaks at public hosts
(harness.core.config.PUBLIC) is there without a line; `openai = { host = "..." }` has it elsewhere, and `openai = false` not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.core.config import MADE_UP_KEYS, PROVIDER_KINDS, PUBLIC, Provider
from harness.core.errors import HarnessError, did_you_mean

Fail = Callable[..., HarnessError]
_KEYS = ("host", "hosts", "kind", "success", "statuses")


def read(raw: Any, fail: Fail) -> tuple[dict[str, str], dict[str, Provider]]:
    """(authority -> provider name, providers that are more than their kind). `fail(message, hint, code)` makes the errors."""
    if not isinstance(raw, dict):
        raise fail("[providers] must be a table", "see docs/formats.md, harness.toml")
    hosts: dict[str, str] = {}
    known: dict[str, Provider] = {}
    off = {name for name, value in raw.items() if value is False and name in PUBLIC}
    for name, value in raw.items():
        if name in off:
            continue
        if isinstance(value, str):
            _kind(f"providers.{name!r}", value, fail)
            places, provider = [name], value
        else:
            places, one = _table(name, value, fail)
            provider = name
            if one != Provider(kind=name):
                known[name] = one
        for place in places:
            host = _host(name, place, fail)
            if host in hosts:
                raise fail(f"[providers] names {host} twice", "a host speaks for one provider")
            hosts[host] = provider
    for kind, public in PUBLIC.items():
        if kind not in {*hosts.values(), *off}:
            hosts |= {host: kind for host in public if host not in hosts}
    return hosts, known


def keys(hosts: Mapping[str, str], known: Mapping[str, Provider]) -> dict[str, str]:
    """Variable -> a made-up key, of every kind that speaks at one of `hosts`."""
    kinds = {known[name].kind if name in known else name for name in hosts.values()}
    return dict(one for kind, one in MADE_UP_KEYS.items() if kind in kinds)


def _table(name: str, value: Any, fail: Fail) -> tuple[list[str], Provider]:
    where = f"providers.{name}"
    if not isinstance(value, dict):
        raise fail(f"{where} must be a table or the name of a kind", 'write { host = "...", kind = "openai" }')
    for key in value:
        if key not in _KEYS:
            raise fail(f"unknown key '{key}' in [{where}]", did_you_mean(key, _KEYS), "config-unknown-key")
    kind = value.get("kind", name)
    _kind(f"{where}.kind" if "kind" in value else where, kind, fail)
    if name in PROVIDER_KINDS and kind != name:
        raise fail(f"[{where}] is of kind {kind!r}", "give it another name: this one is a kind by itself")
    places = value.get("hosts", [value["host"]] if "host" in value else [])
    if not isinstance(places, list) or not places or not all(isinstance(place, str) for place in places):
        raise fail(f"[{where}] names no host", 'write host = "api.example.com", or hosts = [...]')
    success, statuses = value.get("success", ""), value.get("statuses", [])
    if (success or statuses) and kind != "http":
        raise fail(f"[{where}] of kind {kind} has rules of its own", 'success and statuses are for kind = "http"')
    if not isinstance(success, str):
        raise fail(f"{where}.success must be text", 'a path into the JSON answer: "data.id" or "status=done"')
    if not isinstance(statuses, list) or not all(type(one) is int and 100 <= one <= 599 for one in statuses):
        raise fail(f"{where}.statuses must be a list of statuses", "write [200, 201]")
    return places, Provider(kind=kind, success=success, statuses=tuple(statuses))


def _kind(where: str, kind: Any, fail: Fail) -> None:
    if kind not in PROVIDER_KINDS:
        raise fail(f"{where}: {kind!r} is no kind of provider", did_you_mean(str(kind), PROVIDER_KINDS))


def _host(name: str, place: str, fail: Fail) -> str:
    host, _, port = place.lower().partition(":")
    if (
        not host
        or any(sign in place for sign in "/@ ")
        or (":" in place and not (port.isdigit() and 0 < int(port) < 65536))
    ):
        raise fail(f"providers.{name}: {place!r} is no host", 'write "api.example.com", or "api.example.com:8443"')
    return host if port in ("", "443") else f"{host}:{port}"
