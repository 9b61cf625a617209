"""Credits come in by the payment provider's webhook, booked by a task."""

from __future__ import annotations

from typing import Any

from harness.core.scenario import Path, Ref, Scenario, Settle, Webhook
from scenarios.world import world

BUTTON = (Path.MANUAL,)


def told(type: str = "checkout.session.completed", event: str = "evt_1", **how: Any) -> Webhook:
    thing = {"client_reference_id": Ref("workspace"), "payment_status": "paid", "metadata": {"pack": "small"}}
    body = {"id": event, "type": type, "data": {"object": thing}}
    return Webhook(url="/hooks/payments/", body=body, scheme="stripe", **{"secret": "$PAYMENTS_SECRET", **how})


def money(name: str, title: str, *when: Webhook | Settle) -> Scenario:
    return Scenario(id=f"purse/{name}", title=title, given=world(), when=when, paths=BUTTON)


SCENARIOS = (
    money("purchase", "A pack of 20 credits is paid", told()),
    money("purchase_twice", "The same event comes twice: once it counts", told(), told()),
    money("purchase_forged", "An event that somebody else signed", told(secret="guess", expect=400)),
    money("purchase_old", "An event that was signed ten minutes ago", told(age_s=600, expect=400)),
    money("charged_back", "A payment is reversed", told(), Settle(), told("charge.refunded", "evt_2")),
)
