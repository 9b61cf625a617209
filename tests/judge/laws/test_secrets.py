"""A secret that was told fails the cell, in any world, and says which and where, never the secret itself."""

from __future__ import annotations

from dataclasses import replace

from harness.core.verdict import Status
from harness.judge.checks import IN_ANY_WORLD
from harness.judge.laws.secrets import no_secret_is_told
from tests.judge.ledgers import lawful_text

CELL = lawful_text(((820, 1310),))


def test_what_was_told_is_named_by_its_places():
    leaks = ({"where": "a line of worker at INFO", "secret": "{env.OPENAI_API_KEY}"},)
    told = no_secret_is_told(replace(CELL, leaks=leaks), None)
    assert (told.status, told.code) == (Status.FAIL, "secret-told")
    assert told.evidence == ("a line of worker at INFO holds the secret {env.OPENAI_API_KEY}",)


def test_where_none_was_told_it_holds_and_it_is_asked_in_every_world():
    assert no_secret_is_told(CELL, None).status is Status.PASS
    assert "secrets" in IN_ANY_WORLD
