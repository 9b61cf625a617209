"""Reading a catalogue, and the project's own: every patch of it applies where it says so, compiles, and does something."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.jobs.score import catalogue, plant
from harness.jobs.score.values import MISTAKE, NEUTRAL
from tests.jobs.score.shops import DRAW_IS_SIX, entry

ROOT = Path(__file__).parents[3]
OWN = catalogue.read(ROOT / "mistakes")


def written(folder: Path, head: str, name: str = "draw", diff: str = DRAW_IS_SIX) -> Path:
    (folder / f"{name}.patch").write_text(f"{head}\n{diff}")
    return folder


def test_a_patch_is_its_head_and_its_diff(tmp_path: Path):
    """Claim: the id is the path, the diff what begins with the first file, and what is not said is a mistake at phase 0."""
    (tmp_path / "money").mkdir()
    written(tmp_path / "money", 'kind = "price"\nwhat = "Drawing costs 6."')
    assert catalogue.read(tmp_path) == (entry(id="money/draw"),)


@pytest.mark.parametrize(
    ("head", "code", "says"),
    [
        ('what = "x"', "score-value", "the head lacks 'kind'"),
        ('kind = "x"\nwhat = "x"\nfase = 4', "score-unknown-key", "unknown key 'fase'"),
        ('kind = "x"\nwhat = x', "score-syntax", "not valid TOML"),
        ('kind = "x"\nwhat = "x"\nphase = 9', "score-value", "phase 9 is none"),
        ('kind = "x"\nwhat = "x"\nrole = "joke"', "score-value", "role 'joke'"),
        ('kind = "x"\nwhat = "x"\nchanges = "contract"', "score-value", "changes 'contract' is not for it"),
        ('kind = "x"\nwhat = "x"\nrole = "neutral"\nchanges = "all"', "score-value", "changes 'all' is not for it"),
    ],
)
def test_a_head_that_is_wrong_is_refused(head: str, code: str, says: str, tmp_path: Path):
    with pytest.raises(HarnessError, match=says) as seen:
        catalogue.read(written(tmp_path, head))
    assert seen.value.code == code


def test_no_patch_and_no_diff_are_refused(tmp_path: Path):
    with pytest.raises(HarnessError, match=r"no \.patch files in") as none:
        catalogue.read(tmp_path)
    with pytest.raises(HarnessError, match="it has no diff") as empty:
        catalogue.read(written(tmp_path, 'kind = "x"\nwhat = "x"', diff=""))
    assert (none.value.code, empty.value.code) == ("score-none", "score-value")


def test_choosing_by_id_kind_and_shard():
    """Claim: --only is of ids and kinds, parts of a catalogue are disjoint and together all of it, and nothing found is an error."""
    every = tuple(entry(id=f"a/{n}", kind="price" if n % 2 else "ledger") for n in range(5))
    assert [one.id for one in catalogue.chosen(every, ("ledger",), None)] == ["a/0", "a/2", "a/4"]
    assert [one.id for one in catalogue.chosen(every, ("a/[12]",), None)] == ["a/1", "a/2"]
    parts = [catalogue.chosen(every, (), (n, 2)) for n in (1, 2)]
    assert sorted(one.id for part in parts for one in part) == [one.id for one in every]
    with pytest.raises(HarnessError, match="no patch is like b"):
        catalogue.chosen(every, ("b",), None)


def test_the_catalogue_is_wide_enough():
    """Claim: at least 60 mistakes beside the seeded ones, of at least 15 kinds and of four phases, and 20 refactors."""
    new = [one for one in OWN if one.role == MISTAKE and not one.id.startswith("seeded/")]
    assert len(new) >= 60
    assert len({one.kind for one in new}) >= 15
    assert {one.phase for one in new} >= {0, 2, 4, 5, 6, 7}
    assert sum(one.role == NEUTRAL for one in OWN) >= 20
    assert len({one.diff for one in OWN}) == len(OWN)


@pytest.mark.slow
@pytest.mark.parametrize("phase", sorted({one.phase for one in OWN}))
def test_every_patch_applies_and_compiles(phase: int):
    """Claim: at its phase, with another meaning where it is a mistake (apply refuses it else); so it can be measured at all."""
    config = load(ROOT / "harness.toml")
    with tempfile.TemporaryDirectory() as folder:
        tree, _ = plant.copied(config, phase, Path(folder) / "tree")
        before = plant.contents(tree)
        for one in (one for one in OWN if one.phase == phase):
            plant.apply(one, tree)
            for name, text in plant.contents(tree).items():
                if name.endswith(".py") and text != before.get(name):
                    compile(text, name, "exec")
            plant.put_back(tree, before)
        assert plant.contents(tree) == before
