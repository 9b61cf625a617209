"""The order in which files are given to whoever is free: those with most real stacks in them first, so that none is left at the end."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Assertions are told in full in the tests; pytest would also write anew every module of packages that bring a plugin, the harness
    and Hypothesis among them, which takes a fifth of the collection."""
    getattr(config.pluginmanager.rewrite_hook, "_must_rewrite", set()).clear()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays: Python does not look for what of it could go, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay together and in their order. Goes with `--no-loadscope-reorder`."""
    items.sort(key=weight(items))


def weight(items: list[pytest.Item]) -> Callable[[pytest.Item], tuple[int, str]]:
    """A key that sorts items by how many stacks their file boots, then by the file."""
    stacks: Counter[Path] = Counter(item.path for item in items if item.get_closest_marker("stack"))
    return lambda item: (-stacks[item.path], str(item.path))
