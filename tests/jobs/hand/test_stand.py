"""Addresses of a stack, from inside and from outside, in every tier."""

from __future__ import annotations

import pytest

from harness.jobs.hand.stand import address_of, outside


@pytest.mark.parametrize(
    ("url", "address", "through"),
    [
        ("http://127.0.0.1:8003", "tcp:127.0.0.1:8003", "http://127.0.0.1:99"),
        ("redis://127.0.0.1:6379/0", "tcp:127.0.0.1:6379", "redis://127.0.0.1:99/0"),
        ("postgresql://igny8:secret@127.0.0.1:5432/igny8", "tcp:127.0.0.1:5432", "postgresql://igny8:secret@127.0.0.1:99/igny8"),
        ("postgresql://igny8@/igny8?host=/tmp/x/run&port=5432", "unix:/tmp/x/run/.s.PGSQL.5432", "postgresql://igny8@127.0.0.1:99/igny8"),
    ],
    ids=["backend", "broker", "database", "database in containers"],
)  # fmt: skip
def test_what_a_stack_says_of_itself_leads_to_a_door(url, address, through):
    """Claim: the address behind the door is the stack's own, and the URL in front of it keeps user, password and path."""
    assert address_of(url) == address
    assert outside(url, 99) == through
