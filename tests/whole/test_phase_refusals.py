"""Phases that must be refused: changes in a copy of the overlays, and each message names phase, file and effect.

Mistakes that do not hide each other are made in one copy, which is driven once: every test reads its own from what was told.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.backend.phases import changes, tree
from tests.whole import workshop
from tests.whole.workshop import Told, Workshop

pytestmark = pytest.mark.stack

BILLING = "overlay/backend/igny8_core/business/billing"
POPULATE = f"reference/phases/1_new_models/{BILLING}/migrations/0004_populate_providers_and_prices.py"
CELLS = ("--only", "planner/create_tasks@manual", "--only", "writer/generate_images_premium@manual")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Callable[[], Workshop]:
    """copy(): one more copy of the whole reference with its phases."""

    def make() -> Workshop:
        made = workshop.set_up(tmp_path_factory.mktemp("phases") / "shop", cache, backend=False)
        text = made.config.read_text()
        root = next(line for line in text.splitlines() if line.startswith("root = "))
        phases = '\n[phases]\nroot = "reference"\noverlays = "reference/phases"\n'
        made.config.write_text(text.replace(root, 'root = "reference/backend"') + phases)
        shutil.copytree(
            workshop.REPOSITORY / "reference", made.folder / "reference", ignore=shutil.ignore_patterns("__pycache__")
        )
        return made

    return make


@pytest.fixture
def shop(copy: Callable[[], Workshop]) -> Workshop:
    """A copy of this test alone."""
    return copy()


def phase(shop: Workshop, number: int, *cells: str) -> Told:
    """`harness phase N`, after the manifests from there on took their new ground as what they were written against."""
    root, overlays = shop.folder / "reference", shop.folder / "reference/phases"
    for later in range(1, 8):
        changes.refresh(root, overlays, later)
    return shop.harness("phase", str(number), *(cells or CELLS))


def declare(shop: Workshop, name: str, entry: str) -> None:
    manifest = shop.folder / "reference/phases" / name / "phase.toml"
    manifest.write_text(manifest.read_text().replace("\n[verification]", f"\n{entry}\n\n[verification]"))


def add_migration(shop: Workshop, phase_name: str, app: str, name: str, after: str, operation: str) -> None:
    """One more migration, declared in the manifest as a file that the phase adds."""
    path = f"backend/igny8_core/business/{app}/migrations/{name}.py"
    file = shop.folder / "reference/phases" / phase_name / "overlay" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "from django.db import migrations, models\n\n\n"
        "class Migration(migrations.Migration):\n"
        f'    dependencies = [("{app}", "{after}")]\n'
        f"    operations = [{operation}]\n"
    )
    manifest = shop.folder / "reference/phases" / phase_name / "phase.toml"
    manifest.write_text(manifest.read_text().replace("adds = [", f'adds = [\n    "{path}",', 1))


def replace_file(shop: Workshop, phase_name: str, path: str, old: str, new: str) -> None:
    """One more file that the phase replaces, with `old` in it become `new`."""
    source = shop.folder / "reference" / path
    text = source.read_text()
    assert text.count(old) == 1, f"{path} holds {text.count(old)} times {old!r}"
    overlay = shop.folder / "reference/phases" / phase_name / "overlay" / path
    overlay.parent.mkdir(parents=True, exist_ok=True)
    overlay.write_text(text.replace(old, new))
    manifest = shop.folder / "reference/phases" / phase_name / "phase.toml"
    entry = f'replaces = [\n    {{ path = "{path}", sha256_before = "{tree.sha256_of(source)}" }},'
    manifest.write_text(manifest.read_text().replace("replaces = [", entry, 1))


def refused(told: Told, *says: str) -> None:
    assert told.code == 1, told.out[-3000:] + told.err
    for text in says:
        assert text in told.out, f"{text!r} is not in\n{told.out[-4000:]}"


@pytest.fixture(scope="module")
def first(copy: Callable[[], Workshop]) -> Told:
    """Phase 1 with five mistakes: in its schema, its manifest, its data, in a row that nobody listed, and its way back."""
    shop = copy()
    add_migration(
        shop, "1_new_models", "billing", "0005_margin", "0004_populate_providers_and_prices",
        'migrations.AddField("aimodelconfig", "margin", models.IntegerField(null=True))',
    )  # fmt: skip
    declare(
        shop, "1_new_models",
        '[[expect.schema]]\nchange = "column_added"\ntable = "igny8_ai_model_config"\ncolumns = { markup = "integer" }',
    )  # fmt: skip
    shop.edit(POPULATE, '("google:4@2", "premium", 15)', '("google:4@2", "premium", 5)')
    shop.edit(
        POPULATE,
        "def populate(apps, schema_editor):\n",
        'def populate(apps, schema_editor):\n    apps.get_model("billing", "AIModelConfig").objects.filter(model_type="text").update(quality_tier="basic")\n',
    )
    shop.edit(
        POPULATE,
        "migrations.RunPython(populate, migrations.RunPython.noop)",
        "migrations.RunPython(populate, unpopulate)",
    )
    shop.edit(
        POPULATE,
        "class Migration(",
        'def unpopulate(apps, schema_editor):\n    apps.get_model("billing", "AIModelConfig").objects.update(is_active=True)\n\n\nclass Migration(',
    )
    return phase(shop, 1)


@pytest.mark.slow
def test_an_undeclared_column_is_refused(first: Told) -> None:
    """A column that phase.toml does not name."""
    refused(
        first,
        "1_new_models changes the schema without declaring it: column igny8_ai_model_config.margin added (integer)",
    )


@pytest.mark.slow
def test_a_declared_change_that_does_not_happen_is_refused(first: Told) -> None:
    """phase.toml promises a column, and no migration makes it."""
    refused(
        first,
        "1_new_models/phase.toml declares a change that does not happen: column igny8_ai_model_config.markup added (integer)",
    )


@pytest.mark.slow
def test_a_backfill_that_gives_two_models_one_price_is_refused(first: Told) -> None:
    """The premium model is filled in with the price of the quality model, three phases before anybody is charged it."""
    refused(
        first,
        "1_new_models/phase.toml declares data that is not written",
        "google:4@2.credits_per_image is 5, declared 15",
    )


@pytest.mark.slow
def test_a_reverse_migration_that_restores_defaults_is_refused(first: Told) -> None:
    """Going back switches every model on, those too that somebody had switched off."""
    refused(first, "rolling 1_new_models back changes igny8_ai_model_config", "is_active: False -> True")


@pytest.mark.slow
def test_a_row_that_nobody_listed_is_refused(first: Told) -> None:
    """A column that the phase may write, in rows that no declaration speaks of: what became of every row is locked."""
    refused(first, "phase-written: phase 1: every row of the lived-in database is accounted for, as locked", '"basic"')


CLEANUP = (
    "reference/phases/7_cleanup/overlay/backend/igny8_core/modules/system/migrations/0003_move_keys_and_choices.py"
)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('key = memory.get("settings_key", provider.api_key)', 'key = ""', "rolling 7_cleanup back changes igny8_global_integration_settings 1.openai_api_key: 'sk-replay-"),
        ("migrations.RunPython(move, move_back)", "migrations.RunPython(move)", "not asked: migrate system 0002_seed_global_settings cannot be reversed"),
    ],
    ids=["it loses keys", "it has none"],
)  # fmt: skip
def test_a_reverse_migration_is_run_beside_the_plan_s_way_back(shop: Workshop, old: str, new: str, says: str) -> None:
    """Phase 7 goes back by its backup. Its migrations say that they can be undone, and are, on a copy: what they lose is told; where they say
    that they cannot, that is told, too, and what the target declares is another."""
    shop.edit(CLEANUP, old, new)
    refused(phase(shop, 7), says)


@pytest.mark.proof
def test_old_code_that_chokes_on_the_new_schema_is_refused(shop: Workshop) -> None:
    """Phase 2 is rolled back by code alone, and leaves a column behind that the old code never fills."""
    models = "backend/igny8_core/business/automation/models.py"
    field = 'models.CharField(max_length=8, default="engine")'
    add_migration(
        shop,
        "2_parallel_paths",
        "automation",
        "0002_source",
        "0001_initial",
        f'migrations.AddField("automationrun", "source", {field})',
    )
    replace_file(
        shop, "2_parallel_paths", models,
        "    total_credits_used = columns.integer()\n", f"    total_credits_used = columns.integer()\n    source = {field}\n",
    )  # fmt: skip
    declare(
        shop, "2_parallel_paths",
        '[[expect.schema]]\nchange = "column_added"\ntable = "igny8_automation_runs"\ncolumns = { source = "character varying(8) not null" }',
    )  # fmt: skip
    told = phase(shop, 2, "--only", "planner/create_tasks@automation")
    refused(
        told, "FAIL planner/create_tasks@automation  http: phase 1: ", "POST /api/v1/automation/run_stage/ answered 409"
    )


@pytest.fixture(scope="module")
def fourth(copy: Callable[[], Workshop]) -> Told:
    """Phase 4 with two mistakes: in a task's signature and in a price."""
    shop = copy()
    shop.edit(
        "reference/phases/4_switch_credits/overlay/backend/igny8_core/ai/tasks.py",
        "def run_ai_task(function_name: str, payload: dict[str, Any], account_id: int)",
        "def run_ai_task(function_name: str, payload: dict[str, Any], account_id: int, priority: int = 5)",
    )
    replace_file(
        shop, "4_switch_credits", "backend/igny8_core/api/views.py",
        "return send(run_ai_task, self.account, name, payload, self.account.pk)",
        "return send(run_ai_task, self.account, name, payload, self.account.pk, priority=9)",
    )  # fmt: skip
    shop.edit(
        "reference/phases/4_switch_credits/overlay/backend/igny8_core/business/billing/services/credit_service.py",
        "            return model.credits_per_image * num_images",
        "            return (14 if model_name == 'google:4@2' else model.credits_per_image) * num_images",
    )
    return phase(shop, 4)


