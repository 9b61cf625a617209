"""The accounts and tokens that every fuzzed database state has, and how each caller presents itself.

Rows are inserted by the stack as any scenario's; kinds and columns are those of [tables] in harness.toml.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.scenario import Given, Ref, Row

OWNER, OTHER = "owner", "other"
PAST = "2020-01-01T00:00:00Z"


def bearer(name: str) -> str:
    """The token of `name`: the same in every run, worth nothing outside a disposable stack."""
    return "igny8_" + hashlib.sha256(f"harness bearer {name}".encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. `header` is the Authorization header, None for none; `status` what must be answered; `account` the
    name of the account whose settings hold, "" where the answer must be a refusal."""

    header: str | None
    status: int
    account: str = ""


CALLERS: Mapping[str, Caller] = {
    OWNER: Caller(header=f"Bearer {bearer(OWNER)}", status=200, account=OWNER),
    OTHER: Caller(header=f"Bearer {bearer(OTHER)}", status=200, account=OTHER),
    "lower-case-scheme": Caller(header=f"bearer {bearer(OWNER)}", status=200, account=OWNER),
    "expired": Caller(header=f"Bearer {bearer('expired')}", status=401),
    "revoked": Caller(header=f"Bearer {bearer('revoked')}", status=401),
    "suspended": Caller(header=f"Bearer {bearer('suspended')}", status=401),
    "without-account": Caller(header=f"Bearer {bearer('staff')}", status=403),
    "unknown": Caller(header=f"Bearer {bearer('nobody')}", status=401),
    "one-letter-off": Caller(header=f"Bearer {bearer(OWNER)[:-1]}z", status=401),
    "missing": Caller(header=None, status=401),
    "empty": Caller(header="", status=401),
    "scheme-only": Caller(header="Bearer", status=401),
    "two-words": Caller(header=f"Bearer {bearer(OWNER)} {bearer(OWNER)}", status=401),
    "other-scheme": Caller(header=f"Basic {bearer(OWNER)}", status=401),
    "digest-as-token": Caller(header=f"Bearer {hashlib.sha256(bearer(OWNER).encode()).hexdigest()}", status=401),
    "not-ascii": Caller(header="Bearer \u00fc\u00df", status=401),
}
"""Every way to come with a token, or without."""


def given() -> Given:
    """Two accounts that may ask, a suspended one, a user without any, and all of their tokens."""
    rows = [
        Row(kind="account", name=f"{OWNER}-account", values={"name": "Owner"}),
        Row(kind="account", name=f"{OTHER}-account", values={"name": "Other"}),
        Row(kind="account", name="suspended-account", values={"name": "Suspended", "status": "suspended"}),
    ]
    for name in (OWNER, OTHER, "suspended"):
        rows.append(Row(kind="user", name=f"{name}-user", values={"email": f"{name}@fuzz.example", "account_id": Ref(f"{name}-account")}))  # fmt: skip
    rows.append(Row(kind="user", name="staff-user", values={"email": "staff@fuzz.example"}))
    extras = {"expired": {"expires_at": PAST}, "revoked": {"revoked": True}}
    for name in (OWNER, OTHER, "suspended", "staff", *extras):
        user = f"{OWNER if name in extras else name}-user"
        digest = hashlib.sha256(bearer(name).encode()).hexdigest()
        rows.append(Row(kind="api_token", name=name, values={"user_id": Ref(user), "key_sha256": digest, **extras.get(name, {})}))  # fmt: skip
    return Given(rows=tuple(rows))
