"""Where the plugin keeps its session (session.py) in pytest's config; absent while the plugin is inert."""

from __future__ import annotations

from typing import Any

import pytest

SESSION: pytest.StashKey[Any] = pytest.StashKey()
