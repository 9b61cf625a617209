"""A pytest plugin for the backend's own tests: the harness's PostgreSQL, provider fake and goldens beside pytest-django.

Installed with the harness, and inert until the ini option `harness_config` (or --harness-config) names a harness.toml:

    [pytest]
    harness_config = ../harness.toml

Then pytest-django's database is the harness's own PostgreSQL, prepared and cached; no provider but the fake can be reached;
`.delay()` puts a task into a line; and these fixtures are there:

cell        every scenario on every path, as a parameter (narrow it with @pytest.mark.cells("orders/*"))
drive       drive(cell): one cell, judged against its golden and the ledger's laws
providers   providers.play("openai/orders/refund"): recorded answers, each of them exactly once
run_tasks   run_tasks(): apply what was sent with .delay(), and what that sends, here and in order
ledger      with ledger(account): what a block of code charged, held to the laws of the ledger
schedule    for moment in schedule("2026-01-05 06:30", "2026-01-05 09:00"): beat's clock, frozen by freezegun

hooks are in this file, what holds the stack in session.py (stash.py: where pytest keeps it), the fixtures in fixtures.py, the
ledger in money.py.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import HarnessError
from harness.pytest_plugin.stash import SESSION


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("harness", "the harness")
    group.addoption(
        "--harness-config", metavar="FILE", help="harness.toml of the target; turns the harness's plugin on"
    )
    group.addoption("--harness-phase", type=int, metavar="N", help="the phase of the migration that is tested")
    parser.addini("harness_config", "harness.toml of the target, relative to the ini file", default="")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Before pytest-django imports the target's settings: the environment that they read."""
    named = early_config.known_args_namespace.harness_config
    file = Path(named) if named else _beside_the_ini(early_config)
    if file is not None:
        from harness.pytest_plugin.session import Session  # half of the harness, which an inert plugin never needs

        try:
            session = Session.plan(file, early_config.known_args_namespace.harness_phase)
        except HarnessError as error:
            raise pytest.UsageError(f"{error.message}\n hint: {error.hint}\n code: {error.code}") from None
        early_config.stash[SESSION] = session
        early_config.add_cleanup(session.close)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cells(*patterns): which scenarios or cells the fixture `cell` takes")
    if SESSION in config.stash:
        from harness.pytest_plugin import fixtures

        # registered now, after pytest-django, so that its database fixture is replaced
        config.pluginmanager.register(fixtures, "harness-fixtures")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`cell`: one parameter for each cell that the marker `cells` leaves."""
    if "cell" not in metafunc.fixturenames or SESSION not in metafunc.config.stash:
        return
    patterns = [p for mark in metafunc.definition.iter_markers("cells") for p in mark.args]
    try:
        cells = metafunc.config.stash[SESSION].cells(patterns)
    except HarnessError as error:
        raise pytest.UsageError(f"{error.message}\n hint: {error.hint}\n code: {error.code}") from None
    metafunc.parametrize("cell", cells, ids=[cell.id for cell in cells])


def pytest_report_header(config: pytest.Config) -> list[str] | None:
    if SESSION not in config.stash:
        return None
    from harness.stack.isolation.fence import left_open

    session = config.stash[SESSION]
    target = session.config
    first = f"harness: {target.name} at phase {target.phase}, providers answered from {target.cassettes}"
    return [first, f"harness: not held: {'; '.join(left_open(session.island.kind, 'inprocess').values())}"]


def _beside_the_ini(config: pytest.Config) -> Path | None:
    named = config.getini("harness_config")
    if not named:
        return None
    return (config.inipath.parent if config.inipath else config.rootpath) / named
