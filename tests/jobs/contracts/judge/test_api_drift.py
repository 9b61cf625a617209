"""The API contract: gaps are refused, differences have a JSON path, and drift is breaking just when a client would notice."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from harness.core.verdict import Status
from harness.jobs.contracts.judge.api_drift import Api, against_contract, answers, drift, strict_problems

MODEL = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 9}, "price": {"type": ["string", "null"], "format": "decimal"}, "tier": {"enum": ["a", "b"], "type": "string"}},
    "required": ["name", "price", "tier"],
    "additionalProperties": False,
}  # fmt: skip
ERROR = {
    "type": "object",
    "properties": {"code": {"type": "string"}},
    "required": ["code"],
    "additionalProperties": False,
}


def contract() -> dict[str, Any]:
    body = {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Model"}}}}
    error = {"description": "", "content": {"application/json": {"schema": ERROR}}}
    return {
        "openapi": "3.1.1",
        "paths": {"/m/": {"get": {"security": [{"bearer": []}], "responses": {"200": body, **dict.fromkeys(("401", "403", "405"), error)}}}},
        "x-outside": [{"path": "/other/", "why": "a test"}],
        "components": {"schemas": {"Model": {**copy.deepcopy(MODEL), "x-serializer": "app.Model"}}},
    }  # fmt: skip


def live(**changed: Any) -> Api:
    operation = {"security": [{"bearer": []}], "responses": {"200": {"description": "No response body"}}}
    return Api(
        endpoints=changed.get("endpoints", frozenset({("GET", "/m/"), ("GET", "/other/")})),
        document={"openapi": "3.1.1", "paths": {"/m/": {"get": changed.get("operation", operation)}}, "components": {}},
        serializers={"app.Model": changed.get("model", MODEL)},
        complaints=changed.get("complaints", ()),
    )


def model(edit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    changed = copy.deepcopy(MODEL)
    edit(changed)
    return changed


def without(name: str) -> dict[str, Any]:
    return {**MODEL, "properties": {k: v for k, v in MODEL["properties"].items() if k != name}, "required": [n for n in MODEL["required"] if n != name]}  # fmt: skip


def test_the_same_passes():
    assert strict_problems(contract()) == []
    assert against_contract(contract(), live(), 0).status is Status.PASS


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"endpoints": frozenset({("GET", "/other/")})}, "$.paths['/m/'].get: contracted, and the backend has no such endpoint"),
        ({"endpoints": frozenset({("GET", "/m/"), ("GET", "/other/"), ("PUT", "/m/")})}, "$.paths['/m/'].put: the backend has it, and the contract neither describes it nor leaves it out"),
        ({"endpoints": frozenset({("GET", "/m/")})}, "$.x-outside: /other/ is left out, and not there"),
        ({"operation": {"responses": {}}}, "$.paths['/m/'].get.security: the contract asks for a token, the backend lets everybody in"),
        ({"model": without("price")}, "$.components.schemas.Model.price: contracted, and the backend does not have it"),
        ({"model": model(lambda m: m["properties"].update(key={"type": "string"}))}, "$.components.schemas.Model.key: the backend answers it, and the contract does not have it"),
        ({"model": model(lambda m: m["properties"].update(price={"type": "number"}))}, "$.components.schemas.Model.price: the backend says number, the contract null or string"),
        ({"model": model(lambda m: m["properties"]["tier"].update(enum=["a"]))}, "$.components.schemas.Model.tier: the backend's values are \"a\", the contract's \"a\", \"b\""),
        ({"model": model(lambda m: m["properties"]["name"].update(maxLength=5))}, "$.components.schemas.Model.name: the backend's maxLength is 5, the contract's 9"),
        ({"complaints": ("warning: unable to guess",)}, "warning: unable to guess"),
    ],
)  # fmt: skip
def test_a_difference_is_a_failure_with_its_json_path(changed: dict[str, Any], line: str):
    """Claim: both directions, endpoint by endpoint and field by field, and a warning of the generator is a failure."""
    found = against_contract(contract(), live(**changed), 0)
    assert found.status is Status.FAIL
    assert line in found.evidence, found.evidence


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"model": without("price")}, "BREAKING: Model.price: the field is gone"),
        ({"model": model(lambda m: m["properties"].update(key={"type": "string"}))}, "compatible: Model.key: a new field"),
        ({"model": model(lambda m: m["properties"].update(price={"type": ["number", "null"], "format": "decimal"}))}, "BREAKING: Model.price: may be number now, was null or string"),
        ({"model": model(lambda m: m["properties"].update(price={"type": "string", "format": "decimal"}))}, "compatible: Model.price: is never null any more"),
        ({"model": model(lambda m: m["properties"]["tier"].update(enum=["a", "b", "c"]))}, 'BREAKING: Model.tier: may be "c" now'),
        ({"model": model(lambda m: m["properties"]["tier"].update(enum=["a"]))}, 'compatible: Model.tier: is never "b" any more'),
        ({"model": model(lambda m: m.update(required=["name", "tier"]))}, "BREAKING: Model.price: may be absent now"),
        ({"operation": {"responses": {}}}, "BREAKING: GET /m/: asks for no token any more: it is open to everybody"),
        ({"endpoints": frozenset({("GET", "/other/")})}, "BREAKING: GET /m/: the endpoint is gone"),
        ({"endpoints": frozenset({("GET", "/m/"), ("GET", "/other/"), ("GET", "/new/")})}, "compatible: GET /new/: a new endpoint"),
    ],
)  # fmt: skip
def test_drift_is_classified(changed: dict[str, Any], line: str):
    """Claim: less, or something of another kind, breaks a reader; more does not. What breaks is told first."""
    found = [str(change) for change in drift(live(), live(**changed))]
    assert found[0] == line
    assert not any(other.startswith("BREAKING") for other in found[1:])


def test_requests_are_classified_the_other_way_round():
    """Claim: a new field that must be sent breaks a sender; one that may be sent does not."""

    def asks(required: list[str]) -> Api:
        schema = {
            "type": "object",
            "properties": {"ids": {"type": "array"}, "kind": {"type": "string"}},
            "required": required,
        }
        body = {"content": {"application/json": {"schema": schema}}}
        return live(operation={"security": [{"bearer": []}], "requestBody": body, "responses": {}})

    assert [str(one) for one in drift(asks(["ids"]), asks(["ids", "kind"]))] == [
        "BREAKING: GET /m/ request.kind: must be sent now"
    ]
    assert drift(asks(["ids", "kind"]), asks(["ids"])) == ()


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("openapi",), "3.0.3", "$.openapi: not an OpenAPI 3.1 document"),
        (("paths",), {}, "$.paths: there is no path"),
        (("components", "schemas", "Model", "additionalProperties"), True, "the object is open: a field that nobody declared would pass"),
        (("components", "schemas", "Model", "required"), ["name"], "may be absent; make it required, or say why in x-optional"),
        (("components", "schemas", "Model", "properties", "name"), {}, "says nothing about its value"),
        (("components", "schemas", "Model", "properties", "name"), {"type": "strin"}, "not a JSON Schema"),
        (("paths", "/m/", "get", "security"), None, "who may call is not declared"),
        (("paths", "/m/", "get", "responses"), {}, "no answer is declared for success"),
        (("paths", "/m/", "get", "responses", "401"), {"description": ""}, "no body is declared"),
        (("paths", "/m/", "get", "responses", "405"), {"$ref": "#/nowhere"}, "$ref #/nowhere names nothing"),
        (("x-outside",), [{"path": "/m/"}], "needs a path, and why it is left out"),
    ],
)  # fmt: skip
def test_a_contract_with_a_gap_is_no_contract(path: tuple[str, ...], value: Any, line: str):
    """Claim: whatever would let something through is named."""
    document: Any = contract()
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(line in problem for problem in strict_problems(document)), strict_problems(document)


def test_real_answers_are_held_to_the_status_they_came_with():
    """Claim: another status, an unknown endpoint and a wrong body are each found; no answer at all is no pass."""
    good = {"name": "x", "price": "1.0000", "tier": "a"}
    assert answers(contract(), [("GET", "/m/", 200, good)], 0).status is Status.PASS
    assert "declares 200, 401, 403, 405 only" in answers(contract(), [("GET", "/m/", 500, {})], 0).evidence[0]
    assert "no such endpoint" in answers(contract(), [("GET", "/q/", 200, {})], 0).evidence[0]
    wrong = answers(contract(), [("GET", "/m/", 200, {**good, "price": 1.0})], 0)
    assert wrong.status is Status.FAIL
    assert "$.price: " in wrong.evidence[0]
    assert answers(contract(), [], 0).status is Status.UNKNOWN


def test_nothing_compared_is_not_a_pass():
    assert against_contract(contract(), live(endpoints=frozenset()), 0).status is Status.UNKNOWN
