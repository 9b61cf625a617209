"""What a dry run shows: each request that would leave, and what the rate card says it would cost."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from harness.core.cassette import Interaction
from harness.provider.prices import shown, total_usd, used
from harness.provider.record.keep import Job, name_of


def of(job: Job, interactions: list[tuple[str, str, Interaction]]) -> list[dict[str, Any]]:
    """One entry a cassette. The cost is an estimate: real answers may be shorter or longer than simulated ones."""
    entries: dict[str, dict[str, Any]] = {}
    for provider, _, one in interactions:
        name = name_of(job, provider)
        entry = entries.setdefault(
            name,
            {
                "cassette": name,
                "interactions": 0,
                "written": False,
                "drift": [],
                "origin": "dry-run",
                "would_send": [],
                "uses": [],
            },
        )
        url = urlsplit(one.request.uri)
        use = used(one, declared=job.providers)
        entry["interactions"] += 1
        entry["uses"].append(use)
        entry["would_send"].append(
            f"{one.request.method} {url.scheme}://{url.netloc}{url.path} {use.model} {len(one.request.body)} bytes, "
            + (f"about {shown(use.cost_usd)} USD" if use.cost_usd is not None else "no price on the rate card")
        )
    for entry in entries.values():
        entry["cost_usd"] = shown(total_usd(entry.pop("uses")))
    return list(entries.values())
