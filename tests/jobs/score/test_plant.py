"""A planted copy: the patch is in it and not in the sources, its harness.toml describes it, and what shows nothing is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.backend import tree
from harness.backend.description import document, load
from harness.backend.phases import manifest
from harness.core.errors import HarnessError
from harness.jobs.score import plant
from harness.jobs.score.values import NEUTRAL
from tests.jobs.score.shops import DRAW_IS_SIX, PRICES, entry, shop

ROOT = Path(__file__).parents[3]
COMMENT = DRAW_IS_SIX.replace("-DRAW = 5\n+DRAW = 6\n", " DRAW = 5\n").replace(
    " # in credits\n", "-# in credits\n+# credits each\n"
)


def folder(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name
    made.mkdir(parents=True)
    return made


def test_a_planted_copy_is_a_project_of_its_own(tmp_path: Path):
    """Claim: the copy has the patch, the sources have not, and what lies beside harness.toml is found from the copy."""
    config = shop(folder(tmp_path, "home"))
    described = plant.plant(config, entry(), folder(tmp_path, "there"))
    there = load(described)
    assert (there.root / "prices.py").read_text() == PRICES.replace("5", "6")
    assert (config.root / "prices.py").read_text() == PRICES
    assert (there.name, there.env["NAME"], there.phase) == (config.name, "shop", 0)
    assert there.scenarios.resolve() == config.scenarios.resolve()


def test_whatever_a_target_may_read_is_in_its_copy(tmp_path: Path):
    """Claim: hidden files, too (a .env), at a phase as without one; otherwise each cell would see that they are gone. No lock of an editor."""
    config = shop(folder(tmp_path, "home"))
    (config.root / ".env").write_text("DRAW=5\n")
    (config.root / ".#prices.py").symlink_to("somebody@somewhere")
    there = load(plant.plant(config, entry(), folder(tmp_path, "there")))
    assert names(there.root) == names(config.root) == {".env", "manage.py", "prices.py"}
    reference = load(ROOT / "harness.toml")
    copy = load(plant.plant(reference, entry(diff="", role=NEUTRAL), folder(tmp_path, "reference")))
    assert names(copy.root) == names(reference.root) >= {".ruff.toml", "manage.py"}


def names(root: Path) -> set[str]:
    """What `verify --affected` compares, and the look of a target."""
    return {name for name, *_ in tree.files(str(root))}


def test_a_copy_at_a_phase_has_its_tree_and_its_environment(tmp_path: Path):
    """Claim: of a target with phases the copy is the tree of one, described as standing there, with nothing to compose from,
    and held to what that phase locks."""
    config = load(ROOT / "harness.toml")
    unchanged = entry(diff="", phase=7, role=NEUTRAL)
    there = load(plant.plant(config, unchanged, folder(tmp_path, "there")))
    assert there.phase == 7
    assert there.phases_root is None
    assert set(manifest.folders(there.phases_dir)) == set(manifest.folders(config.phases_dir)) >= {7}
    assert "MODEL_RATES" not in (there.root / "igny8_core" / "ai" / "constants.py").read_text()
    assert there.ledger == config.ledger
    assert there.roles == config.roles


def test_what_lies_outside_of_the_project_is_found_from_the_copy(tmp_path: Path):
    """Claim: a path that leads out of the project leads to the same place, and packages that were installed once are there."""
    (tmp_path / "cassettes").mkdir()
    config = shop(folder(tmp_path, "home"), more='\n[harness]\ncassettes = "../cassettes"\n')
    (tmp_path / "home" / ".harness" / "python").mkdir(parents=True)
    described = plant.plant(config, entry(), folder(tmp_path, "deep/er"))
    assert load(described).cassettes.resolve() == config.cassettes.resolve()
    assert (described.parent / ".harness" / "python").is_dir()


@pytest.mark.parametrize(
    ("diff", "role", "code", "says"),
    [
        (DRAW_IS_SIX.replace("DRAW = 5", "DRAW = 4"), "mistake", "score-apply", "draw at phase 0 does not apply: .*prices.py"),
        (DRAW_IS_SIX.replace("a/prices.py", "a/costs.py").replace("b/prices.py", "b/costs.py"), "mistake", "score-apply", "costs.py"),
        (COMMENT, "mistake", "score-nothing", "draw changes nothing that could be seen at phase 0"),
    ],
)  # fmt: skip
def test_a_patch_that_shows_nothing_is_an_error(diff: str, role: str, code: str, says: str, tmp_path: Path):
    """Claim: what does not apply, or changes comments alone, is no survivor."""
    tree, _ = plant.copied(shop(tmp_path), 0, tmp_path / "tree")
    with pytest.raises(HarnessError, match=says) as seen:
        plant.apply(entry(diff=diff, role=role), tree)
    assert seen.value.code == code


def test_a_refactor_may_change_comments_alone(tmp_path: Path):
    tree, _ = plant.copied(shop(tmp_path), 0, tmp_path / "tree")
    plant.apply(entry(diff=COMMENT, role=NEUTRAL), tree)
    assert "credits each" in (tree / "prices.py").read_text()


def test_without_git_nothing_is_planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match="there is no git") as seen:
        plant.apply_diff(DRAW_IS_SIX, tmp_path, "draw")
    assert seen.value.code == "score-git"


def test_a_tree_is_put_back(tmp_path: Path):
    """Claim: changed, removed and new files alike."""
    for name, text in {"a": "1", "b/c": "2"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = plant.contents(tmp_path)
    (tmp_path / "a").write_text("9")
    (tmp_path / "b" / "c").unlink()
    (tmp_path / "new").write_text("3")
    assert plant.digest(plant.contents(tmp_path)) != plant.digest(before)
    plant.put_back(tmp_path, before)
    assert plant.contents(tmp_path) == before


def test_a_document_is_written_as_it_was_read():
    """Claim: the project's own harness.toml, written and read again, is the same."""
    described = document(ROOT / "harness.toml")
    assert tomllib.loads(plant.toml(described)) == described
