"""`python -m harness.jobs.contracts.inside MODULE JOB.json` in the target's environment and folder: MODULE.run(job) does the
job, and what came of it is written to job["out"].

An error is written there too, as {"error": [message, hint, code]}: whoever reads no result must not take it for a pass.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from pathlib import Path
from typing import Any

from harness.core.errors import StackError


def main(module: str, path: str) -> None:
    job = json.loads(Path(path).read_text())
    try:
        told = run(module, job)
    except StackError as error:
        told = {"error": [error.message, error.hint, error.code]}
    Path(job["out"]).write_text(json.dumps(told))


def run(module: str, job: dict[str, Any]) -> dict[str, Any]:
    """Imports `module` when the target's apps are ready: it may import what is theirs."""
    try:
        import django

        django.setup()
        found = importlib.import_module(module)
    except ImportError as error:
        raise StackError(
            f"the target's Python cannot import what fuzzing needs: {error}",
            hint='install the harness there with its "contracts" extra',
            code="fuzz-import",
        ) from None
    logging.disable(logging.CRITICAL)
    told: dict[str, Any] = found.run(job)
    return told


if __name__ == "__main__":
    main(*sys.argv[1:])
