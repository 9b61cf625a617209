"""Remove everything in the engine that carries a run's label: containers, then networks and volumes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from harness.stack.docker import engine, naming

if TYPE_CHECKING:
    from docker import APIClient

GIVE_UP_S = 20.0
_LOOK_AGAIN_S = 0.2


def run(api: APIClient, run: str, *, looks: int = 1) -> list[str]:
    """Remove what run `run` made; returns what would not go (empty: all gone).

    `looks` is how often nothing must be found in a row: more than one where a request of a killed harness may still be
    on its way through the engine.
    """
    label = f"{naming.RUN}={run}"
    deadline, empty = time.monotonic() + GIVE_UP_S, 0
    while True:
        left = _pass(api, label)
        empty = 0 if left else empty + 1
        if empty >= looks:
            return []
        if time.monotonic() > deadline:
            return left
        if looks > 1 or left:
            time.sleep(_LOOK_AGAIN_S)


def orphans(api: APIClient) -> list[str]:
    """Remove what runs of this machine left whose harness has ended; returns their ids."""
    found = {
        labels[naming.RUN]
        for labels in _labels_of_everything(api)
        if naming.RUN in labels and naming.orphaned(labels.get(naming.OWNER, ""))
    }
    for one in found:
        run(api, one)
    return sorted(found)


def _pass(api: APIClient, label: str) -> list[str]:
    """One look and one attempt; what was found, by kind and name, and is not known to have gone."""
    by = {"label": label}
    containers = [one["Id"] for one in api.containers(all=True, filters=by)]
    gone = _each(containers, lambda one: api.remove_container(one, force=True, v=True), engine.removed_at_once(api))
    networks = [one["Id"] for one in api.networks(filters=by)]
    gone |= _each(networks, api.remove_network)
    volumes = [one["Name"] for one in api.volumes(filters=by)["Volumes"] or ()]
    gone |= _each(volumes, lambda one: api.remove_volume(one, force=True))
    return [one for one in (*containers, *networks, *volumes) if one not in gone]


def _each(names: list[str], remove: Callable[[str], Any], at_once: int = 16) -> set[str]:
    from docker.errors import APIError, NotFound

    def attempt(name: str) -> bool:
        try:
            remove(name)
        except NotFound:
            return True
        except APIError:  # still in use, or being removed already: the next look tells
            return False
        return True

    if not names:
        return set()
    with ThreadPoolExecutor(max_workers=min(len(names), at_once)) as pool:
        return {name for name, done in zip(names, pool.map(attempt, names), strict=True) if done}


def _labels_of_everything(api: APIClient) -> Iterable[dict[str, str]]:
    by = {"label": naming.RUN}
    for one in api.containers(all=True, filters=by):
        yield one.get("Labels") or {}
    for one in api.networks(filters=by):
        yield one.get("Labels") or {}
    with suppress(KeyError):
        for one in api.volumes(filters=by)["Volumes"] or ():
            yield one.get("Labels") or {}
