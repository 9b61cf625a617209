"""Credits come in: a transfer that staff approves, and the plan's credits each month."""

from __future__ import annotations

from harness.core.action import post, step
from harness.core.scenario import Path, Ref, Row, Scenario
from scenarios.asks import replenish
from scenarios.world import world

PACKAGE = Row(
    model="billing.CreditPackage",
    name="package",
    values={"name": "Crate", "slug": "crate", "credits": 250, "price": "40.00"},
)
STAFF = Row(
    model="igny8_core_auth.User",
    name="staff",
    values={"username": "staff", "email": "staff@platform.example", "role": "developer", "is_superuser": True},
)
PLAN = Row(
    model="igny8_core_auth.Plan", name="plan", values={"name": "Harbour", "slug": "harbour", "included_credits": 120}
)
ORDER = post("/api/v1/billing/payments/", {"package": "$package", "manual_reference": "Transfer 7"})
APPROVE = post("/api/v1/billing/payments/$answer_id/approve/")

SCENARIOS = (
    Scenario(
        id="billing/purchase",
        title="A package is ordered, and staff approves the transfer",
        given=world((PACKAGE, STAFF)),
        when=(step(ORDER), step(APPROVE, actor="staff")),
        paths=(Path.MANUAL,),
    ),
    Scenario(
        id="billing/purchase_twice",
        title="The same transfer is approved twice: once it counts",
        given=world((PACKAGE, STAFF)),
        when=(step(ORDER), step(APPROVE, actor="staff"), step(APPROVE, actor="staff", expect=400)),
        paths=(Path.MANUAL,),
    ),
    Scenario(
        id="billing/purchase_by_oneself",
        title="A customer approves the transfer",
        given=world((PACKAGE,)),
        when=(step(ORDER), step(APPROVE, expect=403)),
        paths=(Path.MANUAL,),
    ),
    Scenario(
        id="billing/month",
        title="The first of the month: an account with a plan gets its credits, one without gets none",
        given=world(first=(PLAN,), plan=Ref("plan")),
        when=(replenish(),),
        paths=(Path.SCHEDULED,),
    ),
)  # fmt: skip
