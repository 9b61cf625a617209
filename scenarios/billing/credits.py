"""Credits that are bought, and a deduction that is given back: once, at most what was taken, to whom it was taken from."""

from __future__ import annotations

from harness.core.action import Action, call, step, task
from harness.core.scenario import Do, Path, Ref, Scenario, Settle
from scenarios.world import TIDEWATER, keywords, refs, world

HEAD = """
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
account = Account.objects.get(pk=$account)
"""
REFUSED = {"CreditCalculationError": 400}


def service(code: str) -> Action:
    return call(HEAD + code, refused=REFUSED)


def refused(code: str, **rows: Ref) -> Do:
    return step(service(code), expect=400, **rows)


TAKEN = 'CreditTransaction.objects.filter(account=account, transaction_type="deduction").latest("pk")'
REFUND = f"CreditService.refund_credits(account, {TAKEN}"

SCENARIO = Scenario(
    id="billing/credits",
    title="Credits are bought, and what a clustering took is given back once",
    given=world(keywords(TIDEWATER.keywords)),
    when=(
        step(service('CreditService.add_credits(account, 100, description="Credits bought")')),
        refused("CreditService.add_credits(account, 0)"),
        step(
            task(
                "igny8_core.ai.tasks.run_ai_task",
                "auto_cluster",
                {"ids": refs("kw", len(TIDEWATER.keywords))},
                "$account",
            )
        ),
        Settle(),
        refused(f"{REFUND}, credits=6)"),
        refused(
            "CreditService.refund_credits(account, CreditTransaction.objects.get(pk=$other))",
            other=Ref("bystander-past-deduction"),
        ),
        step(service(f"{REFUND}, credits=3)")),
        refused(f"{REFUND}, credits=2)"),
        refused('CreditService.check_credits(account, "nothing_of_ours")'),
    ),
    paths=(Path.DIRECT,),
    tape=("openai/planner/cluster_keywords",),
)
