"""Variants of a request body: which of them a contract allows, which it forbids, which ask for the same."""

from __future__ import annotations

import json

from harness.jobs.contracts.judge.bodies import variants

SCHEMA = {
    "type": "object",
    "properties": {
        "ids": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1}},
        "kind": {"enum": ["post", None]},
    },
    "required": ["ids"],
}


def test_variants_are_named_and_sorted_by_the_contract():
    """Claim: a missing field, each wrong type and broken JSON are forbidden; what asks for the same must be accepted."""
    found = variants(SCHEMA, {"ids": [7, 8], "kind": "post"})
    by_name = {one.what: one for one in found}
    assert len({one.sent for one in found}) == len(found) > 40
    same = {"a field that nobody declared", "no kind", "kind null"}
    assert {name for name, one in by_name.items() if one.same} == same
    for name in (
        "no ids",
        "ids null",
        "ids []",
        "ids with true in it",
        "ids with numbers as text",
        'kind "x"',
        "the body {",
    ):
        assert not by_name[name].allowed, name
    assert json.dumps({"ids": [7, 8], "kind": "post"}).encode() not in {one.sent for one in found}


def test_numbers_as_text_must_be_accepted_where_the_contract_says_so():
    lax = {**SCHEMA, "properties": {"ids": {"type": "array", "items": {"type": ["integer", "string"]}}}}
    found = {one.what: one for one in variants(lax, {"ids": [7]})}
    assert found["ids with numbers as text"].same
