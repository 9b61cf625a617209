"""`harness shadow` on real stacks: what is declared passes, and each way to charge or log something else is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.backend.phases import changes
from tests.whole import workshop
from tests.whole.conftest import cache  # noqa: F401  # a fixture that lives in another folder's conftest
from tests.whole.workshop import Told, Workshop

pytestmark = pytest.mark.stack

CELL = "writer/generate_images_quality@manual"
SERVICE = "overlay/backend/igny8_core/business/billing/services/credit_service.py"


@pytest.fixture
def shop(tmp_path: Path, cache: Path) -> Workshop:  # noqa: F811  # the fixture of that name
    """A copy of the whole reference with its phases."""
    made = workshop.set_up(tmp_path / "shop", cache, backend=False)
    text = made.config.read_text()
    root = next(line for line in text.splitlines() if line.startswith("root = "))
    phases = '\n[phases]\nroot = "reference"\noverlays = "reference/phases"\n'
    made.config.write_text(text.replace(root, 'root = "reference/backend"') + phases)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(workshop.REPOSITORY / "reference", made.folder / "reference", ignore=ignored)
    return made


def shadow(shop: Workshop, old: str, new: str, *words: str) -> Told:
    root = shop.folder / "reference"
    for later in range(1, 8):
        changes.refresh(root, root / "phases", later)
    return shop.harness("shadow", old, new, "--only", CELL, *words)


@pytest.mark.slow
def test_the_new_prices_are_the_declared_ones_and_the_log_foretold_them(shop: Workshop):
    """Claim: phase 3 against 4 passes: 16 credits more, declared, logged and seen; and the JSON says so."""
    told = shadow(shop, "3", "4", "--json")
    assert told.code == 0, told.out + told.err
    found = json.loads(told.out)
    assert found["status"] == "pass"
    assert found["noise"] == []
    assert found["counts"]["charges"] == {"same": 0, "different": 1, "only-old": 0, "only-new": 0}
    assert found["counts"]["requests"]["same"] == 4
    assert [one["declared"] for one in found["differences"]] == ["phase 4: Credits by model"] * 3
    assert found["differences"][0]["credits"] == 16
    log = next(one for one in found["verdicts"] if one["checker"] == "shadow-log")
    assert log["evidence"][0] == "1 mismatches logged and seen, 16 credits between old and new in all"


@pytest.mark.slow
def test_a_price_of_its_own_and_a_silent_log_are_refused(shop: Workshop):
    """Claim: 6 credits an image where 5 are declared, and a comparison that is not logged, fail with both numbers."""
    price = "            return model.credits_per_image * num_images\n        logger.warning"
    shop.edit(f"reference/phases/4_switch_credits/{SERVICE}", price, price.replace("num_images\n", "num_images + 1\n"))
    shop.edit(
        f"reference/phases/2_parallel_paths/{SERVICE}", "if new is not None and new != credits:", "if new is None:"
    )
    told = shadow(shop, "3", "4")
    assert told.code == 1, told.out + told.err
    assert "Traceback" not in told.err
    assert f"+20 credits  {CELL}  account deduction image_generation model=dall-e-3 tokens=0+0: credits -4 -> -24" in told.out  # fmt: skip
    assert f"seen but not logged: +20 credits  {CELL}  image_generation by dall-e-3, 4 unit(s), tokens 0+0: old=4 new=24" in told.out  # fmt: skip
    assert told.out.splitlines()[-1] == "FAIL phase 3 against phase 4"


@pytest.mark.proof
def test_two_checkouts_have_no_declarations(tmp_path: Path, cache: Path):  # noqa: F811  # the fixture of that name
    """Claim: two harness.toml are compared without excuses: one credit more in the other checkout is exit code 1."""
    old = workshop.set_up(tmp_path / "old", cache)
    new = workshop.set_up(tmp_path / "new", cache)
    path = "backend/igny8_core/business/billing/services/credit_service.py"
    new.edit(path, "return max(config.min_credits, credits)", "return max(config.min_credits, credits) + 1")
    cell = "planner/cluster_keywords@manual"
    told = old.harness("shadow", "harness.toml", str(new.config), "--only", cell)
    assert told.code == 1, told.out + told.err
    assert f"+1 credits  {cell}  account deduction clustering model=gpt-5.1" in told.out
    assert "shadow-noise" not in told.out
