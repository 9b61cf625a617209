"""Faults of the models endpoint, each made in a copy of the backend and each found, with a message that says what is wrong.

One fault for each rule that needs a target is a test; what the oracle alone says of an answer is in inside/test_oracle.py, and what
is left of the catalogue is a proof.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.jobs.contracts.fuzz.run import ONE
from tests.jobs.contracts.conftest import Shop
from tests.jobs.contracts.fuzz.inside.test_oracle import WRONG
from tests.sampled import first_of_each, sampled
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

VIEW = "backend/igny8_core/api/ai_models.py"
FIELD = '    """Costs in USD per 1M tokens. A null rate means: the operation\'s."""\n'
ROWS = '        rows = list(AIModelConfig.objects.filter(is_active=True).order_by("sort_order", "model_name"))\n'
ANSWER = '                "image_settings": self._image_settings(),\n'
MARKS = "                row.is_default = row is default\n"
NONE = "            if default is None:\n"
RETURN = '        return ok(\n            {\n                "text_models"'
FAULTS = {
    "a wrong type": (
        [(VIEW, FIELD, FIELD + "    max_tokens = serializers.CharField()\n")],
        r"shape: \$\.data\.text_models\[0\]\.max_tokens: .*\"8192\" is not of type|values: text_models\[0\]\.max_tokens is '8192'",
    ),
    "auth removed": (
        [(VIEW, "class AIModels(TenantView):\n", "class AIModels(TenantView):\n    permission_classes = ()\n"),
         (VIEW, "get_image_config(self.account)", "get_image_config(self.account if self.request.user else None)")],
        r"status: (200|500) to caller '[a-z-]+', must be 40[13]",
    ),
    "an extra secret field": (
        [(VIEW, ANSWER, ANSWER + '                "api_key": __import__("igny8_core.business.billing.models", fromlist=["x"]).IntegrationProvider.objects.first().api_key,\n')],
        r"secret: the value of a key, password or token column is in the answer",
    ),
    "a dropped field": (
        [(VIEW, '"tokens_per_credit", "input_cost_per_1m"', '"input_cost_per_1m"')],
        r"shape: .*\"tokens_per_credit\" is a required property",
    ),
    "an active row missing": (
        [(VIEW, RETURN, "        image = [row for row in image if row.credits_per_image != 0]\n" + RETURN)],
        r"rows: image_models: the active row .* is missing",
    ),
    "a hard-coded list": (
        [(VIEW, ROWS, '        rows = list(AIModelConfig.objects.filter(is_active=True, model_name__in=["gpt-5.1", "gpt-4o-mini", "runware:97@1", "dall-e-3", "google:4@2"]).order_by("sort_order", "model_name"))\n')],
        r"rows: \w+: the active row .* is missing",
    ),
    "two defaults": (
        [(VIEW, MARKS, "                pass\n")],
        r"one-default: (text|image): 2 defaults are shown \('.*', '.*'\); must be just '.*', which is served where an account chose nothing",
    ),
    "a second default invented": (
        [(VIEW, RETURN, "        for row in image[:2]:\n            row.is_default = True\n" + RETURN)],
        r"default: image: 2 defaults are shown .*, and no active row marks '.*'; must be just '.*'",
    ),
    "the wrong one of two defaults": (
        [(VIEW, "next((row for row in marked if row.model_name == served), marked[0])", "marked[0] if served else None")],
        r"default: (text|image): '.*' is shown as default; must be just '.*', which is served where an account chose nothing",
    ),
    "an inactive default hidden": (
        [(VIEW, NONE, "            if default is None and not AIModelConfig.objects.filter(model_type=model_type, is_default=True).exists():\n")],
        r"one-default: (text|image): the default '.*' is inactive and hidden: no default is shown, and no error is told, must be 503 no_default_model",
    ),
    "an inactive default replaced": (
        [(VIEW, NONE, "            default = default or next(iter(models), None)\n" + NONE)],
        r"default: (text|image): .*: '.*' is shown as default, and no active row marks '.*', and no error is told",
    ),
    "an error that the contract does not declare": (
        [(VIEW, "                    503,\n", "                    409,\n")],
        r"status: 409 to caller 'owner' where no active text row is marked as default, must be 503",
    ),
    "decimals turned into numbers": (
        [(VIEW, FIELD, FIELD + "    output_cost_per_1m = serializers.FloatField()\n")],
        r"shape: \$\.data\.text_models\[0\]\.output_cost_per_1m: .* is not of type|values: text_models\[0\]\.output_cost_per_1m is 10\.0, the row",
    ),
    "N+1 queries": (
        [(VIEW, RETURN, "        for row in rows:\n            AIModelConfig.objects.filter(pk=row.pk).exists()\n" + RETURN)],
        r"queries: \d+ queries became \d+ with \d+ more active rows",
    ),
    "500 on a unicode name": (
        [(VIEW, RETURN, '        for row in rows:\n            row.model_name.encode("latin-1")\n' + RETURN)],
        r"status: 500 to caller 'owner', must be 200",
    ),
    "another account's override visible": (
        [(VIEW, "get_image_config(self.account)", 'get_image_config(__import__("igny8_core.modules.system.models", fromlist=["x"]).AccountAISettings.objects.order_by("pk").values_list("account", flat=True).first() and __import__("igny8_core.modules.system.models", fromlist=["x"]).AccountAISettings.objects.order_by("-pk").first().account or self.account)')],
        r"settings: image_settings\.\w+ is .*, must be .*another account's override",
    ),
    "an inactive row shown": (
        [(VIEW, "filter(is_active=True)", "all()")],
        r"rows: \w+: .* is shown, and its row is inactive",
    ),
    "an unstable order": (
        [(VIEW, '.order_by("sort_order", "model_name")', '.order_by("sort_order", "-model_name")')],
        r"order: \w+: \[.*\], must be \[.*\] by sort_order, then name",
    ),
    "the wrong price": (
        [(VIEW, RETURN, "        for row in image:\n            row.credits_per_image = row.credits_per_image or 1\n" + RETURN)],
        r"values: image_models\[\d\]\.credits_per_image is 1, the row of .* says (None|0)",
    ),
    "an expired token taken": (
        [("backend/igny8_core/auth/models.py", "return not self.revoked and (self.expires_at is None or self.expires_at > timezone.now())", "return not self.revoked")],
        r"status: 200 to caller 'expired', must be 401",
    ),
}  # fmt: skip


