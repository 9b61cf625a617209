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
from harness.core.shape import Between, Each, Either, Fixed, Key, Keys, Named, Text, Whole
from harness.core.shape.kinds import Of
from harness.store.tomlread import Strict

Fail = Callable[[str, str], HarnessError]
_KIND = Text(choices=PROVIDER_KINDS, called="a kind of provider")
_ONE = Keys(
    keys=(
        Key("host", Text(), "where it speaks, with the port where that is not 443"),
        Key("hosts", Each(of=Text(), least=1), "where it speaks, if at several hosts"),
        Key("kind", _KIND, "whose API it speaks; `openai` for every host that speaks that one. Left out, NAME is the kind"),
        Key("success", Text(hint='a path into the JSON answer: "data.id" or "status=done"'), "of kind `http`: the place in its JSON that a success has: `data.id` (there, and not null, false, 0 or empty), `status=done`, `jobs[].state=ok` (all of them)"),
        Key("statuses", Each(of=Whole(least=100, most=599, called="a status", hint="write [200, 201]"), hint="write [200, 201]"), "of kind `http`: the statuses of a success; left out, those below 400"),
    ),
    rules=(Between(how=Of.ONE, keys=("host", "hosts"), hint='write host = "api.example.com", or hosts = [...]', said="names no host, or one in two places"),),
)  # fmt: skip
_CALLED, _HINT = "a table or the name of a kind", 'write { host = "...", kind = "openai" }'
SHAPE = Named(
    of=Either(kinds=(_KIND, _ONE), called=_CALLED, hint=_HINT),
    also={
        kind: Either(kinds=(_KIND, Fixed(False), _ONE), called=f"{_CALLED}, or false", hint=_HINT) for kind in PUBLIC
    },
)


def read(file: str, raw: Any) -> tuple[dict[str, str], dict[str, Provider]]:
    """(authority -> provider name, providers that are more than their kind). Raises HarnessError config-unknown-key, config-value."""
    strict = Strict(file, "config")
    strict.held(raw, SHAPE, where="providers")
    fail = strict.wrong
    hosts: dict[str, str] = {}
    known: dict[str, Provider] = {}
    off = {name for name, value in raw.items() if value is False and name in PUBLIC}
    for name, value in raw.items():
        if name in off:
            continue
        if isinstance(value, str):
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
    kind = value.get("kind", name)
    if kind not in PROVIDER_KINDS:
        raise fail(f"{where} says no kind, and {kind!r} is none", did_you_mean(str(kind), PROVIDER_KINDS))
    if name in PROVIDER_KINDS and kind != name:
        raise fail(f"[{where}] is of kind {kind!r}", "give it another name: this one is a kind by itself")
    success, statuses = value.get("success", ""), value.get("statuses", [])
    if (success or statuses) and kind != "http":
        raise fail(f"[{where}] of kind {kind} has rules of its own", 'success and statuses are for kind = "http"')
    return value.get("hosts") or [value["host"]], Provider(kind=kind, success=success, statuses=tuple(statuses))


def _host(name: str, place: str, fail: Fail) -> str:
    host, _, port = place.lower().partition(":")
    if (
        not host
        or any(sign in place for sign in "/@ ")
        or (":" in place and not (port.isdigit() and 0 < int(port) < 65536))
    ):
        raise fail(f"providers.{name}: {place!r} is no host", 'write "api.example.com", or "api.example.com:8443"')
    return host if port in ("", "443") else f"{host}:{port}"
