"""What the shapes of ledger call things, and how much one credit is in each."""

from __future__ import annotations

from decimal import Decimal

from harness.judge.checks import CELL_CHECKERS

LAWS = [name for name in CELL_CHECKERS if name.startswith("law-")]


WORDS = {
    "column": {"refund": "refund", "purchase": "purchase", "expiry": "expiry"},
    "wallet": {"refund": "back", "purchase": "topup", "expiry": "lapsed"},
    "bare": {"refund": "refund", "purchase": "purchase", "expiry": "expiry"},
    "posted": {"refund": "refund", "purchase": "topup", "expiry": "lapse"},
    "single": {"refund": "returned", "purchase": "bought", "expiry": "lost"},
}


ONE = {"column": 1, "wallet": Decimal("1.0000"), "bare": 1, "posted": Decimal("1.0000"), "single": Decimal("1.00")}
