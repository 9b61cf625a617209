"""Faults that a developer could make in a minute, as data: one text replaced in one file, and what the report must say.

`cell` is the cell that is driven. `says` are texts of the report: each stands within the first three lines of evidence
of one checker, because that is as far as a tired reader reads. `checkers` must all fail; others may.
"""

from __future__ import annotations

from dataclasses import dataclass

ARTICLE = "writer/generate_content@manual"
CLUSTERS = "planner/cluster_keywords@manual"
DRAWN = "writer/generate_images_basic@manual"
PREMIUM = "writer/generate_images_premium@manual"
HALF = "writer/images_half_failing@manual"
FOREIGN = "planner/cluster_foreign_keywords@manual"
UNPAID_LINK = "linker/no_credits@manual"
UNPAID_ARTICLE = "writer/content_no_credits@manual"
SCHEDULED = "writer/generate_content@scheduled"
LINK = "linker/generate_links@direct"

CORE = "igny8_core"
SEED = f"{CORE}/business/billing/migrations/0002_seed_models_and_costs.py"
CREDITS = f"{CORE}/business/billing/services/credit_service.py"
ENGINE = f"{CORE}/ai/engine.py"
AI_CORE = f"{CORE}/ai/ai_core.py"
IMAGES = f"{CORE}/ai/tasks.py"
PROMPTS = f"{CORE}/ai/prompts.py"
WRITER = f"{CORE}/ai/functions/generate_content.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    name: str
    file: str
    old: str
    new: str
    cell: str
    checkers: tuple[str, ...]
    says: tuple[str, ...]


