"""The smallest state that broke a rule, kept in a file and read again. Only this needs Hypothesis outside the target's process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError
from harness.jobs.contracts.fuzz import endpoints
from harness.jobs.contracts.fuzz.values import Kept

FAILING = "fuzz-state.json"


def written(state: Mapping[str, Any], folder: Path, about: Path) -> Kept:
    """Write it below `folder`."""
    file = folder / FAILING
    file.write_text(json.dumps(state, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Kept(file=file, told=str(endpoints.part(about, "states").State.from_json(state)))


def read(path: Path, about: Path) -> Any:
    """A state as `written` left it. Raises fuzz-case."""
    state = endpoints.part(about, "states").State
    try:
        return state.from_json(json.loads(path.read_text(encoding="utf-8"))).as_json()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise HarnessError(
            f"{path} is no kept state: {error}", hint=f"give a {FAILING} that harness fuzz wrote", code="fuzz-case"
        ) from None
