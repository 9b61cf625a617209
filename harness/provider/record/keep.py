"""From staged interactions to committed files: scrub, make ids stable, scan, compare, write. All or nothing."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.core.cassette import Cassette, Interaction, Provenance
from harness.core.errors import HarnessError
from harness.provider import contracts
from harness.provider.cassettes import drift, read, write
from harness.provider.cassettes.scan import scan
from harness.provider.cassettes.scrub import scrub
from harness.provider.cassettes.write import dumps
from harness.provider.prices import shown, total_usd, used
from harness.provider.profiles import Profile, named, parse

_SCENARIO = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*")
STABLE_IDS = "ids that the client makes up: replaced by stable ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a recording is for. `recorded_at` is a date, YYYY-MM-DD."""

    scenario: str
    tape: tuple[str, ...]
    out: Path
    overwrite: bool
    command: str
    recorded_at: str
    providers: Mapping[str, Profile] = field(default_factory=dict)


def keep(
    job: Job,
    interactions: list[tuple[str, str, Interaction]],
    upstream: str,
    secrets: Iterable[str],
    warnings: Mapping[str, Iterable[str]] | None = None,
) -> list[dict[str, Any]]:
    """Write one cassette a provider; `warnings` are what the simulator assumed for it. Errors: cassette-secret (nothing is written), cassette-write, cassette-name."""
    told = warnings or {}
    made = [
        _made(job, provider, rows, secrets, told.get(provider, ()))
        for provider, rows in _by_provider(interactions).items()
    ]
    for cassette in made:
        found = scan(dumps(cassette), secrets)
        if found:
            raise HarnessError(
                f"cassette {cassette.name} would hold a secret: {found[0]}"
                + (f" and {len(found) - 1} more" if len(found) > 1 else ""),
                hint="nothing was written; extend harness/provider/cassettes/scrub.py, or take the secret out of the scenario",
                code="cassette-secret",
            )
    return [_written(job, cassette) for cassette in made]


def name_of(job: Job, provider: str) -> str:
    """The cassette that this provider's traffic belongs to: the one the tape names, else <provider>/<scenario>."""
    named = [name for name in job.tape if name.startswith(f"{provider}/")]
    name = named[0] if len(named) == 1 else f"{provider}/{job.scenario}"
    if not _SCENARIO.fullmatch(name):
        raise HarnessError(
            f"'{name}' is no name of a cassette",
            hint="use lower-case letters, digits, - and _ between slashes",
            code="cassette-name",
        )
    return name


def _by_provider(interactions: list[tuple[str, str, Interaction]]) -> dict[str, list[tuple[str, Interaction]]]:
    found: dict[str, list[tuple[str, Interaction]]] = {}
    for provider, origin, one in interactions:
        found.setdefault(provider, []).append((origin, one))
    return found


def _made(
    job: Job, provider: str, rows: list[tuple[str, Interaction]], secrets: Iterable[str], warnings: Iterable[str]
) -> Cassette:
    redacted: set[str] = set()
    kept: list[Interaction] = []
    profile = named(provider, job.providers)
    for position, (_, came) in enumerate(rows):
        clean, taken = scrub(came, profile.kind, secrets)
        stable = with_stable_ids(clean, profile, position)
        if stable != clean:
            redacted.add(STABLE_IDS)
        redacted |= set(taken)
        kept.append(replace(stable, index=position))
    real = all(origin == "real" for origin, _ in rows)
    models = tuple(dict.fromkeys(model for model in (used(one, declared=job.providers).model for one in kept) if model))
    ends = [contracts.default().shutdown[model] for model in models if model in contracts.default().shutdown]
    hosts = dict.fromkeys(one.request.uri.split("/")[2] for one in kept)
    headers = {name.lower() for one in kept for name in (*one.request.headers, *one.response.headers)}
    return Cassette(
        name=name_of(job, provider),
        interactions=tuple(kept),
        provenance=Provenance(
            origin="recorded" if real else "simulated",
            recorded_at=job.recorded_at,
            upstream=", ".join(f"https://{host}" for host in hosts) if real else "harness.provider.simulator",
            command=job.command,
            provider=provider,
            model=", ".join(models),
            shutdown_date=min(ends).isoformat() if ends else "",
            kept_headers=tuple(sorted(headers)),
            redacted=tuple(sorted(redacted)),
            warnings=tuple(dict.fromkeys(warnings)),
        ),
    )


def with_stable_ids(one: Interaction, profile: Profile, position: int) -> Interaction:
    """The same interaction with every id that the client made up replaced by one that follows from the request.

    So two recordings of the same traffic are the same bytes. The fake echoes the client's own id in any case.
    """
    names = {path.rpartition(".")[2] for path in profile.volatile} - {"apiKey"}
    tasks = parse(one.request.body)
    if not names or not isinstance(tasks, list):
        return one
    body, answer = one.request.body, one.response.body
    for at, task in enumerate(tasks):
        for name in sorted(names):
            old = task.get(name) if isinstance(task, dict) else None
            if isinstance(old, str) and old:
                rest = {key: value for key, value in task.items() if key not in names}
                seed = json.dumps([position, at, name, rest], sort_keys=True).encode()
                new = str(uuid.UUID(bytes=hashlib.sha256(seed).digest()[:16], version=4))
                body, answer = body.replace(old.encode(), new.encode()), answer.replace(old.encode(), new.encode())
    return replace(one, request=replace(one.request, body=body), response=replace(one.response, body=answer))


def _written(job: Job, cassette: Cassette) -> dict[str, Any]:
    path = job.out / f"{cassette.name}.yaml"
    changes: tuple[str, ...] = ()
    must_write = True
    if path.exists():
        old = read(path, cassette.name)
        if drift.same(old.interactions, cassette.interactions) and _same_origin(old, cassette):
            must_write = False
        else:
            changes = drift.compare(old.interactions, cassette.interactions).lines()
            if not _same_origin(old, cassette):
                before = old.provenance.origin if old.provenance else "no provenance"
                changes = (f"origin: {before} -> {cassette.provenance.origin}", *changes)
            must_write = job.overwrite
    if must_write:
        write(cassette, path)
    return {
        "cassette": cassette.name,
        "interactions": len(cassette.interactions),
        "written": must_write,
        "drift": list(changes),
        "cost_usd": shown(total_usd(used(one, declared=job.providers) for one in cassette.interactions)),
        "origin": cassette.provenance.origin,
        "warnings": list(cassette.provenance.warnings),
    }


def _same_origin(old: Cassette, new: Cassette) -> bool:
    return old.provenance is not None and new.provenance is not None and old.provenance.origin == new.provenance.origin