def rule(fault: tuple[list[tuple[str, str, str]], str]) -> str:
    """The rule whose message tells it."""
    return fault[1].partition(":")[0]


BY_ITSELF = {"rows", "order", "values", "settings", "default", "one-default"}
"""Rules for which an answer and the rows are enough."""
SAMPLE = first_of_each({name: fault for name, fault in FAULTS.items() if rule(fault) not in BY_ITSELF}, rule)


def test_the_sample_has_every_rule():
    """Claim: no rule of the catalogue is left to the proofs alone, and no rule is looked at twice."""
    assert {message.partition(":")[0] for _, message in WRONG.values()} | {"default", "one-default"} >= BY_ITSELF
    assert {rule(FAULTS[name]) for name in SAMPLE} | BY_ITSELF == {rule(fault) for fault in FAULTS.values()}
    assert len(SAMPLE) == len({rule(FAULTS[name]) for name in SAMPLE}) < len(FAULTS)


@pytest.mark.slow
@pytest.mark.parametrize("fault", sampled(FAULTS, SAMPLE))
def test_a_fault_is_found_and_its_state_replays(fault: str, broken: Shop):
    """Claim: the fault is found, the message says what is wrong, and the printed line shows it again."""
    edits, message = FAULTS[fault]
    shop = broken(*edits)
    told = shop.harness("fuzz", "--seed", "1", "--examples", "100")
    assert told.code == 1, told.out + told.err
    assert re.search(f"^FAIL .*({message})", told.out, re.MULTILINE), told.out
    repeat = next(line for line in told.out.splitlines() if "repeat: harness " in line).split("harness ", 1)[1]
    assert "--case" in repeat
    again = shop.harness(*[word for word in repeat.split() if word not in ("--phase", "5")])
    assert again.code == 1, again.out + again.err
    assert re.search(f"^FAIL .*({message})", again.out, re.MULTILINE), again.out


