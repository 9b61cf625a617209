"""JSON -> values: whole, or refused."""

from __future__ import annotations

import pytest

from harness.backend.look import read
from harness.core.errors import HarnessError
from harness.core.look.values import FORMAT


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "its format is None"),
        ({"format": FORMAT + 1}, f"its format is {FORMAT + 1}, not {FORMAT}"),
        ({"format": FORMAT}, "Look has not"),
        ({"format": FORMAT, "runtime": {}, "django": {}, "celery": None, "databases": {}}, "Runtime has not"),
        ({"format": FORMAT, "runtime": None, "django": {}, "celery": None, "databases": {}}, "TypeError"),
    ],
    ids=["nothing", "another format", "parts missing", "fields missing", "no table"],
)
def test_what_is_not_of_this_version_is_refused(document, why):
    """Claim: by name, with the way out; never half read."""
    with pytest.raises(HarnessError) as refused:
        read.look(document)
    assert refused.value.code == "look-unreadable"
    assert why in refused.value.message
    assert refused.value.hint == "look again: harness look --fresh"
