"""Cents come in by the bank's signed message or by hand; who may see and who may spend."""

from __future__ import annotations

from typing import Any

from harness.core.action import get, step
from harness.core.scenario import Path, Ref, Scenario, Step, Webhook
from scenarios.asks import deposit, draw
from scenarios.world import product, world

BUTTON = (Path.MANUAL,)


def told(reference: str = "R-1", **how: Any) -> Webhook:
    signed = {"secret": "$DEPOSIT_SECRET", "header": "X-Signature-256", "prefix": "sha256="}
    return Webhook(url="/api/deposits/", body={"reference": reference, "cents": 2000}, **{**signed, **how})


def money(name: str, title: str, *when: Step, paths: tuple[Path, ...] = BUTTON) -> Scenario:
    return Scenario(id=f"till/{name}", title=title, given=world(product("SPOON-1")), when=when, paths=paths)


SCENARIOS = (
    money("deposit", "The bank tells of 20.00", told()),
    money("deposit_twice", "The bank tells it again: once it counts", told(), told()),
    money("deposits", "The bank tells of two", told(), told("R-2")),
    money("deposit_forged", "A deposit that somebody else signed", told(secret="guess", expect=403)),
    money("deposit_by_hand", "Somebody puts 5.00 into the till", deposit(), paths=(Path.DIRECT,)),
    money("reading_key", "A key that only reads sees the balance, and orders nothing", step(get("/api/balance/"), actor="window"), draw(product=Ref("product1"), size="512", count=1, actor="window", expect=403)),
)  # fmt: skip
