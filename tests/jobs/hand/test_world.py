"""The world of a stack for hand work: which one, and the lines that can be pasted."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.action import post, put
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.jobs.hand import world
from scenarios.asks import pause_automation, run_automation, scheduler_tick
from scenarios.world import bearer

ROOT = Path(__file__).resolve().parents[3]
URL = "http://127.0.0.1:1234"
HEADERS = {"Authorization": f"Bearer {bearer('owner')}"}


@pytest.fixture(scope="module")
def config() -> Config:
    return load(ROOT / "harness.toml")


def refs_of(scenario) -> dict[str, dict[str, object]]:
    """Every row's name with a key of its own."""
    return {row.name: {"kind": row.kind, "id": n} for n, row in enumerate(scenario.given.rows, 1)}


def test_every_button_of_the_usual_world_is_a_line_that_sends_its_rows(config):
    """Claim: REQUESTS of hand.py for this phase first, then each step as the button that a person presses."""
    scenario = world.world(config, None, tape=False)
    refs = refs_of(scenario)
    lines = world.lines(config, scenario, refs, URL, HEADERS)
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
    titles = [line.title for line in world.lines(replace(config, phase=5), scenario, refs_of(scenario), URL, HEADERS)]
    assert "the models to choose from" in titles
    other = replace(scenario, when=(put("/x/"),))
    assert " -X PUT http" in world.lines(config, other, refs_of(scenario), URL, HEADERS)[-1].text


def test_a_form_and_an_upload_are_lines_that_send_them(config):
    """Claim: fields by name, several of one, a file of the name that the scenario's has."""
    scenario = world.world(config, None, tape=False)
    form = post("/x/", data={"a": "1 2", "b": ["$account", "$site"]})
    upload = put("/y/", data={"a": "@1"}, files={"f": ("c.csv", "x", "text/csv")})
    refs = refs_of(scenario)
    one, two = world.lines(config, replace(scenario, when=(form, upload)), refs, URL, {})[-2:]
    a, b = (refs[name]["id"] for name in ("account", "site"))
    assert one.text == f"curl -sS --data-urlencode 'a=1 2' --data-urlencode b={a} --data-urlencode b={b} {URL}/x/"
    assert two.text == f"curl -sS --form-string a=@1 -F 'f=@c.csv;type=text/csv' -X PUT {URL}/y/"


def test_a_step_that_needs_an_earlier_answer_or_has_no_button_is_left_out(config):
    """Claim: what nobody can type beforehand is not shown."""
    scenario = replace(
        world.world(config, None, tape=False),
        when=(pause_automation(), scheduler_tick(), run_automation()),
    )
    titles = [line.title for line in world.lines(config, scenario, refs_of(scenario), URL, HEADERS)]
    assert titles[2:] == ["run automation"]


@pytest.mark.parametrize(
    ("scenario_id", "tape", "code", "message", "hint"),
    [
        ("writer/generate_contnet", False, "hand-scenario", "there is no scenario 'writer/generate_contnet'", "did you mean 'writer/generate_content'?"),
        ("hnad", False, "hand-scenario", "there is no scenario 'hnad'", "did you mean 'hand'?"),
        (None, True, "hand-tape", "--tape plays the cassettes of a scenario, and none is named", "name one: --scenario orders/refund; without --tape the simulator answers"),
        ("hand", True, "hand-tape", "--tape plays the cassettes of a scenario, and none is named", "name one: --scenario orders/refund; without --tape the simulator answers"),
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