@pytest.mark.slow
def test_a_queued_task_whose_signature_changed_is_refused(fourth: Told) -> None:
    """The new code sends one argument more than the old code's worker takes."""
    refused(
        fourth,
        "the code of phase 3 could not serve a task queued by 4_switch_credits",
        "run_ai_task FAILURE",
        "TypeError",
    )


@pytest.mark.slow
def test_a_price_that_differs_for_one_model_only_is_refused(fourth: Told) -> None:
    """Premium images cost 14 instead of 15, and nothing else is different."""
    refused(fourth, "FAIL writer/generate_images_premium@manual", "56 credits charged where the golden has 60 (-4)")


@pytest.mark.proof
def test_old_rates_still_imported_at_the_cleanup_are_refused(shop: Workshop) -> None:
    """MODEL_RATES lives on at phase 7."""
    constants = "reference/phases/7_cleanup/overlay/backend/igny8_core/ai/constants.py"
    path = shop.folder / constants
    path.write_text(path.read_text() + '\nMODEL_RATES = {"gpt-5.1": (1.25, 10.0)}\n')
    refused(phase(shop, 7), "must be absent at 7: MODEL_RATES", "igny8_core/ai/constants.py")


def test_a_file_that_changed_beneath_a_phase_is_refused(shop: Workshop) -> None:
    """Exit 2, before anything is booted, naming the phase, the file and who has another text there."""
    service = shop.folder / "reference/backend/igny8_core/business/billing/services/credit_service.py"
    service.write_text(service.read_text() + "\n# a hotfix\n")
    told = shop.harness("phase", "2", *CELLS)
    assert told.code == 2
    assert "code: phase-drift" in told.err
    assert "phase 2_parallel_paths replaces backend/igny8_core/business/billing/services/credit_service.py" in told.err


def test_a_broken_manifest_is_refused(shop: Workshop) -> None:
    """Exit 2, with the key and the one that was meant."""
    shop.edit(
        "reference/phases/1_new_models/phase.toml",
        '\nwhy = "IntegrationProvider and',
        '\nwhyy = "IntegrationProvider and',
    )
    told = shop.harness("phase", "1", *CELLS)
    assert told.code == 2
    assert "whyy" in told.err
    assert "did you mean 'why'?" in told.err


@pytest.mark.slow
def test_a_migration_that_fails_halfway_is_refused(shop: Workshop) -> None:
    """Exit 3, with the migration's own last words; the database was thrown away with the stack."""
    shop.edit(
        POPULATE,
        "def populate(apps, schema_editor):\n",
        "def populate(apps, schema_editor):\n    raise RuntimeError('half done')\n",
    )
    root, overlays = shop.folder / "reference", shop.folder / "reference/phases"
    for later in range(1, 8):
        changes.refresh(root, overlays, later)
    told = shop.harness("phase", "1", *CELLS)
    assert told.code == 3
    assert "code: migrate-failed" in told.err
    assert "half done" in told.err
