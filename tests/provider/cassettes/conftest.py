"""Cassettes with provenance, and the folder of real recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.core.cassette import Cassette, Provenance


@pytest.fixture
def provenance() -> Callable[[Cassette], Cassette]:
    """Gives a foreign cassette a provenance."""

    def give(cassette: Cassette) -> Cassette:
        found = Provenance(
            origin="simulated",
            recorded_at="2026-11-01",
            upstream="simulator",
            command="nox -s record -- planner/auto_cluster",
            provider="openai",
            model="gpt-5.1",
            kept_headers=("content-type",),
            redacted=("authorization",),
            edited=({"what": "line one", "why": "a: colon, 'quote' and #hash"},),
        )
        return replace(cassette, provenance=found)

    return give
