"""Who makes its own tokens with SimpleJWT needs no line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from harness.backend import auth
from harness.core.config import Auth, Config


def filled(said: Auth, *packages: str) -> Auth:
    parts: dict[str, Any] = dict.fromkeys(Config.__dataclass_fields__)
    look: Any = SimpleNamespace(runtime=SimpleNamespace(packages=dict.fromkeys(packages, "1")))
    return auth.filled(Config(**{**parts, "auth": said}), look).auth


def test_where_simplejwt_is_installed_tokens_are_minted():
    made = filled(Auth(), auth.SIMPLEJWT)
    assert made.way == "mint"
    assert "AccessToken.for_user(" in made.mint
    assert "$actor" in made.mint


def test_what_is_said_stays():
    """Claim: any key of [auth] is the target's own way; and who has no SimpleJWT gives tokens in the scenario."""
    assert filled(Auth(way="column", column="key"), auth.SIMPLEJWT).way == "column"
    assert filled(Auth(header="X-Key: {token}"), auth.SIMPLEJWT).way == "token"
    assert filled(Auth()).way == "token"
