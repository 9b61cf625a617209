"""One golden in every tier: where tiers agree, where they do not, and where one of them cannot run."""

from __future__ import annotations

import json
from itertools import chain

import pytest

from harness.core.verdict import Status
from harness.jobs.verify.judge import tiers_agree
from tests.whole import workshop

pytestmark = pytest.mark.stack

CELLS = (
    "planner/cluster_keywords",
    "writer/images_worker_killed",
    "writer/images_race",
    "automation/schedule_triggers",
    "automation/pause_resume",
    "linker/generate_links@direct",
)
"""A killed worker, two workers at once, the real beat, a held provider call, the target's shell: what tiers do differently."""
NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def only(*cells: str) -> list[str]:
    return list(chain.from_iterable(("--only", cell) for cell in cells))


@pytest.mark.slow
def test_the_tiers_agree_and_an_absent_one_is_told(tmp_path_factory, cache, warm):
    """Claim: the same canonical history in one interpreter and in processes; a tier that cannot run is named with why."""
    place = workshop.set_up(tmp_path_factory.mktemp("tiers"), cache, backend=False, **NO_ENGINE)
    told = place.harness("verify", "--tier", "all", *only(*CELLS))
    assert told.code == 0, told.out + told.err
    lines = told.out.splitlines()
    inside, outside = (next(line.split() for line in lines if line.startswith(tier) and "pass" in line) for tier in ("inprocess", "processes"))  # fmt: skip
    assert inside[2] == outside[2]
    assert "docker     not run: no Docker engine answers at unix:///nowhere/docker.sock" in told.out
    assert lines[-1] == "TIERS AGREE: 8 cells, the same in inprocess, processes"


@pytest.mark.slow
def test_a_target_that_is_otherwise_in_another_tier_is_refused(shop, warm):
    """Claim: each tier passes its goldens, and yet the run fails: the row that depends on how the target is run is shown."""
    broken = shop(**NO_ENGINE)
    broken.edit(
        "backend/igny8_core/business/billing/services/credit_service.py",
        "description=(description or operation_type)[:255],\n                metadata={\n",
        "description=__import__('threading').current_thread().name[:4],\n                metadata={\n",
    )
    broken.borrow(warm)
    broken.without_surfaces()  # which would tell it in each tier by itself
    told = broken.harness("verify", "--tier", "all", *only("planner/cluster_keywords@manual"), "--json")
    assert told.code == 1, told.out + told.err
    document = json.loads(told.out)
    assert [(one["tier"], one["status"]) for one in document["tiers"]] == [
        ("inprocess", "pass"),
        ("processes", "pass"),
        ("docker", None),
    ]
    (difference,) = document["parity"]["differences"]
    assert difference["cell"] == "planner/cluster_keywords@manual"
    assert any(line.startswith("only in inprocess: ") and "work" in line for line in difference["evidence"])
    assert any(line.startswith("only in processes: ") and "Main" in line for line in difference["evidence"])


def test_a_required_tier_that_cannot_run_is_no_pass(tmp_path, cache):
    """Claim: CI that has an engine cannot lose the docker tier silently; nothing is started before that is known."""
    place = workshop.set_up(tmp_path / "shop", cache, backend=False, **NO_ENGINE)
    told = place.harness("verify", "--tier", "all", "--require", "docker", *only("planner/create_tasks"))
    assert told.code == 3
    assert "error: the tier docker is required and cannot run here: no Docker engine answers" in told.err
    assert " code: tier-required" in told.err
    assert "isolation:" not in told.out
    told = place.harness("verify", "--require", "docker", *only("planner/create_tasks"))
    assert (told.code, "--require goes with --tier all" in told.err) == (2, True)


def test_one_tier_alone_is_compared_with_nothing(shop, warm):
    """Claim: where only one tier can run its goldens may hold, and yet nothing is shown about tiers: no pass."""
    place = shop(backend=False, **NO_ENGINE)
    place.edit(
        "harness.toml",
        "[roles.second_worker]",
        '[roles.sidecar]\ncommand = ["sleep", "600"]\nready = "spawn"\n\n[roles.second_worker]',
    )
    told = place.harness("verify", "--tier", "all", *only("planner/create_tasks@manual"))
    assert told.code == 1, told.out + told.err
    assert told.out.splitlines()[-1] == "UNKNOWN: only processes came to an end, so no two tiers were compared"