@pytest.mark.slow
def test_the_unbroken_endpoint_passes_and_a_seed_means_the_same_states(pristine: Workshop):
    """Claim: no false alarm; the same seed asks the same states in the same order, another seed does not."""
    told = [
        json.loads(pristine.harness("fuzz", "--seed", seed, "--examples", "30", "--json").out.splitlines()[-1])
        for seed in ("5", "5", "6")
    ]
    assert [one["status"] for one in told] == ["pass"] * 3
    assert told[0]["digest"] == told[1]["digest"] != told[2]["digest"]
    assert told[0]["distinct"] >= 30


KNOWN = """format = 1

[[known]]
rule   = "one-default"
path   = "/api/v1/system/ai-models/"
phases = "5..7"
why    = "The endpoint is as the plan writes it: it repeats is_default."
"""


@pytest.mark.slow
def test_what_is_declared_as_known_wrong_is_borne_and_told(broken: Shop):
    """Claim: the plan's own endpoint, which repeats the marks, passes only while that is declared, and the run says so, of what two processes
    saw together."""
    shop = broken((VIEW, MARKS, "                pass\n"), (VIEW, NONE, "            if False:\n"), contracts=True)
    told = shop.harness("fuzz", "--seed", "1", "--examples", "40")
    assert (told.code, "FAIL one-default: text: no row is marked" in told.out) == (1, True), told.out
    (shop.folder / "contracts/api/known.toml").write_text(KNOWN)
    told = shop.harness("fuzz", "--seed", "1", "--examples", str(ONE + 1))
    assert told.code == 0, told.out
    for line in (
        r"known wrong in \d+ of them: one-default \(contracts/api/known\.toml\)",
        r"\d+ cases in [\d.]+ s: \d+ a second",
        r"\d+ distinct database states: \d+ a second",
        r"\d+% of the time in the application; states [0-9a-f]+-[0-9a-f]+$",
    ):
        assert re.search(line, told.out, re.MULTILINE), told.out


def test_a_known_wrong_that_is_mended_must_be_taken_out(broken: Shop):
    """Claim: an endpoint in order fails the run while it is declared as wrong: what is borne is never borne for longer."""
    shop = broken(contracts=True)
    (shop.folder / "contracts/api/known.toml").write_text(KNOWN)
    told = shop.harness("fuzz", "--seed", "1", "--examples", "40")
    assert told.code == 1
    assert "FAIL one-default: declared as known wrong, and it holds in every state" in told.out, told.out


@pytest.mark.slow
def test_schemathesis_sees_a_broken_shape_both_ways(broken: Shop):
    """Claim: through WSGI and over HTTP alike a body that breaks the contract fails, and JUnit and HAR are kept."""
    told = broken(*FAULTS["a dropped field"][0]).harness("fuzz", "--seed", "1", "--examples", "2", "--wsgi", "--http")
    assert told.code == 1
    for way in ("wsgi", "http"):
        assert re.search(rf"^FAIL {way}: .*tokens_per_credit", told.out, re.MULTILINE), told.out
    folder = next(line for line in told.out.splitlines() if line.startswith("kept in ")).removeprefix("kept in ")
    har = json.loads((Path(folder) / "schemathesis-http.har").read_text())
    assert {entry["response"]["status"] for entry in har["log"]["entries"]} >= {200, 401, 405}
