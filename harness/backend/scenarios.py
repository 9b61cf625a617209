"""Find the scenarios of a target: Python files below its scenario folder that hold SCENARIO or SCENARIOS.

The folder is imported as a package of its own name. Python keeps modules by name: one of that name which came from
elsewhere is forgotten first, so that it does not stand in for the folder.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Scenario


def load(config: Config, refusals: list[HarnessError] | None = None) -> dict[str, Scenario]:
    """Every scenario by id, sorted. Raises scenario-import, scenario-duplicate, scenario-id, scenario-operation; with `refusals` what a file
    is refused for is put there, and the others are read."""
    folder = config.scenarios
    if not folder.is_dir():
        raise HarnessError(
            f"no scenario folder {folder}", hint="set harness.scenarios in harness.toml", code="scenario-import"
        )
    found: dict[str, Scenario] = {}
    with _importable(folder):
        for path in sorted(folder.rglob("*.py")):
            module_id = path.relative_to(folder).with_suffix("").as_posix()
            with _told(refusals):
                for scenario in _scenarios_in(folder, module_id):
                    with _told(refusals):
                        _check(scenario, module_id, found, config)
                        found[scenario.id] = scenario
    for scenario in found.values():
        with _told(refusals):
            if scenario.split_of is not None and scenario.split_of not in found:
                raise HarnessError(
                    f"{scenario.id} is a split of the unknown scenario '{scenario.split_of}'",
                    hint=did_you_mean(scenario.split_of, found),
                    code="scenario-id",
                )
    return dict(sorted(found.items()))


@contextmanager
def _told(refusals: list[HarnessError] | None) -> Iterator[None]:
    try:
        yield
    except HarnessError as error:
        if refusals is None:
            raise
        refusals.append(error)


def module(config: Config, name: str) -> ModuleType | None:
    """The module `name` of the scenario folder; None where there is no such file. Raises scenario-import."""
    if not (config.scenarios / f"{name}.py").is_file():
        return None
    with _importable(config.scenarios):
        return _imported(config.scenarios, name)


def _scenarios_in(folder: Path, module_id: str) -> Iterator[Scenario]:
    module = _imported(folder, module_id)
    if hasattr(module, "SCENARIO"):
        yield module.SCENARIO
    yield from getattr(module, "SCENARIOS", ())


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Inside, what is imported by the folder's name comes from the folder."""
    own = [name for name in sys.modules if name == folder.name or name.startswith(f"{folder.name}.")]
    if any(_from_elsewhere(sys.modules[name], folder) for name in own):
        for name in own:
            del sys.modules[name]
    sys.path.insert(0, str(folder.parent))
    try:
        yield
    finally:
        sys.path.remove(str(folder.parent))


def _from_elsewhere(module: ModuleType, folder: Path) -> bool:
    """A folder without __init__.py has no file, but a path."""
    where = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
    return where is None or not Path(where).resolve().is_relative_to(folder.resolve())


def _imported(folder: Path, module_id: str) -> ModuleType:
    name = f"{folder.name}.{module_id.replace('/', '.')}"
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # a file that ends the process would end every check with it
        raise HarnessError(
            f"scenarios/{module_id}.py cannot be imported: {type(error).__name__}: {error}",
            hint="mend the file; nothing was run",
            code="scenario-import",
        ) from error


def _check(scenario: Scenario, module_id: str, found: dict[str, Scenario], config: Config) -> None:
    if scenario.id in found:
        raise HarnessError(
            f"two scenarios are called {scenario.id}", hint="rename one of them", code="scenario-duplicate"
        )
    if scenario.id.split("/")[0] != module_id.split("/")[0] or len(scenario.id.split("/")) != 2:
        raise HarnessError(
            f"scenario '{scenario.id}' stands in scenarios/{module_id}.py",
            hint="its id must be <folder>/<name>, because golden and tape lie there",
            code="scenario-id",
        )
    if odd := next((sign for sign in "@~=" if sign in scenario.id), ""):
        raise HarnessError(
            f"scenario '{scenario.id}' has '{odd}' in its id",
            hint="a cell is called <scenario>@<path>~<world>: write - or _ instead",
            code="scenario-id",
        )
    if not scenario.paths:
        raise HarnessError(f"{scenario.id} runs on no path", hint="name at least one in `paths`", code="scenario-id")
