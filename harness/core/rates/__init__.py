"""The independent rate card: what a model costs in USD and what an operation costs in credits, from no line of the backend.

card   prices, rules, and what a scenario sets of them
due    what is due by them
"""

from harness.core.rates.card import Configured, Price, RateCard, Rule, account_in, as_given
from harness.core.rates.due import Use, cost_due, credits_due, use_of

__all__ = [
    "Configured", "Price", "RateCard", "Rule", "Use", "account_in", "as_given", "cost_due", "credits_due", "use_of",
]  # fmt: skip
