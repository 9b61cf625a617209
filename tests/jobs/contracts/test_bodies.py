"""Which operations' bodies are sent, and which are not."""

from __future__ import annotations

from harness.jobs.contracts import bodies


def test_a_body_of_another_method_than_post_is_not_forgotten():
    """Claim: it is listed as not sent, from the phase on in which it is there; what has no body is not."""
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
    later = {**body, "x-since-phase": 6}
    contract = {"paths": {"/a/": {"get": {}, "put": body, "post": body}, "/b/": {"patch": later, "delete": {}}}}
    assert bodies.wanted(contract, 5) == ["/a/"]
    assert bodies.unasked(contract, 5, ["/a/"]) == [("PUT", "/a/")]
    assert bodies.unasked(contract, 5, []) == [("PUT", "/a/"), ("POST", "/a/")]
    assert bodies.unasked(contract, 6, ["/a/"]) == [("PUT", "/a/"), ("PATCH", "/b/")]
