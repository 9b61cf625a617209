"""The accounts and tokens that every state has, and how each caller presents itself.

Rows are inserted by the stack as any scenario's; kinds and columns are those of [tables] in harness.toml.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from harness.core.scenario import Given, Ref, Row
from harness.jobs.contracts.fuzz.protocol import Caller

OWNER, OTHER = "owner", "other"
PAST = "2020-01-01T00:00:00Z"


def bearer(name: str) -> str:
    """The token of `name`: the same in every run, worth nothing outside a disposable stack."""
    return "igny8_" + hashlib.sha256(f"harness bearer {name}".encode()).hexdigest()[:40]


def _as(authorization: str) -> Mapping[str, str]:
    return {"Authorization": authorization}


CALLERS: Mapping[str, Caller] = {
    OWNER: Caller(headers=_as(f"Bearer {bearer(OWNER)}"), status=200, account=OWNER),
    OTHER: Caller(headers=_as(f"Bearer {bearer(OTHER)}"), status=200, account=OTHER),
    "lower-case-scheme": Caller(headers=_as(f"bearer {bearer(OWNER)}"), status=200, account=OWNER),
    "expired": Caller(headers=_as(f"Bearer {bearer('expired')}"), status=401),
    "revoked": Caller(headers=_as(f"Bearer {bearer('revoked')}"), status=401),
    "suspended": Caller(headers=_as(f"Bearer {bearer('suspended')}"), status=401),
    "without-account": Caller(headers=_as(f"Bearer {bearer('staff')}"), status=403),
    "unknown": Caller(headers=_as(f"Bearer {bearer('nobody')}"), status=401),
    "one-letter-off": Caller(headers=_as(f"Bearer {bearer(OWNER)[:-1]}z"), status=401),
    "missing": Caller(headers={}, status=401),
    "empty": Caller(headers=_as(""), status=401),
    "scheme-only": Caller(headers=_as("Bearer"), status=401),
    "two-words": Caller(headers=_as(f"Bearer {bearer(OWNER)} {bearer(OWNER)}"), status=401),
    "other-scheme": Caller(headers=_as(f"Basic {bearer(OWNER)}"), status=401),
    "digest-as-token": Caller(headers=_as(f"Bearer {hashlib.sha256(bearer(OWNER).encode()).hexdigest()}"), status=401),
    "not-ascii": Caller(headers=_as("Bearer \u00fc\u00df"), status=401),
}
"""Every way to come with a token, or without."""

USUAL = (OWNER, OTHER)
"""Who must be let in, or nothing can be judged; the first of them asks where nobody is named."""


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
