"""Errors about credits."""

from __future__ import annotations


class CreditError(Exception):
    """Anything about credits."""


class InsufficientCreditsError(CreditError):
    """The balance does not cover the operation."""

    def __init__(self, required: int, available: int) -> None:
        super().__init__(f"Insufficient credits: {required} required, {available} available.")
        self.required = required
        self.available = available


class CreditCalculationError(CreditError):
    """The price cannot be computed: no active CreditCostConfig, or a refund that is not owed."""
