"""How a caller shows who it is where harness.toml says nothing and looking finds out: tokens of SimpleJWT."""

from __future__ import annotations

from dataclasses import replace

from harness.core.config import Auth, Config
from harness.core.look.values import Look

SIMPLEJWT = "djangorestframework-simplejwt"
MINT = (
    "from django.contrib.auth import get_user_model as users; from rest_framework_simplejwt.tokens import AccessToken; "
    "result = str(AccessToken.for_user(users().objects.get(pk=$actor)))"
)


def filled(config: Config, look: Look) -> Config:
    """Without [auth], a target that has SimpleJWT makes its own tokens; what a scenario gives comes first all the same."""
    if config.auth != Auth() or SIMPLEJWT not in look.runtime.packages:
        return config
    return replace(config, auth=Auth(way="mint", mint=MINT))
