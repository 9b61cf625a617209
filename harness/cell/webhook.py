"""A webhook that comes in: signed as its sender signs it, over the bytes that are sent, at the time of the cell.

The senders' own rules: a keyed SHA-256 of the body (RFC 2104); Stripe's, of "time.body", with the time beside it.
Raises webhook-scheme, webhook-secret, scenario-ref, scenario-placeholder, and StackError target-unreachable.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from harness.cell.ask import Answered, Askable, told
from harness.cell.template import fill, resolve
from harness.core.config import Config
from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import SCHEMES, Webhook

HEADERS = {"hmac-sha256": "X-Signature", "stripe": "Stripe-Signature"}


def deliver(
    config: Config, step: Webhook, known: Mapping[str, Any], refs: Mapping[str, Mapping[str, Any]], surface: Askable
) -> Answered:  # fmt: skip
    """Send it once; `known` is what placeholders may name."""
    where = f"the webhook to {step.url}"
    url, body = fill(step.url, known, where), fill(resolve(step.body, refs), known, where)
    sent = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **signature(step, secret_of(config, step), sent, surface.now())}
    return told(surface, "POST", url, body, step.expect, data=sent, headers=headers)


def signature(step: Webhook, secret: str, body: bytes, now: float) -> dict[str, str]:
    """The header that signs `body`, as if `age_s` before `now`."""
    if step.scheme not in SCHEMES:
        raise HarnessError(
            f"the webhook to {step.url} is signed by '{step.scheme}', which is not known",
            hint=did_you_mean(step.scheme, SCHEMES),
            code="webhook-scheme",
        )
    name = step.header or HEADERS[step.scheme]
    if step.scheme == "stripe":
        stamp = str(int(now - step.age_s))
        return {name: f"t={stamp},v1={_digest(secret, stamp.encode() + b'.' + body)}"}
    return {name: step.prefix + _digest(secret, body)}


def secret_of(config: Config, step: Webhook) -> str:
    """The secret itself, or the variable of [target.env] that holds it."""
    if not step.secret.startswith("$"):
        return step.secret
    name = step.secret[1:]
    if name not in config.env:
        raise HarnessError(
            f"the webhook to {step.url} is signed with ${name}, which [target.env] does not have",
            hint=did_you_mean(name, config.env),
            code="webhook-secret",
        )
    return config.env[name]


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
