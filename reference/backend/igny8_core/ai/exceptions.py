"""What can go wrong with AI work, short of a bug."""

from __future__ import annotations

from typing import Literal

ProviderErrorCode = Literal["auth", "rate_limit", "quota", "server", "timeout", "refused", "malformed", "bad_request"]


class AIValidationError(Exception):
    """The payload names nothing that the function can work on."""


class AIProviderError(Exception):
    """A provider did not give a usable answer. `code` says why, in our words, whoever the provider is."""

    def __init__(self, code: ProviderErrorCode, message: str, provider: str = "") -> None:
        super().__init__(f"{provider or 'provider'} {code}: {message}")
        self.code = code
        self.message = message
        self.provider = provider
