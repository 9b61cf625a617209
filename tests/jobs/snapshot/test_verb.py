"""`harness snapshot` on real stacks: the target's own models at the first and the last phase."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import preloaded

ROOT = Path(__file__).resolve().parents[3]


def harness(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from harness.cli import main; main()", *map(str, words)]
    return preloaded.run(command, cwd=ROOT, timeout=200)


@pytest.mark.slow
@pytest.mark.stack
def test_a_baseline_of_both_ends_of_the_migration(tmp_path: Path):
    """Written twice it is the same file; what phase 7 removed is absent; one more charge is a difference."""
    made = {name: tmp_path / f"{name}.json" for name in ("first", "again", "last", "driven")}
    for name, words in {"first": (), "again": (), "last": ("--phase", 7), "driven": ("--only", "linker/generate_links@manual")}.items():  # fmt: skip
        told = harness("snapshot", "--out", made[name], *words)
        assert told.returncode == 0, told.stderr
    assert made["first"].read_bytes() == made["again"].read_bytes()
    text = made["driven"].read_text()
    assert "api_key" not in text
    settings = json.loads(text)["sections"][2]["rows"][0]
    assert (settings["has_openai_key"], settings["runware_model"]) == (True, "bria:10@1")
    same = harness("snapshot", "--diff", made["first"], made["again"])
    assert (same.returncode, same.stdout.splitlines()[-1][:13]) == (0, "0 differences")
    seven = harness("snapshot", "--diff", made["first"], made["last"])
    assert seven.returncode == 1
    assert 'GlobalIntegrationSettings.runware_model: there before, absent after: "bria:10@1"' in seven.stdout
    driven = harness("snapshot", "--diff", made["first"], made["driven"], "--json")
    assert driven.returncode == 1
    lines = json.loads(driven.stdout)["differences"]
    assert '+ CreditUsageLog: cost_usd="0.001403", credits_used=1, model_used="gpt-5.1", operation_type="internal_linking", tokens_input=434, tokens_output=86' in lines  # fmt: skip


ATTACH = """
import shlex, sys
from pathlib import Path
from harness.backend.description import load
from harness.jobs.snapshot.files import text_of
from harness.jobs.snapshot.run import of_running
from harness.jobs.snapshot.sections import read
from harness.stack.isolation import island
from harness.stack.processes.boot import boot

config = load(Path("harness.toml"))

def inside(place):
    with boot(config, place, fake=None, roles=False) as stack:
        account = "INSERT INTO igny8_accounts (name, credits, created_at, updated_at) VALUES (%s, 7, now(), now())"
        stack.db.execute(account, ["owner@tidewater.coffee and sons"])
        stack.db.execute("DELETE FROM igny8_global_integration_settings")
        env = [f"{name}={value}" for name, value in stack.env.items()]
        prefix = shlex.join(["env", "-C", str(config.root), *env, sys.executable, "manage.py"])
        sys.stdout.write(text_of(of_running(prefix, read(config.contracts))))
        left = stack.db.execute("SELECT count(*) FROM igny8_global_integration_settings").fetchone()
        assert left == (0,), "the snapshot wrote a row"
        sys.stdout.flush()
    return 0

sys.exit(island.run(inside, hosts=config.provider_names))
"""


@pytest.mark.stack
def test_an_attached_stack_is_read_and_not_touched():
    """Through a prefix as `docker exec` is one: a missing settings row stays missing, an address in a name stays there."""
    told = preloaded.run([sys.executable, "-c", ATTACH], cwd=ROOT, timeout=200)
    assert told.returncode == 0, told.stderr
    found = {one["section"]: one["rows"] for one in json.loads(told.stdout)["sections"]}
    assert found["GlobalIntegrationSettings"] == []
    assert [(row["name"], row["credits"]) for row in found["Account"]] == [("[e-mail] and sons", 7)]
    assert len(found["AIModelConfig"]) > 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--diff", "a", "b", "--phase", "1"), "usage"),
        (("--attach", "x", "--only", "y"), "usage"),
        (("--only", "writer/generate_content"), "snapshot-cells"),
        (("--only", "nobody/knows"), "plan-empty"),
        (("--diff", "nowhere", "nowhere"), "snapshot-missing"),
        (("--attach", ""), "attach-command"),
    ],
)
def test_a_wrong_request_exits_with_2(words: tuple[str, ...], code: str):
    told = harness("snapshot", *words)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.splitlines()[2] == f" code: {code}"