def test_a_broken_description_of_a_tier_is_no_absent_tier(shop, warm):
    """Claim: a mistake in [docker] is a mistake, not a machine without containers."""
    place = shop(backend=False, **NO_ENGINE)
    with place.config.open("a") as file:
        file.write("\n[docker]\nbase = 5\n")
    told = place.harness("verify", "--tier", "all", *only("planner/create_tasks@manual"))
    assert told.code == 2, told.out + told.err
    assert " code: config-value" in told.err


def test_a_task_that_never_ends_ends_the_run(shop, warm):
    """Claim: its cell fails at the time-out and says that the task still runs, the next one is not driven beside it and told as missing, and nothing
    hangs."""
    broken = shop()
    broken.edit("harness.toml", "settle_timeout_s = 20", "settle_timeout_s = 1")
    broken.edit(
        "backend/igny8_core/ai/tasks.py",
        "    account = Account.objects.filter(pk=account_id).first()\n    if account is None:\n        return RunResult(function_name)",
        "    import threading\n    threading.Event().wait()\n"
        "    account = Account.objects.filter(pk=account_id).first()\n    if account is None:\n        return RunResult(function_name)",
    )
    broken.borrow(warm)
    cells = only("planner/cluster_keywords@manual", "planner/generate_ideas@manual")
    told = broken.harness("verify", "--tier", "inprocess", *cells)
    assert told.code == 1, told.out + told.err
    assert told.failures("planner/cluster_keywords@manual")["settle"][:2] == [
        "after 1 s still open: 1 task(s): igny8_core.ai.tasks.run_ai_task",
        "when it was over: igny8_core.ai.tasks.run_ai_task of the cell before still runs, and a thread cannot be ended",
    ]
    assert "planner/generate_ideas@manual was planned but is not in the history" in told.out


def test_a_cell_that_a_tier_left_out_is_a_difference():
    """Claim: parity is judged over all cells that any tier drove; one tier alone proves nothing and has no verdict."""
    seen = {"inprocess": {"a@manual": ("1",), "b@manual": ("2",)}, "docker": {"a@manual": ("1",)}}
    verdicts = tiers_agree(seen)
    assert [(verdict.cell, verdict.status) for verdict in verdicts] == [
        ("a@manual", Status.PASS),
        ("b@manual", Status.FAIL),
    ]
    assert verdicts[1].evidence == ("not driven in docker",)
    assert tiers_agree({"docker": {"a@manual": ("1",)}}) == []
    doubled = tiers_agree({"x": {"a": ("1", "1")}, "y": {"a": ("1",)}})
    assert doubled[0].evidence == ("x and y have the same lines in another order or number",)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "message"),
    [
        (
            "backend/igny8_core/settings.py",
            '"""Settings, all from the environment',
            'import sys\nif "harness.cli" in sys.modules:\n    import nothing_of_this_name\n"""Settings, all from the environment',
            "inprocess-import",
            "the target cannot be imported into this process: ModuleNotFoundError: No module named 'nothing_of_this_name'",
        ),
        (
            "harness.toml",
            "[roles.second_worker]",
            '[roles.sidecar]\ncommand = ["sleep", "600"]\nready = "spawn"\n\n[roles.second_worker]',
            "inprocess-role",
            "the role 'sidecar' has no part in the inprocess tier",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("inprocess-") else "",
)
def test_a_target_that_does_not_fit_into_one_interpreter_is_told(shop, warm, file, old, new, code, message):
    """Claim: one line of what, one of what to do, exit code 2 or 3, and no verdict."""
    broken = shop()
    broken.edit(file, old, new)
    if file.startswith("backend/"):
        broken.borrow(warm)
    told = broken.harness("verify", "--tier", "inprocess", *only("planner/create_tasks@manual"))
    assert told.code in (2, 3), told.out + told.err
    assert f"error: {message}" in told.err
    assert f" code: {code}" in told.err
    assert "PASS" not in told.out
