"""What checking a folder of cassettes found, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.core.counts import count
from harness.jobs.record.cassette.values import Linted


def lint_lines(found: Linted) -> Iterator[str]:
    yield from found.lines
    words = (
        count(found.cassettes, "cassette"),
        count(found.errors, "error"),
        count(len(found.problems) - found.errors, "warning"),
    )
    yield ", ".join(words)


def lint_document(found: Linted) -> dict[str, Any]:
    return {"cassettes": found.cassettes, "errors": found.errors, "problems": list(found.problems)}
