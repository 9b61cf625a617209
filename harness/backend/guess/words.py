"""Words by which columns and tables of a ledger are called, each by itself: no name of anybody's table is here."""

from __future__ import annotations

from harness.core.ledger import DEDUCTION, EXPIRY, GRANT, PURCHASE, REFUND

NUMBERS = ("Integer", "Decimal", "Float", "AutoField")
HELD = {"balance": 6, "credits": 5, "credit": 5, "available": 4, "remaining": 4, "funds": 4, "tokens": 3, "coins": 3, "points": 3, "cents": 3, "units": 2, "minutes": 2, "wallet": 2, "allowance": 2}  # fmt: skip
"""Words of a column that holds what is left, and how much each says."""
NOT_HELD = {"used", "cost", "price", "per", "min", "minimum", "max", "maximum", "after", "before", "limit", "total", "included", "amount", "monthly", "spent", "initial", "quota", "input", "output", "count", "version", "version_id", "step", "default", "purchased", "in", "out"}  # fmt: skip
HOLDERS = {"account", "wallet", "balance", "workspace", "organization", "organisation", "org", "tenant", "user", "customer", "client", "team", "company", "profile", "member", "shop", "store", "subscription", "purse", "till"}  # fmt: skip
NO_HOLDERS = {"transaction", "entry", "log", "usage", "movement", "history", "plan", "price", "config", "configuration", "event", "package", "pack", "invoice", "payment", "order", "job", "task", "statement", "line", "tariff", "setting", "settings", "model", "item", "request", "call", "record"}  # fmt: skip
MOVED = {"amount": 5, "delta": 6, "change": 4, "credits": 3, "credit": 3, "cents": 3, "value": 2, "points": 2, "quantity": 2, "minutes": 2, "hours": 2, "seconds": 1, "units": 2, "tokens": 1}  # fmt: skip
MOVEMENTS = {"transaction": 5, "movement": 5, "ledger": 5, "entry": 4, "statement": 4, "posting": 5, "booking": 4, "history": 2, "charge": 3, "debit": 3, "credit": 1, "event": 1}  # fmt: skip
USAGES = {"usage": 6, "consumption": 5, "metering": 4, "line": 2, "log": 2, "generation": 1, "completion": 2, "request": 1, "call": 1}  # fmt: skip
KINDS = {
    DEDUCTION: [
        "deduction",
        "deduct",
        "charge",
        "spend",
        "spent",
        "usage",
        "use",
        "used",
        "debit",
        "consume",
        "consumption",
        "burn",
        "out",
    ],
    PURCHASE: ["purchase", "topup", "top_up", "deposit", "buy", "bought", "payment", "recharge", "refill"],
    REFUND: ["refund", "refunded", "reversal", "reversed", "giveback", "return"],
    GRANT: ["grant", "bonus", "welcome", "gift", "subscription", "promo", "signup", "free", "correction"],
    EXPIRY: ["expiry", "expire", "expired", "lapse", "lapsed", "expiration"],
}
"""What a movement can be -> the words by which it is called."""
