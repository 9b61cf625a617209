"""The phases themselves: their overlays, their migrations, their tests.

test_overlays    what is under review in git fits together: manifests, CHANGES.diff, legacy rules
test_migrations  on a real PostgreSQL with data: the declared changes, all of them and no others; there and back
test_suites      the backend's own tests at every phase
"""

from __future__ import annotations

from pathlib import Path

REFERENCE = Path(__file__).parents[2] / "reference"
PHASES = REFERENCE / "phases"
CONTRACTS = Path(__file__).parents[2] / "contracts"
