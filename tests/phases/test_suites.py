"""The backend's own tests, the plan's integration tests among them: before the migration, and as a proof at every phase."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.core.phase import LAST
from tests.phases.conftest import Server
from tests.sampled import sampled

pytestmark = pytest.mark.stack

CLASSES = (
    "AIModelConfigTests", "ModelRegistryTests", "APIKeyLoadingTests", "CreditServiceTests", "AISettingsTests",
    "AIFunctionValidationTests", "GlobalIntegrationSettingsTests", "AutomationServiceTests",
)  # fmt: skip


@pytest.mark.parametrize("number", sampled(range(LAST + 1), (0,)))
def test_the_backends_tests_pass(number: int, server: Server, tree: Callable[[int], Path]):
    """All of them ran, and all passed; the models and the migrations agree."""
    name = f"suite{number}"
    server.database(name).close()
    done = server.manage(tree(number), name, "test", "igny8_core", "-v", "2", "--no-input")
    assert done.returncode == 0, done.stderr[-4000:]
    ran = re.search(r"Ran (\d+) tests", done.stderr)
    assert ran
    assert int(ran[1]) >= 50
    assert "OK (skipped" not in done.stderr
    for test_class in CLASSES:
        assert f"test_ai_system_integration.{test_class}." in done.stderr
    drift = server.manage(tree(number), name, "makemigrations", "--check", "--dry-run")
    assert drift.returncode == 0, drift.stdout
