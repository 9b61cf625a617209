"""What cannot be judged is an error, exit 2 or 3, one line and a hint: never a pass."""

from __future__ import annotations

import json

import pytest

from tests.jobs.contracts.conftest import Shop
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    ("file", "old", "new", "words", "code"),
    [
        ("contracts/api/openapi.yaml", "openapi: 3.1.1", "openapi: [3.1.1", ("contracts", "--phase", "5"), "contracts-syntax"),
        ("contracts/api/openapi.yaml", "required: [image_model, image_provider, image_style, max_in_article_images]\n      additionalProperties: false", "required: [image_model, image_provider, image_style, max_in_article_images]", ("fuzz",), "contracts-value"),
        ("contracts/celery.toml", "acks_late             = false", "acks_lat = false", ("contracts",), "contracts-unknown-key"),
        ("contracts/celery.toml", '"function_name: str"', '"function name"', ("contracts",), "contracts-value"),
        ("contracts/schema/phase_5.toml", "same_as = 1", "", ("contracts", "schema"), "contracts-value"),
        ("contracts/api/known.toml", "\nformat = 1", "\nformat = [1", ("fuzz",), "contracts-syntax"),
    ],
)  # fmt: skip
def test_a_malformed_contract_is_no_contract(
    file: str, old: str, new: str, words: tuple[str, ...], code: str, broken: Shop
):
    """Claim: exit 2, the file is named, and nothing is judged."""
    shop = broken(contracts=True)
    shop.edit(file, old, new)
    told = shop.harness(*words)
    assert told.code == 2, told.out + told.err
    assert f" code: {code}" in told.err
    assert file.rsplit("/")[-1] in told.err.splitlines()[0]


def test_a_contract_that_is_missing_is_told(broken: Shop):
    shop = broken(contracts=True)
    (shop.folder / "contracts/schema/phase_5.toml").unlink()
    told = shop.harness("contracts", "schema")
    assert (told.code, " code: contracts-missing" in told.err) == (2, True)


def test_accepting_needs_a_reason_and_no_ci(pristine: Workshop):
    """Claim: a contract is never changed without a reason, nor by a CI job."""
    assert " code: contracts-why" in pristine.harness("contracts", "schema", "--accept").err
    ci = Workshop(folder=pristine.folder, cache=pristine.cache, env={"CI": "true"})
    told = ci.harness("contracts", "schema", "--accept", "--why", "x")
    assert (told.code, " code: contracts-ci" in told.err) == (2, True)


@pytest.mark.slow
def test_a_token_that_the_target_refuses_stops_the_fuzzing(broken: Shop):
    """Claim: without a token nothing can be judged; a run in which every answer is 401 is no pass."""
    shop = broken(
        ("backend/igny8_core/auth/models.py", "hashlib.sha256(secret.encode())", "hashlib.sha512(secret.encode())")
    )
    told = shop.harness("fuzz", "--examples", "5")
    assert (told.code, " code: fuzz-token" in told.err) == (3, True), told.out + told.err


def test_a_token_that_cannot_be_made_stops_the_fuzzing(broken: Shop):
    shop = broken()
    shop.edit("harness.toml", "[tables]\n", '[tables]\napi_token = "Sector"\nsector = "ApiToken"\n')
    told = shop.harness("fuzz", "--examples", "5")
    assert (told.code, " code: seed-unknown-column" in told.err) == (2, True), told.out + told.err


DOWN = "backend/igny8_core/api/ai_models.py", "        rows = list("


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "options", "code"), [("True", (), "fuzz-broke"), ('"gunicorn" in __import__("sys").modules', ("--http",), "fuzz-down")]
)  # fmt: skip
def test_an_endpoint_that_is_down_is_an_error(where: str, options: tuple[str, ...], code: str, broken: Shop):
    """Claim: an endpoint whose process dies under the request is exit 3, in process and over HTTP, and nothing is judged."""
    file, old = DOWN
    told = broken((file, old, f'        {where} and __import__("os")._exit(7)\n{old}')).harness(
        "fuzz", "--examples", "5", *options
    )
    assert (told.code, f" code: {code}" in told.err) == (3, True), told.out + told.err
    assert "PASS" not in told.out


