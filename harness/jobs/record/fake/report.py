"""What to set so that traffic comes to the fake, and at the end what was asked: as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.jobs.record.fake.values import Asked, Standing


def standing_document(fake: Standing) -> dict[str, Any]:
    return {
        "port": fake.port,
        "ca_bundle": str(fake.bundle),
        "hosts": list(fake.hosts),
        "recordings": fake.recordings,
        "unanswered": list(fake.unanswered),
    }


def standing_lines(fake: Standing) -> Iterator[str]:
    address, port, bundle = fake.address, fake.port, fake.bundle
    yield f"{fake.recordings} recordings on https://{address}:{port} for {', '.join(fake.hosts)}"
    yield f"\nTrust its CA (and nothing else):\n  export REQUESTS_CA_BUNDLE={bundle}\n  export SSL_CERT_FILE={bundle}"
    for line in fake.unanswered:
        yield f"\n{line}"
    yield "\nSend the traffic there, by base URL:"
    for host in fake.hosts:
        yield f"  https://localhost:{port}/{host}/...   for   https://{host}/..."
    if port == 443:
        yield "\nor, with hard-coded URLs, by /etc/hosts:"
        for host in fake.hosts:
            yield f"  {address} {host}"
    else:
        lines = ", ".join(f"{address} {host}" for host in fake.hosts)
        yield f"\nHard-coded URLs need --port 443 and lines in /etc/hosts: {lines}"
    yield "\nCtrl-C ends it."


def asked_document(asked: Asked) -> dict[str, Any]:
    return {"calls": len(asked.calls), "unmatched": len(asked.refused), "unplayed": len(asked.unplayed)}


def asked_lines(asked: Asked) -> Iterator[str]:
    calls, refused, unplayed = len(asked.calls), len(asked.refused), len(asked.unplayed)
    yield f"\n{calls} calls, {refused} unmatched, {unplayed} recordings not played"
    for call in asked.refused:
        yield f"  {call.route}: {call.nearest['hint'] if call.nearest else 'nothing recorded'}"
