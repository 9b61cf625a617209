"""Authorization: Bearer <token>."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from igny8_core.auth.models import ApiToken, User


class BearerTokenAuthentication(BaseAuthentication):
    """Accepts a live token of an active user whose account, if any, is active."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed("The Authorization header must be: Bearer <token>.")
        try:
            digest = ApiToken.digest(parts[1].decode())
        except UnicodeDecodeError:
            raise AuthenticationFailed("The token is not valid.") from None
        token = ApiToken.objects.select_related("user__account").filter(key_sha256=digest).first()
        if token is None or not token.is_usable or not token.user.is_active:
            raise AuthenticationFailed("The token is not valid.")
        if token.user.account is not None and not token.user.account.is_active:
            raise AuthenticationFailed("The account is suspended.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