FAULTS = (
    Fault(
        name="tokens_per_credit doubled",
        file=SEED,
        old='"Content generation", 100, 3)',
        new='"Content generation", 200, 3)',
        cell=ARTICLE,
        checkers=("golden", "law-6"),
        says=(
            "10 credits charged where the golden has 20 (-10)",
            "content_generation: 10 credits charged, the rate card says 20 (-10): 1953 tokens at 100 a credit",
        ),
    ),
    Fault(
        name="min_credits raised",
        file=SEED,
        old='"Image generation", 50, 1)',
        new='"Image generation", 50, 2)',
        cell=DRAWN,
        checkers=("golden", "law-6"),
        says=(
            "8 credits charged where the golden has 4 (+4)",
            "image_generation: 8 credits charged, the rate card says 4 (+4)",
        ),
    ),
    Fault(
        name="a text model's price changed",
        file=SEED,
        old='True, "1.2500", "10.0000"',
        new='True, "1.5000", "10.0000"',
        cell=ARTICLE,
        checkers=("golden", "law-6"),
        says=(
            "20 credits charged, as before",
            "usage content_generation: cost_usd 0.017255 -> 0.017320",
            "the rate card says 0.017255 for gpt-5.1",
        ),
    ),
    Fault(
        name="the cost of one image model changed",
        file=SEED,
        old='"runware", False, "0.1380"',
        new='"runware", False, "0.1830"',
        cell=PREMIUM,
        checkers=("golden", "law-6"),
        says=(
            "4 credits charged, as before",
            "usage image_generation: cost_usd 0.552000 -> 0.732000",
            "the rate card says 0.552000 for google:4@2",
        ),
    ),
    Fault(
        name="the credits of one image model changed",
        file=IMAGES,
        old="            amount=price * count,",
        new='            amount=price * count * (3 if config.model == "google:4@2" else 1),',
        cell=PREMIUM,
        checkers=("golden", "law-6"),
        says=(
            "12 credits charged where the golden has 4 (+8)",
            "image_generation: 12 credits charged, the rate card says 4 (+8): 4 x 1 per image",
        ),
    ),
    Fault(
        name="another operation charged",
        file=ENGINE,
        old='"generate_content": "content_generation"',
        new='"generate_content": "content_optimization"',
        cell=ARTICLE,
        checkers=("golden",),
        says=(
            "10 credits charged where the golden has 20 (-10)",
            "ledger - content_generation units=1 credits=-20",
        ),
    ),
    Fault(
        name="rounded down instead of up",
        file=CREDITS,
        old="credits = -(-tokens // max(1, config.tokens_per_credit))",
        new="credits = tokens // max(1, config.tokens_per_credit)",
        cell=ARTICLE,
        checkers=("golden", "law-6"),
        says=(
            "19 credits charged where the golden has 20 (-1)",
            "content_generation: 19 credits charged, the rate card says 20 (-1): 1953 tokens",
        ),
    ),
    Fault(
        name="the deduction skipped",
        file=ENGINE,
        old="        result.success(created, self._deduct(function, batch, operation, answer))  # 5.5",
        new="        result.success(created, 0)",
        cell=ARTICLE,
        checkers=("golden", "law-4", "law-5"),
        says=(
            "0 credits charged where the golden has 20 (-20)",
            "ledger - content_generation",
            "(gpt-5.1, 260+1693 tokens) succeeded and was never charged",
        ),
    ),
    Fault(
        name="charged twice",
        file=ENGINE,
        old="        result.success(created, self._deduct(function, batch, operation, answer))  # 5.5",
        new="        self._deduct(function, batch, operation, answer)\n"
        "        result.success(created, self._deduct(function, batch, operation, answer))",
        cell=ARTICLE,
        checkers=("golden", "law-4", "law-5"),
        says=(
            "40 credits charged where the golden has 20 (+20)",
            "ledger + content_generation",
            "content_generation: 20 credits charged to account (260+1693 tokens) without a provider success, or a second time",
        ),
    ),
    Fault(
        name="charged twice by the schedule only",
        file=f"{CORE}/business/automation/services/automation_service.py",
        old="            result = work(ids) if ids else None",
        new="            result = work(ids) if ids else None\n"
        '            if result and self.run.trigger == "scheduled":\n'
        "                from igny8_core.business.billing.services.credit_service import CreditService\n"
        '                CreditService.deduct_credits_for_operation(self.account, "content_generation", amount=3)',
        cell=SCHEDULED,
        checkers=("golden", "law-5"),
        says=(
            "23 credits charged where the golden has 20 (+3)",
            "ledger + content_generation units=1 credits=-3",
        ),
    ),
    Fault(
        name="credits taken without a usage log",
        file=CREDITS,
        old="            usage = CreditUsageLog.objects.create(",
        new="            usage = CreditUsageLog(",
        cell=ARTICLE,
        checkers=("golden", "law-4", "law-5"),
        says=(
            "20 credits charged, as before",
            "content_generation: 20 credits deducted from account without a usage log",
        ),
    ),
    Fault(
        name="credits taken without a transaction",
        file=CREDITS,
        old="            CreditTransaction.objects.create(\n                account=account,\n                transaction_type=CreditTransaction.Type.DEDUCTION",
        new="            CreditTransaction(\n                account=account,\n                transaction_type=CreditTransaction.Type.DEDUCTION",
        cell=ARTICLE,
        checkers=("golden", "law-1", "law-4"),
        says=(
            "account: the balance is 480, its 0 transactions say 500 (-20 credits unexplained)",
            "content_generation: a usage log of 20 credits for account without a deduction",
        ),
    ),
    Fault(
        name="a usage log without tokens",
        file=CREDITS,
        old="                tokens_input=tokens_input,\n                tokens_output=tokens_output,\n                related",
        new="                related",
        cell=ARTICLE,
        checkers=("golden", "law-5"),
        says=(
            "usage content_generation: tokens_in 260 -> 0, tokens_out 1693 -> 0",
            "content_generation: 20 credits charged to account for gpt-5.1",
        ),
    ),
    Fault(
        name="a usage log without cost",
        file=ENGINE,
        old="                cost_usd=answer.cost_usd,\n",
        new="",
        cell=ARTICLE,
        checkers=("golden", "law-6"),
        says=("usage content_generation: cost_usd 0.017255 -> none",),
    ),
    Fault(
        name="the prompt changed",
        file=PROMPTS,
        old="Propose 3 ideas.",
        new="Propose 4 ideas.",
        cell="planner/generate_ideas@manual",
        checkers=("provider", "golden"),
        says=(
            "openai POST /v1/chat/completions call 1: no recording matches",
            "messages[1].content: recorded",
            "Propose 4 ideas",
            "0 credits charged where the golden has 6 (-6)",
        ),
    ),
    Fault(
        name="another model sent",
        file=AI_CORE,
        old='            "model": model,\n            "messages"',
        new='            "model": "gpt-4o-mini",\n            "messages"',
        cell=ARTICLE,
        checkers=("provider", "golden"),
        says=(
            "openai POST /v1/chat/completions call 1: no recording matches",
            'model: recorded "gpt-5.1" -> sent "gpt-4o-mini"',
            "0 credits charged where the golden has 20 (-20)",
        ),
    ),
    Fault(
        name="the temperature dropped",
        file=AI_CORE,
        old='            "temperature": temperature,\n',
        new="",
        cell=ARTICLE,
        checkers=("provider", "golden"),
        says=(
            'temperature: recorded 0.7 -> sent "(absent)"',
            "0 credits charged where the golden has 20 (-20)",
        ),
    ),
    Fault(
        name="an image charged although it failed",
        file=IMAGES,
        old="_charge(account, result.processed, price",
        new="_charge(account, len(images), price",
        cell=HALF,
        checkers=("golden", "law-5"),
        says=(
            "4 credits charged where the golden has 2 (+2)",
            "ledger image_generation: units 2 -> 4, credits -2 -> -4",
            "runware:97@1: 2 image(s) drawn, 4 charged (+2)",
        ),
    ),
    Fault(
        name="another account charged",
        file=ENGINE,
        old="            return CreditService.deduct_credits_for_operation(\n                self.account,",
        new="            return CreditService.deduct_credits_for_operation(\n"
        "                Account.objects.exclude(pk=self.account.pk).get(),",
        cell=ARTICLE,
        checkers=("golden", "law-9"),
        says=(
            "account: 0 credits charged where the golden has 20 (-20)",
            "bystander-account: 20 credits charged where the golden has 0 (+20)",
            "a transaction of -20 credits (content_generation)",
        ),
    ),
    Fault(
        name="a deduction that adds credits",
        file=CREDITS,
        old="            account.credits = available - credits\n",
        new="            account.credits = available + credits\n",
        cell=ARTICLE,
        checkers=("golden", "law-1", "law-2"),
        says=(
            "-20 credits charged where the golden has 20 (-40)",
            "ledger content_generation: balance 480 -> 520",
        ),
    ),
    Fault(
        name="a deduction of the wrong sign",
        file=CREDITS,
        old="                credits_amount=-credits,",
        new="                credits_amount=credits,",
        cell=ARTICLE,
        checkers=("golden", "law-1", "law-2", "law-14"),
        says=(
            "ledger content_generation: credits -20 -> 20",
            "the balance is 480, its 1 transaction says 520 (-40 credits unexplained)",
            "a deduction of +20 credits",
        ),
    ),
    Fault(
        name="an old transaction rewritten",
        file=CREDITS,
        old="            usage = CreditUsageLog.objects.create(",
        new="            CreditTransaction.objects.filter(account=account).update(description='merged')\n"
        "            usage = CreditUsageLog.objects.create(",
        cell=ARTICLE,
        checkers=("law-7",),
        says=("transaction past-purchase changed: description Credits bought -> merged",),
    ),
    Fault(
        name="a task left in progress",
        file=WRITER,
        old='        Task.objects.filter(pk=task.pk).update(status=Task.Status.COMPLETED, error="")\n',
        new="",
        cell=ARTICLE,
        checkers=("golden", "law-11"),
        says=(
            "20 credits charged, as before",
            "rows + task status queued->in_progress",
            "task left in_progress x1",
        ),
    ),
    Fault(
        name="another account's keywords accepted",
        file=f"{CORE}/ai/functions/auto_cluster.py",
        old="Keyword.objects.filter(account=account)",
        new="Keyword.objects.all()",
        cell=FOREIGN,
        checkers=("http", "provider"),
        says=(
            "POST /api/v1/planner/keywords/auto_cluster/ answered 202, expected 400",
            "0 credits charged, as before",
        ),
    ),
    Fault(
        name="the provider asked twice",
        file=ENGINE,
        old="            answer = ai_core.run_ai_request(prompt, **config)  # 3",
        new="            answer = ai_core.run_ai_request(prompt, **config)\n"
        "            answer = ai_core.run_ai_request(prompt, **config)",
        cell=ARTICLE,
        checkers=("provider", "golden"),
        says=(
            "openai POST /v1/chat/completions call 2: no recording matches",
            "the one recording of this request was already played",
            "0 credits charged where the golden has 20 (-20)",
        ),
    ),
    Fault(
        name="402 answered as 200",
        file=f"{CORE}/api/exceptions.py",
        old="return failure(402, ",
        new="return failure(200, ",
        cell=UNPAID_LINK,
        checkers=("http",),
        says=("POST /api/v1/linker/process/ answered 200, expected 402",),
    ),
    Fault(
        name="the pre-check left out",
        file=ENGINE,
        old="            CreditService.check_credits(self.account, operation)  # 2.5",
        new="            pass",
        cell=UNPAID_ARTICLE,
        checkers=("golden", "provider"),
        says=(
            "calls openai POST /v1/chat/completions: 0 -> 1",
            "0 credits charged, as before",
        ),
    ),
    Fault(
        name="a direct service at another price",
        file=f"{CORE}/business/linking/services/linker_service.py",
        old="                amount=price,",
        new="                amount=price + 1,",
        cell=LINK,
        checkers=("golden", "law-6"),
        says=(
            "2 credits charged where the golden has 1 (+1)",
            "internal_linking: 2 credits charged, the rate card says 1 (+1)",
        ),
    ),
)
