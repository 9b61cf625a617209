"""A backend of phase 5 to break, with a harness.toml of its own and the repository's contracts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.backend.phases.tree import compose
from tests import compiled
from tests.phases import PHASES, REFERENCE
from tests.whole.workshop import Workshop, description

Shop = Callable[..., Workshop]


@pytest.fixture(scope="session")
def places() -> Iterator[Path]:
    """A folder for workshops and the cache that they share, passable for the database's own user."""
    folder = Path(tempfile.mkdtemp(prefix="harness-contracts-"))
    folder.chmod(0o755)
    compiled.borrow(folder / "cache")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pristine(places: Path) -> Workshop:
    """The unbroken backend of phase 5; its database is prepared by the first command on it."""
    tree = places / "tree"
    compose(REFERENCE, PHASES, 5, tree)
    return _shop(places, "pristine", tree / "backend")


@pytest.fixture
def broken(places: Path, pristine: Workshop) -> Shop:
    """broken(*edits, contracts=False): a copy, each edit (file, old, new) made in it; `contracts`: with contracts of its own;
    `alike`: no edit shows in what is found by looking at the backend."""

    def make(
        *edits: tuple[str, str, str], contracts: bool = False, prepared: bool = True, alike: bool = True
    ) -> Workshop:
        shop = _shop(places, f"shop-{len(list(places.iterdir()))}", pristine.backend, contracts=contracts)
        for file, old, new in edits:
            shop.edit(file, old, new)
        there = places / "there is something to borrow"
        if prepared and (edits or there.exists()):
            if not there.exists():
                told = pristine.harness("manage", "--", "check")
                assert told.code == 0, told.err
                there.touch()
            if alike:
                shop.borrow(pristine)
            else:
                shop.borrow_database(pristine)
        return shop

    return make


def _shop(places: Path, name: str, backend: Path, *, contracts: bool = False) -> Workshop:
    folder = places / name
    folder.mkdir()
    shutil.copytree(backend, folder / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    if contracts:
        shutil.copytree(
            REFERENCE.parent / "contracts", folder / "contracts", ignore=shutil.ignore_patterns("__pycache__")
        )
    text = description(copies=("backend", "contracts") if contracts else ("backend",))
    (folder / "harness.toml").write_text(text.replace("\nphase = 0\n", "\nphase = 5\n"))
    return Workshop(folder=folder, cache=places / "cache")