def test_a_file_that_is_no_state_is_refused(pristine: Workshop):
    told = pristine.harness("fuzz", "--case", "harness.toml")
    assert (told.code, " code: fuzz-case" in told.err) == (2, True)


LEAVING = [
    ("celery", (
        (("backend/igny8_core/ai/tasks.py", "    image_ids: list[int], account_id: int,", "    images: list[int], account_id: int,"), "process_image_generation_queue: parameters is (images: list[int]"),
        (("backend/igny8_core/ai/tasks.py", '@shared_task(name="igny8_core.ai.tasks.run_ai_task")', '@shared_task(name="igny8_core.ai.tasks.run_ai_task", acks_late=True)'), "run_ai_task: acks_late is True, contracted False"),
    )),
    ("api", (
        (("backend/igny8_core/api/ai_models.py", '"tokens_per_credit", "input_cost_per_1m"', '"input_cost_per_1m"'), "$.components.schemas.TextModel.tokens_per_credit: contracted, and the backend does not have it"),
        (("backend/igny8_core/api/linker.py", "class ProcessLinks(TenantView):\n", "class ProcessLinks(TenantView):\n    authentication_classes = permission_classes = ()\n"), "$.paths['/api/v1/linker/process/'].post.security: the contract asks for a token, the backend lets everybody in"),
    )),
    ("api", (
        (("backend/igny8_core/urls.py", '    path("linker/process/", linker.ProcessLinks.as_view()),\n', '    path("linker/run/", linker.ProcessLinks.as_view()),\n'), "$.paths['/api/v1/linker/process/'].post: contracted, and the backend has no such endpoint"),
    )),
]  # fmt: skip
"""(contract, mistakes against it): of one contract those that do not hide each other."""
(_, OF_CELERY), (_, OF_API), _ = LEAVING


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kinds", "mistakes"),
    [
        (("api", "celery"), OF_CELERY + OF_API),
        *(pytest.param((kind,), mistakes, marks=pytest.mark.proof) for kind, mistakes in LEAVING),
    ],
    ids=["both", "celery", "api", "api gone"],
)
def test_a_backend_that_leaves_its_contract_is_found(
    kinds: tuple[str, ...], mistakes: tuple[tuple[tuple[str, str, str], str], ...], broken: Shop
):
    """Claim: `harness contracts` fails in the rows of just those contracts, with what is wrong. Only request bodies may fail
    beside it: an endpoint that is gone or open to all does not take its body as contracted either. Mistakes that do not hide
    each other are looked for in one backend; those of one contract by themselves are a proof."""
    told = broken(*(edit for edit, _ in mistakes), alike=False).harness("contracts", "--json")
    body = json.loads(told.out.splitlines()[-1])
    verdicts = {one["checker"]: one for one in body["phases"]["5"]["verdicts"]}
    assert told.code == 1
    failed = {name for name, one in verdicts.items() if one["status"] == "fail"}
    assert failed - {"contract-bodies"} == {f"contract-{kind}" for kind in kinds}
    said = [text for kind in kinds for text in verdicts[f"contract-{kind}"]["evidence"]]
    for _, line in mistakes:
        assert any(line in text for text in said), said


def test_a_schema_that_leaves_its_contract_is_found(broken: Shop):
    """Claim: a column of another type is told with both types."""
    shop = broken(contracts=True)
    file = shop.folder / "contracts/schema/phase_1.toml"
    old = 'credits_per_image  = "integer"'
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, 'credits_per_image  = "bigint"'))
    told = shop.harness("contracts", "schema")
    assert told.code == 1
    assert "~ igny8_ai_model_config.credits_per_image bigint -> integer" in told.out
