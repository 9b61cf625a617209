"""What is known of each provider, a file each: how it says no, how its answers are read, which fields its clients make up.

openai      and every host that speaks its API
runware     an array of tasks
wordpress   by its paths, where a host is not declared
http        any other host: success by status, or by a place in the JSON
shape       what a profile is made of, and what all of them read alike
hosts       whom a request is for
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.core.config import PROVIDER_KINDS
from harness.provider.profiles.hosts import authority_of, name_of
from harness.provider.profiles.http import OTHER, reader
from harness.provider.profiles.openai import OPENAI
from harness.provider.profiles.runware import RUNWARE, tasks_of
from harness.provider.profiles.shape import Profile, Reading, Refusal, asked_model, events, is_stream, parse
from harness.provider.profiles.wordpress import WORDPRESS

__all__ = [
    "BY_HOST",
    "KINDS",
    "OPENAI",
    "OTHER",
    "UNMATCHED_HEADER",
    "Profile",
    "Reading",
    "Refusal",
    "asked_model",
    "authority_of",
    "declared",
    "events",
    "is_stream",
    "made",
    "name_of",
    "named",
    "parse",
    "profile_for",
    "tasks_of",
]

UNMATCHED_HEADER = "x-harness-unmatched"
_PROFILES = {profile.kind: profile for profile in (OPENAI, RUNWARE, WORDPRESS, replace(OTHER, name="http"))}
KINDS: Mapping[str, Profile] = {kind: _PROFILES[kind] for kind in PROVIDER_KINDS}
BY_HOST = {host: profile for profile in KINDS.values() for host in profile.hosts}


def made(name: str, kind: str, success: str = "", statuses: Iterable[int] = ()) -> Profile:
    """The profile of a declared provider; `success` and `statuses` are of kind http alone."""
    profile = replace(KINDS[kind], name=name)
    return replace(profile, read=reader(success, tuple(statuses))) if kind == "http" else profile


def declared(hosts: Mapping[str, str], providers: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Profile]:
    """Authority -> profile, as harness.toml has it: `hosts` names each one's provider, which is a kind or one of `providers`
    ({"kind", "success"?, "statuses"?}). Raises KeyError for a name that is neither."""
    known = {name: made(name, **how) for name, how in (providers or {}).items()}
    return {host.lower(): known[name] if name in known else KINDS[name] for host, name in hosts.items()}


def named(name: str, known: Mapping[str, Profile]) -> Profile:
    """The profile that history calls `name`."""
    return next((one for one in (*known.values(), *KINDS.values()) if one.name == name), OTHER)


def profile_for(host: str, path: str = "", declared: Mapping[str, Profile] | None = None) -> Profile:
    """The profile that is declared for a host (with its port, or for all of its ports), or a known one; a WordPress path;
    else `other`."""
    name = name_of(host)
    found = (declared or {}).get(host) or (declared or {}).get(name) or BY_HOST.get(name)
    if found is not None:
        return found
    return WORDPRESS if path.startswith("/wp-json") else OTHER
