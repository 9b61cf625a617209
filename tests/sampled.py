"""A catalogue in the tests: a sample of it is looked at by every run, what is left of it by `nox -s proofs`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import pytest


def first_of_each(catalogue: Mapping[str, Any], kind: Callable[[Any], Hashable]) -> frozenset[str]:
    """Names of a sample in which every kind is once."""
    found: dict[Hashable, str] = {}
    for name, entry in catalogue.items():
        found.setdefault(kind(entry), name)
    return frozenset(found.values())


def sampled(names: Iterable[Any], sample: Iterable[Any]) -> list[Any]:
    """Parameters of a test; those that are not in the sample are marked as proofs. Each name of the sample must be there."""
    names, sample = list(names), set(sample)
    assert sample <= set(names), f"no {', '.join(sorted(map(str, sample - set(names))))} in the catalogue"
    return [pytest.param(name, id=str(name), marks=() if name in sample else pytest.mark.proof) for name in names]
