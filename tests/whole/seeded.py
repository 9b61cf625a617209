"""What the report must say of the faults of mistakes/seeded, which a developer could make in a minute.

`name` is the patch. `cell` is the cell that is driven. `says` are texts of the report: each stands within the first three
lines of evidence of one checker, because that is as far as a tired reader reads. `checkers` must all fail; others may.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.jobs.score import catalogue
from harness.jobs.score.values import Entry

MISTAKES = Path(__file__).resolve().parents[2] / "mistakes"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    name: str
    cell: str
    checkers: tuple[str, ...]
    says: tuple[str, ...]

    @property
    def entry(self) -> Entry:
        return catalogue.read_one(MISTAKES, MISTAKES / "seeded" / f"{self.name}.patch")

    @property
    def migrates(self) -> bool:
        """Whether it changes what migrating makes."""
        return "/migrations/" in self.entry.diff


FAULTS = (
    Fault(
        name="tokens_per_credit_doubled",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "10 credits charged where the golden has 20 (-10)",
            "content_generation: 10 credits charged, the rate card says 20 (-10): 1953 tokens at 100 a credit",
        ),
    ),
    Fault(
        name="min_credits_raised",
        cell=DRAWN,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "8 credits charged where the golden has 4 (+4)",
            "image_generation: 8 credits charged, the rate card says 4 (+4)",
        ),
    ),
    Fault(
        name="a_text_models_price_changed",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "20 credits charged, as before",
            "usage content_generation: cost_usd 0.017255 -> 0.017320",
            "the rate card says 0.017255 for gpt-5.1",
        ),
    ),
    Fault(
        name="the_cost_of_one_image_model_changed",
        cell=PREMIUM,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "4 credits charged, as before",
            "usage image_generation: cost_usd 0.552000 -> 0.732000",
            "the rate card says 0.552000 for google:4@2",
        ),
    ),
    Fault(
        name="the_credits_of_one_image_model_changed",
        cell=PREMIUM,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "12 credits charged where the golden has 4 (+8)",
            "image_generation: 12 credits charged, the rate card says 4 (+8): 4 x 1 per image",
        ),
    ),
    Fault(
        name="another_operation_charged",
        cell=ARTICLE,
        checkers=("golden",),
        says=(
            "10 credits charged where the golden has 20 (-10)",
            "ledger - content_generation units=1 credits=-20",
        ),
    ),
    Fault(
        name="rounded_down_instead_of_up",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "19 credits charged where the golden has 20 (-1)",
            "content_generation: 19 credits charged, the rate card says 20 (-1): 1953 tokens",
        ),
    ),
    Fault(
        name="the_deduction_skipped",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-4",
            "law-5",
        ),
        says=(
            "0 credits charged where the golden has 20 (-20)",
            "ledger - content_generation",
            "(gpt-5.1, 260+1693 tokens) succeeded and was never charged",
        ),
    ),
    Fault(
        name="charged_twice",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-4",
            "law-5",
        ),
        says=(
            "40 credits charged where the golden has 20 (+20)",
            "ledger + content_generation",
            "content_generation: 20 credits charged to account (260+1693 tokens) without a provider success, or a second time",
        ),
    ),
    Fault(
        name="charged_twice_by_the_schedule_only",
        cell=SCHEDULED,
        checkers=(
            "golden",
            "law-5",
        ),
        says=(
            "23 credits charged where the golden has 20 (+3)",
            "ledger + content_generation units=1 credits=-3",
        ),
    ),
    Fault(
        name="credits_taken_without_a_usage_log",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-4",
            "law-5",
        ),
        says=(
            "20 credits charged, as before",
            "content_generation: 20 credits deducted from account without a usage log",
        ),
    ),
    Fault(
        name="credits_taken_without_a_transaction",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-1",
            "law-4",
        ),
        says=(
            "account: the balance is 480, its 0 transactions say 500 (-20 credits unexplained)",
            "content_generation: a usage log of 20 credits for account without a deduction",
        ),
    ),
    Fault(
        name="a_usage_log_without_tokens",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-5",
        ),
        says=(
            "usage content_generation: tokens_in 260 -> 0, tokens_out 1693 -> 0",
            "content_generation: 20 credits charged to account for gpt-5.1",
        ),
    ),
    Fault(
        name="a_usage_log_without_cost",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-6",
        ),
        says=("usage content_generation: cost_usd 0.017255 -> none",),
    ),
    Fault(
        name="the_prompt_changed",
        cell="planner/generate_ideas@manual",
        checkers=(
            "provider",
            "golden",
        ),
        says=(
            "openai POST /v1/chat/completions call 1: no recording matches",
            "messages[1].content: recorded",
            "Propose 4 ideas",
            "0 credits charged where the golden has 6 (-6)",
        ),
    ),
    Fault(
        name="another_model_sent",
        cell=ARTICLE,
        checkers=(
            "provider",
            "golden",
        ),
        says=(
            "openai POST /v1/chat/completions call 1: no recording matches",
            'model: recorded "gpt-5.1" -> sent "gpt-4o-mini"',
            "0 credits charged where the golden has 20 (-20)",
        ),
    ),
    Fault(
        name="the_temperature_dropped",
        cell=ARTICLE,
        checkers=(
            "provider",
            "golden",
        ),
        says=(
            'temperature: recorded 0.7 -> sent "(absent)"',
            "0 credits charged where the golden has 20 (-20)",
        ),
    ),
    Fault(
        name="an_image_charged_although_it_failed",
        cell=HALF,
        checkers=(
            "golden",
            "law-5",
        ),
        says=(
            "4 credits charged where the golden has 2 (+2)",
            "ledger image_generation: units 2 -> 4, credits -2 -> -4",
            "runware:97@1: 2 image(s) drawn, 4 charged (+2)",
        ),
    ),
    Fault(
        name="another_account_charged",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-9",
        ),
        says=(
            "account: 0 credits charged where the golden has 20 (-20)",
            "bystander-account: 20 credits charged where the golden has 0 (+20)",
            "a transaction of -20 credits (content_generation)",
        ),
    ),
    Fault(
        name="a_deduction_that_adds_credits",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-1",
            "law-2",
        ),
        says=(
            "-20 credits charged where the golden has 20 (-40)",
            "ledger content_generation: balance 480 -> 520",
        ),
    ),
    Fault(
        name="a_deduction_of_the_wrong_sign",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-1",
            "law-2",
            "law-14",
        ),
        says=(
            "ledger content_generation: credits -20 -> 20",
            "the balance is 480, its 1 transaction says 520 (-40 credits unexplained)",
            "a deduction of +20 credits",
        ),
    ),
    Fault(
        name="an_old_transaction_rewritten",
        cell=ARTICLE,
        checkers=("law-7",),
        says=("transaction past-purchase changed: description Credits bought -> merged",),
    ),
    Fault(
        name="a_task_left_in_progress",
        cell=ARTICLE,
        checkers=(
            "golden",
            "law-11",
        ),
        says=(
            "20 credits charged, as before",
            "rows + task status queued->in_progress",
            "task left in_progress x1",
        ),
    ),
    Fault(
        name="another_accounts_keywords_accepted",
        cell=FOREIGN,
        checkers=(
            "http",
            "provider",
        ),
        says=(
            "POST /api/v1/planner/keywords/auto_cluster/ answered 202, expected 400",
            "0 credits charged, as before",
        ),
    ),
    Fault(
        name="the_provider_asked_twice",
        cell=ARTICLE,
        checkers=(
            "provider",
            "golden",
        ),
        says=(
            "openai POST /v1/chat/completions call 2: no recording matches",
            "the one recording of this request was already played",
            "0 credits charged where the golden has 20 (-20)",
        ),
    ),
    Fault(
        name="payment_required_answered_as_200",
        cell=UNPAID_LINK,
        checkers=("http",),
        says=("POST /api/v1/linker/process/ answered 200, expected 402",),
    ),
    Fault(
        name="the_pre-check_left_out",
        cell=UNPAID_ARTICLE,
        checkers=(
            "golden",
            "provider",
        ),
        says=(
            "calls openai POST /v1/chat/completions: 0 -> 1",
            "0 credits charged, as before",
        ),
    ),
    Fault(
        name="a_direct_service_at_another_price",
        cell=LINK,
        checkers=(
            "golden",
            "law-6",
        ),
        says=(
            "2 credits charged where the golden has 1 (+1)",
            "internal_linking: 2 credits charged, the rate card says 1 (+1)",
        ),
    ),
    Fault(
        name="key_in_the_log",
        cell=ARTICLE,
        checkers=("secrets",),
        says=("a line of worker at INFO holds the secret {env.OPENAI_API_KEY = global_settings#1.openai_api_key}",),
    ),
)
