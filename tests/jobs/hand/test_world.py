"""The world of a stack for hand work: which one, and the lines that can be pasted."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.config import Config, HandRequest
from harness.core.errors import HarnessError
from harness.core.scenario import Do, bearer
from harness.jobs.hand import world

ROOT = Path(__file__).resolve().parents[3]
URL = "http://127.0.0.1:1234"


@pytest.fixture(scope="module")
def config() -> Config:
    return load(ROOT / "harness.toml")


def refs_of(scenario) -> dict[str, dict[str, object]]:
    """Every row's name with a key of its own."""
    return {row.name: {"kind": row.kind, "id": n} for n, row in enumerate(scenario.given.rows, 1)}


def test_every_button_of_the_usual_world_is_a_line_that_sends_its_rows(config):
    """Claim: [hand]'s requests for this phase first, then each step as the button that a person presses."""
    scenario = world.world(config, None, tape=False)
    refs = refs_of(scenario)
    lines = world.lines(config, scenario, refs, URL)
    assert [line.title for line in lines] == [
        "what the account has", "what it was spent on", "auto cluster", "generate ideas", "generate content", "generate images", "run automation",
    ]  # fmt: skip
    assert (
        lines[0].text == f"curl -sS -H 'Authorization: Bearer {bearer('owner')}' {URL}/api/v1/billing/credits/balance/"
    )
    words = shlex.split(lines[4].text)
    assert json.loads(words[words.index("-d") + 1]) == {"ids": [refs["task1"]["id"]]}
    assert words[-1] == f"{URL}/api/v1/writer/tasks/auto_generate_content/"


def test_a_request_waits_for_its_phase_and_another_method_is_named(config):
    """Claim: the models endpoint is shown from phase 5 on."""
    scenario = world.world(config, None, tape=False)
    titles = [line.title for line in world.lines(replace(config, phase=5), scenario, refs_of(scenario), URL)]
    assert "the models to choose from" in titles
    other = replace(config, hand=(HandRequest(title="t", method="PUT", url="/x/"),))
    assert " -X PUT http" in world.lines(other, scenario, refs_of(scenario), URL)[0].text


def test_a_step_that_needs_an_earlier_answer_or_has_no_button_is_left_out(config):
    """Claim: what nobody can type beforehand is not shown."""
    scenario = replace(
        world.world(config, None, tape=False),
        when=(Do(operation="pause_automation"), Do(operation="scheduler_tick"), Do(operation="run_automation")),
    )
    titles = [line.title for line in world.lines(replace(config, hand=()), scenario, refs_of(scenario), URL)]
    assert titles == ["run automation"]


@pytest.mark.parametrize(
    ("scenario_id", "tape", "code", "message", "hint"),
    [
        ("writer/generate_contnet", False, "hand-scenario", "there is no scenario 'writer/generate_contnet'", "did you mean 'writer/generate_content'?"),
        ("hnad", False, "hand-scenario", "there is no scenario 'hnad'", "did you mean 'hand'?"),
        (None, True, "hand-tape", "--tape plays the cassettes of a scenario, and none is named", "name one: --scenario writer/generate_content; without --tape the simulator answers"),
        ("hand", True, "hand-tape", "--tape plays the cassettes of a scenario, and none is named", "name one: --scenario writer/generate_content; without --tape the simulator answers"),
    ],
)  # fmt: skip
def test_a_world_that_is_none_is_refused(config, scenario_id, tape, code, message, hint):
    """Claim: what is wrong and the nearest right word, before anything starts."""
    with pytest.raises(HarnessError) as caught:
        world.world(config, scenario_id, tape=tape)
    assert (caught.value.code, caught.value.message, caught.value.hint) == (code, message, hint)


def test_a_target_without_a_usual_world_says_so(config, tmp_path):
    """Claim: a scenario can be named instead, and is named in the hint."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "bare", ignore=shutil.ignore_patterns("__pycache__", "hand.py"))
    bare = replace(config, scenarios=tmp_path / "bare")
    with pytest.raises(HarnessError) as caught:
        world.world(bare, None, tape=False)
    assert caught.value.code == "hand-none"
    assert caught.value.message.endswith("bare has no hand.py with HAND, the world that is seeded when none is named")
    assert caught.value.hint == "name a scenario with --scenario"
    assert world.world(bare, "writer/generate_content", tape=False).id == "writer/generate_content"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ('[hand]\nreqests = []', "config-unknown-key", "harness.toml: unknown key 'reqests' in [hand]"),
        ('[hand]\nrequests = [{ title = "t", method = "GET" }]', "config-value", "harness.toml: [hand.requests 1] lacks 'url'"),
        ('[hand]\nrequests = [{ title = "t", method = "GET", url = 1 }]', "config-value", "harness.toml: hand.requests 1.url must be text, not int"),
        ('[hand]\nrequests = [{ title = "t", method = "GET", url = "/", from_phase = 8 }]', "config-value", "harness.toml: hand.requests 1: from_phase 8 is not a phase"),
    ],
)  # fmt: skip
def test_a_wrong_hand_table_is_refused(tmp_path, text, code, message):
    """Claim: unknown keys, missing ones and values of a wrong kind are named with their place."""
    whole = (ROOT / "harness.toml").read_text()
    whole = re.sub(r'^(root|overlays) = "', rf'\1 = "{ROOT}/', whole, flags=re.MULTILINE)
    whole = re.sub(r"^\[hand\]\nrequests = \[.*?^\]", text, whole, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "harness.toml").write_text(whole)
    with pytest.raises(HarnessError) as caught:
        load(tmp_path / "harness.toml")
    assert (caught.value.code, caught.value.message) == (code, message)
