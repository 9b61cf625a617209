"""The cache that the tests of the whole share, and workshops in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import compiled
from tests.whole import workshop
from tests.whole.workshop import Workshop


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared databases and compiled Python of this session: the user's own cache is neither written nor pushed out."""
    folder = tmp_path_factory.mktemp("cache")
    compiled.borrow(folder)
    return folder


@pytest.fixture
def shop(tmp_path: Path, cache: Path) -> Callable[..., Workshop]:
    """shop(...): a workshop of this test; arguments as workshop.set_up's."""
    return lambda **wanted: workshop.set_up(tmp_path / "shop", cache, **wanted)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Workshop:
    """The repository's own backend is prepared in the cache: what follows boots in a second."""
    made = workshop.set_up(tmp_path_factory.mktemp("warm"), cache, backend=False)
    told = made.harness("verify", "--only", "planner/create_tasks@manual")
    assert told.code == 0, told.out + told.err
    return made
